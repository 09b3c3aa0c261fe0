"""Fold batch norms into the convolution or linear layer before them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Affine, BatchNorm, Conv, Linear, Node
from fpgaflow.ir.types import Parameter
from fpgaflow.passes.rewrite import drop_nodes, own_parameter, sole_consumer

_Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldBatchNorm:
    """Turn each batch norm into weights and bias of its producer, or into an `Affine`.

    It folds where the producer is a convolution or linear layer that nothing else reads and
    whose weights are real: weights that came quantized must stay on their grid.
    """

    name: ClassVar[str] = "fold-batch-norm"

    def requires(self, graph: Graph) -> str:
        """Nothing."""
        return ""

    def apply(self, graph: Graph) -> Graph:
        """Return the graph without batch norms."""
        graph = _to_affine(graph)
        parameters = dict(graph.parameters)
        nodes = {node.name: node for node in graph.nodes}
        consumers = graph.consumers()
        dropped: dict[str, str] = {}
        for node in graph.nodes:
            if not isinstance(node, Affine):
                continue
            producer = nodes[dropped.get(node.inputs[0], node.inputs[0])]
            if not isinstance(producer, (Conv, Linear)):
                continue
            if sole_consumer(graph, consumers, node.inputs[0]) is not node:
                continue
            if parameters[producer.weight].element is not None:
                continue
            nodes[producer.name] = _fold(graph, producer, node, parameters)
            dropped[node.name] = producer.name
        folded = graph.with_nodes([nodes[node.name] for node in graph.nodes], parameters)
        return drop_nodes(folded, dropped)

    def ensures(self, graph: Graph) -> str:
        """No batch norm is left."""
        return "a batch norm" if any(isinstance(node, BatchNorm) for node in graph.nodes) else ""


def _to_affine(graph: Graph) -> Graph:
    parameters = dict(graph.parameters)
    nodes: list[Node] = []
    for node in graph.nodes:
        if not isinstance(node, BatchNorm):
            nodes.append(node)
            continue
        gamma, beta, mean, variance = (parameters[name].real for name in node.parameters)
        scale = gamma / np.sqrt(variance + node.epsilon)
        affine = Affine(
            name=node.name,
            inputs=node.inputs,
            source=node.source,
            scale=f"{node.name}.scale",
            shift=f"{node.name}.shift",
        )
        parameters[affine.scale] = Parameter(values=scale)
        parameters[affine.shift] = Parameter(values=beta - mean * scale)
        nodes.append(affine)
    return graph.with_nodes(nodes, parameters)


def _fold(
    graph: Graph, producer: Conv | Linear, affine: Affine, parameters: dict[str, Parameter]
) -> Node:
    """Write the folded weights under names of the producer's own and return the new node.

    Output channels are the last axis of both kinds of weights.
    """
    scale, shift = parameters[affine.scale].real, parameters[affine.shift].real
    weight = parameters[producer.weight].real
    bias: _Reals = (
        np.zeros(weight.shape[-1]) if producer.bias is None else parameters[producer.bias].real
    )
    names = own_parameter(graph, producer, "weight"), own_parameter(graph, producer, "bias")
    parameters[names[0]] = Parameter(values=weight * scale)
    parameters[names[1]] = Parameter(values=bias * scale + shift)
    return replace(producer, weight=names[0], bias=names[1])
