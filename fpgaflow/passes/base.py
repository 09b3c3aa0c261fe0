"""What a pass is, and how passes run: each one verified before the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import REAL, Level, verify


class Pass(Protocol):
    """A graph-to-graph step: a frozen dataclass whose fields are its options."""

    name: ClassVar[str]

    def requires(self, graph: Graph) -> str:
        """Return what the graph lacks for this pass, or an empty text."""
        ...

    def apply(self, graph: Graph) -> Graph:
        """Return the new graph; the old one is left as it is."""
        ...

    def ensures(self, graph: Graph) -> str:
        """Return what the new graph lacks that this pass promises, or an empty text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Passes in order.

    Attributes:
        passes: the steps.
        level: the rules that hold after each of them.
        dump: called with a pass's name and its graph, after each pass; None for no dump.
    """

    passes: Sequence[Pass]
    level: Level = REAL
    dump: Callable[[str, Graph], None] | None = None

    def run(self, graph: Graph) -> Graph:
        """Apply all passes; a broken promise is a bug of ours and stops at once."""
        for step in self.passes:
            lacking = step.requires(graph)
            assert not lacking, f"{step.name} needs {lacking}"
            graph = step.apply(graph)
            lacking = step.ensures(graph)
            assert not lacking, f"{step.name} left {lacking}"
            verify(graph, self.level, after=step.name)
            if self.dump is not None:
                self.dump(step.name, graph)
        return graph
