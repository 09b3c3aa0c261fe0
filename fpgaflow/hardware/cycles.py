"""How long one image takes in the spatial style: the cycles of the slowest stage. Modelled.

All stages work at once, so images follow each other at the interval of the slowest one. Cycles of a
stage for one image, with constants read from csynth reports of two hls4ml designs (an MNIST
network, Vivado HLS 2020.1, resource strategy; LeNet-5, Vitis HLS 2023.2, latency strategy):

    convolution, resource   5 · pixels read + (reuse factor + 7) · pixels written
    convolution, latency    (reuse factor + 5) · pixels read
    fully connected         pixels read + reuse factor + 9
    pooling                 2 · pixels read
    all others              pixels read or written, whichever are more

Pixels read include the zeros around the input. The MNIST network's second convolution (121 windows
of 169 pixels, reuse factor 72) needs 10,404 cycles here; its report says 846 to 14,197, since
csynth does not know how many windows there are. LeNet-5's convolutions need 3 and 6 cycles a pixel
in the report, 6 here. FIFOs are deep enough (`fifo_depths.py`), the DMA is taken as never late.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from fpgaflow.hardware.cost import output_positions
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.streams import padded_positions
from fpgaflow.ir import nodes as n
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
    """Return the cycles of every stage; see this module's text."""
    return PipelineCycles(
        stages=tuple(
            StageCycles(name=node.name, cycles=_stage(graph, node, folding))
            for node in graph.nodes
            if not isinstance(node, n.Reshape)
        )
    )


def _stage(graph: Graph, node: n.Node, folding: Folding) -> int:
    read = padded_positions(graph, node)
    written = output_positions(graph, node)
    if isinstance(node, n.Conv):
        fold = folding.layers[node.name]
        if fold.strategy == "latency":
            return (fold.reuse_factor + 5) * read
        return 5 * read + (fold.reuse_factor + 7) * written
    if isinstance(node, n.Linear):
        return _words_read(graph, node) + folding.layers[node.name].reuse_factor + 9
    if isinstance(node, (n.MaxPool, n.AveragePool)):
        return 2 * read
    return max(read, written)


def _words_read(graph: Graph, node: n.Node) -> int:
    """Return the stream words that make up a vector: the pixels that a reshape flattened."""
    name = node.inputs[0]
    source = graph.node(name)
    while isinstance(source, n.Reshape):
        source = graph.node(source.inputs[0])
    return prod(graph.types[source.name].shape[:-1])
