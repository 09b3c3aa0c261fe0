"""How long one image takes in the spatial style: the cycles of the slowest stage. Modelled.

All stages work at once, so images follow each other at the interval of the slowest one. What the
stages take is `cycles_loops`; how often they turn is `dataflow_graph`, the stages that the graph
leaves unsaid among them. FIFOs are deep enough (`fifo_depths.py`), the DMA is taken as never late.
How long an image is on its way is another question: `cycles_latency`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.folding import Folding
from fpgaflow.ir.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCycles:
    """Clock cycles that one stage is busy with one image."""

    name: str
    cycles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineCycles:
    """Clock cycles of every stage, in the graph's order."""

    stages: tuple[StageCycles, ...]

    @property
    def slowest(self) -> StageCycles:
        """The stage that sets the pace; the first of them."""
        return max(self.stages, key=lambda stage: stage.cycles)


def model_cycles(graph: Graph, folding: Folding) -> PipelineCycles:
    """Return the cycles of each node: those of the slowest of its stages.

    Nodes without a stage, such as a reshape that only renames, are left out.
    """
    busy: dict[str, int] = {}
    for process in make_dataflow(graph, folding).processes:
        if process.role != "output":
            busy[process.layer] = max(busy.get(process.layer, 0), process.busy)
    return PipelineCycles(
        stages=tuple(
            StageCycles(name=node.name, cycles=busy[node.name])
            for node in graph.nodes
            if node.name in busy
        )
    )
