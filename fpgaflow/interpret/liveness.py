"""When a value is read for the last time, so that it can be freed."""

from __future__ import annotations

from fpgaflow.ir.graph import Graph


def last_uses(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Return, for each node's position, the values that nothing after it reads.

    A value that nothing ever reads is freed right where it is made.
    """
    last = {node.name: position for position, node in enumerate(graph.nodes)}
    for position, node in enumerate(graph.nodes):
        for name in node.inputs:
            last[name] = position
    freed: list[list[str]] = [[] for _ in graph.nodes]
    for name, position in last.items():
        freed[position].append(name)
    return tuple(tuple(names) for names in freed)
