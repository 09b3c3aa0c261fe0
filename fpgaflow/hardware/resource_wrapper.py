"""What stands around the network in the accelerator: taps, counters, and the board's streams.

Counted from the C++ that is emitted (`hls/include/fpgaflow/{unpack,pack,counters}.h`); no synthesis
has confirmed it.

- A **tap** stands behind each stage but the first and the last: a loop with a register of the
  packet, a FIFO of two packets in front of it, and a FIFO of 16 counts. Its number of turns is
  fixed, so its counter is the loop's own.
- A **counter** is 64 bits in the control port, a bit that says that it was written, and its part of
  the multiplexer that reads are answered from: 20 tables for its three words at about four words to
  a table and bit. The sums are kept in memories, and one multiplier of 32x32 bits serves all.
- **Beats** are taken and given by loops with registers of a beat and FIFOs between them.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.beats import score_beats
from fpgaflow.hardware.blocks import SMALL_MEMORY_BITS, count_bram18, count_dsp
from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.counters import graph_registers
from fpgaflow.hardware.resource_structures import Cost, control, fifo
from fpgaflow.hardware.streams import Flow, list_flows
from fpgaflow.ir.graph import Graph

BEAT_BITS = {"zynq-7000": 64, "zynqmp": 128}
"""Width of the streams to and from the DMA: of a high-performance port."""
COUNT_BITS, TOTAL_BITS, TOKENS = 32, 64, 16
"""A count of one image, a counter, and the images that a process may be ahead."""
PORTS = 6
"""Points that the wrapper itself counts at."""


def wrapper_cost(graph: Graph, family: BoardFamily) -> Cost:
    """Return what the accelerator has beyond the network; nothing where it cannot be built.

    Args:
        graph: a fixed-point graph.
        family: of the device; says how wide the streams are.
    """
    return _wrapper_cost(_Same(graph), family)


class _Same:
    """A graph as a key: equal to itself alone, since it cannot change."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.graph is other.graph

    def __hash__(self) -> int:
        return id(self.graph)


@lru_cache(maxsize=4)
def _wrapper_cost(key: _Same, family: BoardFamily) -> Cost:
    """Return the cost once for each graph: whoever tries foldings asks for it again and again."""
    graph, beat_bits = key.graph, BEAT_BITS[family]
    try:
        score_beats(graph, beat_bits)
    except InputRefused:
        return Cost()
    flows = tapped_flows(graph)
    taps = Cost()
    for flow in flows:
        taps += _tap(flow)
    counters = len(graph_registers(graph).counters)
    return taps + _counters(counters, len(flows), family) + _streams(beat_bits)


def tapped_flows(graph: Graph) -> tuple[Flow, ...]:
    """Return what passes a tap: what stages write, but the network's input and its results."""
    found = list_flows(graph)
    first = found.flows[0]
    return tuple(
        flow
        for flow in found.flows
        if flow is not first and not any(flow is result for result in found.results)
    )


def _tap(flow: Flow) -> Cost:
    assert flow.kind.element is not None, f"{flow.layer} has no fixed-point format"
    bits = flow.kind.channels * flow.kind.element.width
    turns = flow.kind.elements // flow.kind.channels
    return fifo(2, bits) + Cost(ff=bits) + control(turns.bit_length()) + fifo(TOKENS, COUNT_BITS)


def _counters(counters: int, taps: int, family: BoardFamily) -> Cost:
    port = Cost(lut=20, ff=TOTAL_BITS + 1) * counters + Cost(lut=25, ff=74)
    # A factor, and indices of a counter and an event, for each term; about three terms a tap.
    terms = 3 * taps + counters
    index = (counters + taps + PORTS).bit_length()
    memories = (
        _memory(counters, TOTAL_BITS)
        + _memory(taps + PORTS + 2, COUNT_BITS)
        + _memory(terms, COUNT_BITS + 2 * index)
    )
    slices = count_dsp(COUNT_BITS + 1, COUNT_BITS + 1, family)
    adder = Cost(lut=2 * TOTAL_BITS, ff=4 * TOTAL_BITS, dsp_low=slices, dsp=slices, dsp_high=slices)
    return port + memories + adder


def _memory(words: int, bits: int) -> Cost:
    if words * bits <= SMALL_MEMORY_BITS:
        return Cost(lut=ceil(words / 32) * bits)
    blocks = count_bram18(words, bits)
    return Cost(bram18_low=blocks, bram18=blocks, bram18_high=blocks)


def _streams(beat_bits: int) -> Cost:
    """Return what takes, unpacks, packs and gives beats: on each side two loops."""
    side = (
        # The port's own two registers, the loop's, a shift register of the word, and its FIFO.
        Cost(lut=3 * beat_bits, ff=5 * beat_bits) + fifo(2, beat_bits) + control(COUNT_BITS) * 2
    )
    return side * 2 + fifo(TOKENS, COUNT_BITS) * PORTS
