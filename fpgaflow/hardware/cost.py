"""Multiply-accumulates and parameters of a graph, per node and in total."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import BatchNorm, Conv, Linear, Node
from fpgaflow.ir.text import operation_name


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCost:
    """What one node costs for one image.

    Attributes:
        name: the node.
        operation: its kind, e.g. `max-pool`.
        macs: multiply-accumulates; of convolutions and fully connected layers only.
        parameters: trained numbers; running statistics of a batch norm do not count.
    """

    name: str
    operation: str
    macs: int
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a graph costs for one image; one entry for each node, in the graph's order."""

    nodes: tuple[NodeCost, ...]

    @property
    def macs(self) -> int:
        """All multiply-accumulates; one of them is what this project calls one FLOP."""
        return sum(node.macs for node in self.nodes)

    @property
    def parameters(self) -> int:
        """All trained numbers."""
        return sum(node.parameters for node in self.nodes)


def count_cost(graph: Graph) -> Cost:
    """Count multiply-accumulates and parameters of every node, real-valued or fixed-point.

    A convolution's multiply-accumulates are output elements · kernel height · kernel width · input
    channels / groups, padding included (the published counts of ResNet-20, 40.6 M, and of
    ResNet-56, 125.5 M, are counted so). Parameters that two nodes share count once, at the first.
    """
    seen: set[str] = set()
    rows: list[NodeCost] = []
    for node in graph.nodes:
        own = [name for name in _trained(node) if name not in seen]
        seen.update(own)
        rows.append(
            NodeCost(
                name=node.name,
                operation=operation_name(node),
                macs=count_macs(graph, node),
                parameters=sum(graph.parameters[name].values.size for name in own),
            )
        )
    return Cost(nodes=tuple(rows))


def count_macs(graph: Graph, node: Node) -> int:
    """Return the multiply-accumulates of one node for one image."""
    if not isinstance(node, (Conv, Linear)):
        return 0
    return output_positions(graph, node) * graph.parameters[node.weight].values.size


def output_positions(graph: Graph, node: Node) -> int:
    """Return how many pixels the node's value has; 1 for a vector."""
    return prod(graph.types[node.name].shape[:-1])


def _trained(node: Node) -> tuple[str, ...]:
    if isinstance(node, BatchNorm):
        return (node.gamma, node.beta)
    return node.parameters
