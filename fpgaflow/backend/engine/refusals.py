"""What the engine cannot compute, said of the graph's node."""

from __future__ import annotations

from fpgaflow.errors import DoesNotFit, UnsupportedOperator
from fpgaflow.ir.nodes import Node

SPATIAL = "compile with --style spatial, which makes hardware of the network itself"


def place(node: Node) -> str:
    """Return how messages name a node."""
    return f"engine: {type(node).__name__} {node.name} (from {node.source or 'nowhere'})"


def unsupported(
    node: Node, found: str, accepted: str, remedy: str = SPATIAL
) -> UnsupportedOperator:
    """Return the error for a node that no instruction computes exactly."""
    return UnsupportedOperator(f"{place(node)}: {found}", accepted=accepted, remedy=remedy)


def does_not_fit(node: Node, found: str, accepted: str, remedy: str = SPATIAL) -> DoesNotFit:
    """Return the error for a node that is too large for the engine's fields or memories."""
    return DoesNotFit(f"{place(node)}: {found}", accepted=accepted, remedy=remedy)
