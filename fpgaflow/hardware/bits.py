"""How many bits a fixed-point network holds: its constants, and what its layers hand on."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBits:
    """The bits of one node.

    Attributes:
        name: the node.
        weight: of its weights, biases, scales and shifts, each at the width that it is stored with.
        feature_map: of its value for one image; 0 for the network's input, for its results, and for
            a reshape, which only names the same numbers anew.
    """

    name: str
    weight: int
    feature_map: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bits:
    """The bits of a graph; one entry for each node, in the graph's order."""

    nodes: tuple[NodeBits, ...]

    @property
    def weight(self) -> int:
        """All constants."""
        return sum(node.weight for node in self.nodes)

    @property
    def feature_map(self) -> int:
        """All values between layers, each once."""
        return sum(node.feature_map for node in self.nodes)


def count_bits(graph: Graph) -> Bits:
    """Count the bits of a fixed-point graph.

    Constants that two nodes share count once, at the first.
    """
    seen: set[str] = set()
    rows: list[NodeBits] = []
    for node in graph.nodes:
        own = [name for name in dict.fromkeys(node.parameters) if name not in seen]
        seen.update(own)
        rows.append(
            NodeBits(
                name=node.name,
                weight=sum(_constant_bits(graph, name) for name in own),
                feature_map=_value_bits(graph, node),
            )
        )
    return Bits(nodes=tuple(rows))


def _constant_bits(graph: Graph, name: str) -> int:
    parameter = graph.parameters[name]
    assert parameter.element is not None, f"{name} is real-valued"
    return parameter.values.size * parameter.element.width


def _value_bits(graph: Graph, node: n.Node) -> int:
    if isinstance(node, (n.Input, n.Reshape)) or node.name in graph.outputs:
        return 0
    kind = graph.types[node.name]
    assert kind.element is not None, f"{node.name} is real-valued"
    return kind.elements * kind.element.width
