"""Drop what changes nothing, and give what has two spellings one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import (
    AveragePool,
    Cast,
    Clamp,
    Concat,
    MaxPool,
    Node,
    PadChannels,
    Relu,
    Reshape,
    Subsample,
)
from fpgaflow.passes.rewrite import drop_nodes

_ONE = Size(1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simplify:
    """Remove identities, repeated ReLUs and dead nodes; `clamp(0, inf)` becomes a ReLU."""

    name: ClassVar[str] = "simplify"

    def requires(self, graph: Graph) -> str:
        """Nothing."""
        return ""

    def apply(self, graph: Graph) -> Graph:
        """Return the simplified graph."""
        graph = graph.with_nodes(_one_spelling(node) for node in graph.nodes)
        # One identity may hide the next: a ReLU behind a reshape behind a ReLU.
        while dropped := _identities(graph):
            graph = drop_nodes(graph, dropped)
        return _drop_dead(graph)

    def ensures(self, graph: Graph) -> str:
        """No identity is left."""
        return "an identity" if _identities(graph) else ""


def _one_spelling(node: Node) -> Node:
    if isinstance(node, Clamp) and node.low == 0 and node.high == float("inf"):
        return Relu(name=node.name, inputs=node.inputs, source=node.source, element=node.element)
    return node


def _identities(graph: Graph) -> dict[str, str]:
    return {node.name: node.inputs[0] for node in graph.nodes if _is_identity(graph, node)}


def _is_identity(graph: Graph, node: Node) -> bool:
    match node:
        case Cast():
            return node.element is None
        case Relu():
            return isinstance(graph.node(node.inputs[0]), Relu)
        case MaxPool() | AveragePool():
            return (node.kernel, node.stride, node.padding) == (_ONE, _ONE, Padding())
        case Reshape() | Subsample() | PadChannels() | Concat():
            same_shape = graph.types[node.inputs[0]].shape == graph.types[node.name].shape
            return len(node.inputs) == 1 and same_shape
        case _:
            return False


def _drop_dead(graph: Graph) -> Graph:
    alive = {*graph.outputs, graph.input.name}
    for node in reversed(graph.nodes):
        if node.name in alive:
            alive.update(node.inputs)
    return graph.with_nodes(node for node in graph.nodes if node.name in alive)
