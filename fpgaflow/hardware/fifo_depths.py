"""How deep each FIFO has to be: planned for the graph's own timing, not hls4ml's whole image."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.hardware.blocks import SMALL_MEMORY_BITS
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_schedule import shallow_depths
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.streams import Stream, list_streams
from fpgaflow.ir.graph import Graph

SHIFT_REGISTER_DEPTH = 128
"""Up to here a FIFO is made of shift registers: a BRAM18 is 36 bits wide, and as many bits of four
look-up tables each are 144, fewer than any board of `boards/` has for each BRAM18."""


def plan_depths(graph: Graph, folding: Folding) -> tuple[int, ...]:
    """Return a depth for each stream of `list_streams`, in its order, in words.

    With these the pipeline neither hangs nor loses throughput, as far as the model of
    `hardware.dataflow` goes; `hardware.dataflow_schedule` says why. Modelled.

    Args:
        graph: a legal fixed-point graph.
        folding: of every convolution and fully connected layer.
    """
    return shallow_depths(make_dataflow(graph, folding))


def planned_streams(
    graph: Graph, folding: Folding, depths: tuple[int, ...] | None = None
) -> tuple[Stream, ...]:
    """Return the streams of `list_streams` with planned depths.

    Args:
        graph: a legal fixed-point graph.
        folding: of every convolution and fully connected layer.
        depths: from `plan_depths` for a graph that differs in formats alone; by default, or where
            other formats make other stages, they are planned for this one.
    """
    streams = list_streams(graph)
    if depths is None or len(depths) != len(streams):
        depths = plan_depths(graph, folding)
    return tuple(
        replace(stream, depth=depth, shift_register=depth <= SHIFT_REGISTER_DEPTH)
        for stream, depth in zip(streams, depths, strict=True)
    )


def is_shift_register(stream: Stream) -> bool:
    """Say whether a FIFO is made of shift registers; all others are of block RAM."""
    return stream.shift_register or stream.bits <= SMALL_MEMORY_BITS
