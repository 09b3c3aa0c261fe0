"""What several passes share: who reads a value, and rewiring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Node


def sole_consumer(
    graph: Graph, consumers: Mapping[str, tuple[Node, ...]], name: str
) -> Node | None:
    """Return the one node that reads a value, once, or None; an output has a reader outside."""
    readers = consumers[name]
    return readers[0] if len(readers) == 1 and name not in graph.outputs else None


def rewire(node: Node, renamed: Mapping[str, str]) -> Node:
    """Return the node reading other values, where `renamed` says so."""
    inputs = tuple(renamed.get(name, name) for name in node.inputs)
    return node if inputs == node.inputs else replace(node, inputs=inputs)


def drop_nodes(graph: Graph, dropped: Mapping[str, str]) -> Graph:
    """Return the graph without some nodes.

    Args:
        graph: the graph.
        dropped: for each node that goes, the value that takes its place; chains are followed.
    """
    resolved = {name: _resolve(name, dropped) for name in dropped}
    nodes = [rewire(node, resolved) for node in graph.nodes if node.name not in dropped]
    outputs = tuple(resolved.get(name, name) for name in graph.outputs)
    return graph.with_nodes(nodes, outputs=outputs)


def _resolve(name: str, dropped: Mapping[str, str]) -> str:
    while name in dropped:
        name = dropped[name]
    return name


def fresh_name(graph: Graph, wanted: str) -> str:
    """Return `wanted`, or it with a number, so that no node or parameter has the name."""
    taken = {node.name for node in graph.nodes} | set(graph.parameters)
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def own_parameter(graph: Graph, node: Node, role: str) -> str:
    """Return a parameter name for this node alone, e.g. `conv1.weight`.

    A module that is used twice shares its parameters: what one use changes must not reach the
    other.
    """
    wanted = f"{node.name}.{role}"
    shared = any(wanted in other.parameters for other in graph.nodes if other.name != node.name)
    return f"{node.name}.own_{role}" if shared else wanted
