"""Move the scale of the input normalisation into the weights that read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Affine, Conv, Linear, Node
from fpgaflow.ir.types import Parameter
from fpgaflow.passes.rewrite import drop_nodes, own_parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldInputScale:
    """Leave `pixel - 255 · mean` of the normalisation and scale the first weights instead.

    Zero padding stays exact: zero is the mean pixel before and after the change, which it would
    not be if the shift were folded into a bias as well. The subtraction costs no multiplier and
    keeps every bit of the pixels; the scale costs nothing at all.
    """

    name: ClassVar[str] = "fold-input-scale"

    def requires(self, graph: Graph) -> str:
        """Nothing."""
        return ""

    def apply(self, graph: Graph) -> Graph:
        """Return the graph with a subtraction at the input, or nothing where the mean is zero."""
        consumers = graph.consumers()
        readers = consumers[graph.input.name]
        if len(readers) != 1 or not isinstance(readers[0], Affine):
            return graph
        affine = readers[0]
        users = consumers[affine.name]
        if affine.name in graph.outputs or not users:
            return graph
        if not all(_can_take_scale(graph, user) for user in users):
            return graph
        return _move_scale(graph, affine, {user.name for user in users})

    def ensures(self, graph: Graph) -> str:
        """Nothing: where the scale cannot move, it stays."""
        return ""


def _can_take_scale(graph: Graph, node: Node) -> bool:
    if not isinstance(node, (Conv, Linear)):
        return False
    return graph.parameters[node.weight].element is None


def _move_scale(graph: Graph, affine: Affine, users: set[str]) -> Graph:
    parameters = dict(graph.parameters)
    scale = parameters[affine.scale].real
    shift = parameters[affine.shift].real / scale
    parameters[affine.scale] = Parameter(values=np.ones_like(scale))
    parameters[affine.shift] = Parameter(values=shift)
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.name in users:
            assert isinstance(node, (Conv, Linear))
            name = own_parameter(graph, node, "weight")
            scaled = _scale_inputs(node, graph.parameters[node.weight].real, scale)
            parameters[name] = Parameter(values=scaled)
            nodes.append(replace(node, weight=name))
        else:
            nodes.append(node)
    moved = graph.with_nodes(nodes, parameters)
    return drop_nodes(moved, {affine.name: affine.inputs[0]}) if not shift.any() else moved


def _scale_inputs(node: Conv | Linear, weight: np.ndarray, scale: np.ndarray) -> np.ndarray:
    if isinstance(node, Linear):
        return weight * scale[:, None]
    # Input channels of a grouped convolution: output channel o reads those of its group.
    outputs, width = weight.shape[3], weight.shape[2]
    group = np.arange(outputs) // (outputs // node.groups)
    read = group[None, :] * width + np.arange(width)[:, None]
    return weight * scale[read]
