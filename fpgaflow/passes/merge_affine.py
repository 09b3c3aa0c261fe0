"""Make one affine of two that follow each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Affine
from fpgaflow.ir.types import Parameter
from fpgaflow.passes.rewrite import drop_nodes, sole_consumer


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeAffine:
    """Merge an `Affine` into the one before it, where nothing else reads the value between.

    A network that normalises its input itself, behind the normalisation of the training or before a
    batch norm, would otherwise round in between.
    """

    name: ClassVar[str] = "merge-affine"

    def requires(self, graph: Graph) -> str:
        """Nothing."""
        return ""

    def apply(self, graph: Graph) -> Graph:
        """Return the graph without chains of affines."""
        while (pair := _first_pair(graph)) is not None:
            graph = _merge(graph, *pair)
        return graph

    def ensures(self, graph: Graph) -> str:
        """No chain is left."""
        return "" if _first_pair(graph) is None else "an affine behind an affine"


def _first_pair(graph: Graph) -> tuple[Affine, Affine] | None:
    consumers = graph.consumers()
    for node in graph.nodes:
        if isinstance(node, Affine):
            reader = sole_consumer(graph, consumers, node.name)
            if isinstance(reader, Affine):
                return node, reader
    return None


def _merge(graph: Graph, first: Affine, second: Affine) -> Graph:
    before = [graph.parameters[name].real for name in first.parameters]
    after = [graph.parameters[name].real for name in second.parameters]
    merged = replace(first, scale=f"{first.name}.merged_scale", shift=f"{first.name}.merged_shift")
    parameters = dict(graph.parameters) | {
        merged.scale: Parameter(values=before[0] * after[0]),
        merged.shift: Parameter(values=before[1] * after[0] + after[1]),
    }
    nodes = [merged if node is first else node for node in graph.nodes]
    return drop_nodes(graph.with_nodes(nodes, parameters), {second.name: first.name})
