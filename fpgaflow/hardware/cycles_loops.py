"""Clock cycles of the loops of the spatial style: counted in the code, held against reports.

A stage works through the words of an image in one loop, or in a loop over columns within one over
rows. `Loop` says what a turn takes. The figures come from csynth reports of two hls4ml designs, a
LeNet-5 (Vitis HLS 2023.2, latency strategy) and an MNIST network (Vivado HLS 2020.1, resource
strategy); `benchmarks/cycle_model.py` prints each beside the model. By kind of stage:

- **hls4ml's convolution** calls one function that is not inlined and keeps its window in static
  arrays, so that no call begins before the last one has ended. *Latency strategy*: each pixel takes
  2 cycles, one more to shift a window of several channels, and those of the adder tree. *Resource
  strategy*: 5 cycles a pixel; where a window ends 6, the shift, and the reuse loop.
- **hls4ml's 1×1 convolution** has no window: its latency form begins with a pixel every
  reuse-factor cycles. Counted in the code; no report at hand has one.
- **The reuse loop** takes its turns and the depth of its pipeline: a multiplier, an adder, a write,
  and three cycles for each four levels of adders where one turn adds several products to a sum.
- **The adder tree** of constants takes a cycle for each level beyond the fourth, one at least.
- **A fully connected layer** collects the words of a vector first, then does the same.
- **Pooling** takes 2 cycles a pixel in hls4ml's loop; ours asks for 1 and is taken as 2 as well.
- **Everything else** passes a word a cycle, and empties its pipeline behind the last one. Loops
  within rows are entered and left in a cycle each (AMD UG1399, "flattening").
- **The image** is unpacked from beats: as many bytes a cycle as divide a beat and a pixel both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

ENTER_AND_LEAVE = 2
"""Clock cycles to enter a loop and to leave it again."""

PIPELINE_END = 4
"""Of a pipelined loop over words: 576 take 580 cycles, 64 take 68, 676 take 680, 121 take 125."""

POOL_CYCLES = 2
POOL_END = 3
"""Of a pooling loop: 576 pixels take 1,155 cycles, 64 take 131, 676 take 1,355, 121 take 245."""

CONV_PIXEL = 5
"""Of a convolution by the resource strategy where no window ends: 784 pixels take 3,921 cycles."""

BEAT_BYTES = 8
"""Of a beat of the board's streams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What the turns of a stage's loop take, in clock cycles.

    Attributes:
        quiet: a turn that writes nothing.
        writing: a turn that writes a word.
        row: more, at the end of each row of the map that is read.
        last: more, behind the last turn.
    """

    quiet: int
    writing: int
    row: int = 0
    last: int = 0

    def cycles(self, *, turns: int, written: int, rows: int) -> int:
        """Return the clock cycles of an image."""
        quiet = turns - written
        return quiet * self.quiet + written * self.writing + rows * self.row + self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """The products of a layer, and how it is folded.

    Attributes:
        n_in: products of each sum.
        n_out: sums.
        reuse: turns that they are spread over.
        latency: whether hls4ml's latency strategy makes an adder tree of constants of them.
    """

    n_in: int
    n_out: int
    reuse: int
    latency: bool

    @property
    def cycles(self) -> int:
        """Clock cycles from the operands to the sums."""
        if self.latency:
            return max(1, self.n_in.bit_length() - 5)
        side_by_side = max(1, self.n_in // self.reuse)
        levels = (side_by_side - 1).bit_length()
        return self.reuse + 3 + -(-3 * levels // 4)


def conv_loop(products: Products, *, channels: int, pointwise: bool) -> Loop:
    """Return the loop of hls4ml's convolution over the pixels of the padded map.

    Args:
        products: of one window.
        channels: of a pixel that is read.
        pointwise: whether the kernel is 1×1.
    """
    if pointwise and products.latency:
        return Loop(quiet=products.reuse, writing=products.reuse, last=products.cycles + 2)
    if pointwise:
        return Loop(quiet=2, writing=products.cycles + 3, last=1)
    shift = int(channels > 1)
    if products.latency:
        each = 2 + shift + products.cycles
        return Loop(quiet=each, writing=each, last=3)
    return Loop(quiet=CONV_PIXEL, writing=6 + shift + products.cycles, last=1)


def grouped_conv_loop(products: Products) -> Loop:
    """Return the loop of our convolution in groups; a row's pipeline is emptied before the next."""
    return Loop(
        quiet=products.reuse,
        writing=products.reuse,
        row=ENTER_AND_LEAVE + PIPELINE_END + max(1, products.n_in.bit_length() - 5),
    )


def dense_loop(products: Products, *, words: int) -> Loop:
    """Return the loop of a fully connected layer over the words of its vector."""
    if words == 1:
        return Loop(quiet=0, writing=2 + products.cycles)
    return Loop(quiet=1, writing=1, last=products.cycles + 5)


def pool_loop() -> Loop:
    """Return the loop of a pooling over the pixels of the padded map."""
    return Loop(quiet=POOL_CYCLES, writing=POOL_CYCLES, last=POOL_END)


def word_loop(words: int) -> Loop:
    """Return the loop of a stage that takes each word by itself."""
    return Loop(quiet=1, writing=1, last=PIPELINE_END if words > 1 else 2)


def row_loop(loops: int = 1) -> Loop:
    """Return the loop of a stage that passes words row by row, in so many loops for each row."""
    return Loop(quiet=1, writing=1, row=loops * ENTER_AND_LEAVE, last=PIPELINE_END)


def image_cycles(channels: int) -> int:
    """Return the clock cycles in which the wrapper unpacks a pixel of one byte for each channel."""
    return channels // gcd(channels, BEAT_BYTES)
