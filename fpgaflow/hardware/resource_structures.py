"""What the structures of the emitted HLS take on the device, after synthesis.

Each function is one structure: a shift register, a FIFO, a bank of multipliers. Modelled: what a
shape fixes is counted, the rest are `resource_coefficients`. Counted from the same reports:

- a shift register of 32 places takes one table for each bit: exactly what the line buffers of all
  measured designs take;
- a FIFO of two words keeps them in flip-flops and selects with a table for each bit (256 bits: 270
  tables, 516 flip-flops on an xc7z020); a deeper one is a shift register with about 12 tables and 9
  flip-flops of control, or a block RAM with a bypass of two flip-flops a bit (57 at 16 bits);
- rounding and saturating takes an adder of the wide number and a choice of the narrow one: 20 to
  28 tables from 16 bits to 6;
- a multiplier in tables takes about one for each pair of operand bits (7x6 bits: 28 to 53).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import ceil

from fpgaflow.hardware.blocks import SMALL_MEMORY_BITS, count_bram18, count_dsp
from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.resource_coefficients import Coefficients

SHIFT_REGISTER_PLACES = 32
"""Places of a shift register in one table (AMD UG474)."""
NARROW_BITS = 8
"""Operands up to here may be multiplied in tables. Measured: multiplications by constants of 8 bits
(LeNet-5, Vitis HLS 2023.2), and products of 7 bits whose sums drop bits."""
ROM_WORDS = 64
"""A table holds so many words of a bit; Vivado may keep memories up to here out of block RAM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What structures take: likely numbers, and where the structure leaves it open, the range.

    Attributes:
        lut: look-up tables.
        ff: flip-flops.
        dsp_low: DSP slices at the least.
        dsp: DSP slices, likely.
        dsp_high: DSP slices at the most.
        bram18_low: block RAMs of 18 Kbit at the least.
        bram18: block RAMs of 18 Kbit, likely.
        bram18_high: block RAMs of 18 Kbit at the most.
    """

    lut: float = 0.0
    ff: float = 0.0
    dsp_low: int = 0
    dsp: int = 0
    dsp_high: int = 0
    bram18_low: int = 0
    bram18: int = 0
    bram18_high: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Return both together."""
        return Cost(**{name: getattr(self, name) + getattr(other, name) for name in _NAMES})

    def __mul__(self, count: int) -> Cost:
        """Return several of it."""
        return Cost(**{name: getattr(self, name) * count for name in _NAMES})


_NAMES = tuple(field.name for field in fields(Cost))


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiply:
    """A stage that multiplies a vector by a matrix.

    Attributes:
        operand_bits: bits of all numbers that operands are chosen from: the window or the vector.
        inputs: weights of one output.
        outputs: how many results.
        value_bits: of an operand, its sign included where the slice needs one.
        weight_bits: of a weight.
        accumulator_bits: of a sum.
        words: how many stream words bring the vector; 1 where a window slides.
        exact: whether sums keep every bit of the products.
    """

    operand_bits: int
    inputs: int
    outputs: int
    value_bits: int
    weight_bits: int
    accumulator_bits: int
    words: int = 1
    exact: bool = True

    @property
    def collected_bits(self) -> int:
        """Bits of a vector that comes in piece by piece."""
        return self.operand_bits if self.words > 1 else 0

    @property
    def sum_bits(self) -> int:
        """Bits of all accumulators."""
        return self.outputs * self.accumulator_bits


def folded_multiply(
    stage: Multiply, reuse_factor: int, family: BoardFamily, c: Coefficients
) -> Cost:
    """Return hls4ml's resource strategy: multipliers that are used again, weights in a memory."""
    multipliers = ceil(stage.inputs * stage.outputs / reuse_factor)
    tables = _narrow(stage) and not stage.exact
    each = 0 if tables else count_dsp(stage.value_bits, stage.weight_bits, family)
    dsp = multipliers * each
    # Where two narrow products meet before the sum, HLS made a slice of every second one (4x4 bits,
    # Vivado HLS 2020.1: 64 of 128 and 256 of 512).
    halved = _narrow(stage) and reuse_factor < stage.inputs
    lut = c.lut_operand * stage.operand_bits + c.lut_accumulator * stage.sum_bits
    lut += c.lut_collect * stage.collected_bits
    lut += multipliers * stage.value_bits * stage.weight_bits if tables else 0
    ff = stage.operand_bits + c.ff_accumulator * stage.sum_bits
    ff += c.ff_collect * stage.collected_bits
    arithmetic = Cost(lut=lut, ff=ff, dsp_low=dsp // 2 if halved else dsp, dsp=dsp, dsp_high=dsp)
    return arithmetic + weight_memory(reuse_factor, multipliers * stage.weight_bits)


def constant_multiply(
    stage: Multiply, *, digits: float, multipliers: int, family: BoardFamily, c: Coefficients
) -> Cost:
    """Return hls4ml's latency strategy: multiplication by constants, all at once.

    Args:
        stage: what is multiplied.
        digits: nonzero digits of all weights in canonical signed-digit form: one adder each.
        multipliers: weights that are neither zero nor a power of two.
        family: of the device.
        c: the fitted numbers.
    """
    adder = (stage.value_bits + stage.accumulator_bits) / 2
    lut = c.lut_digit * digits * adder
    ff = stage.operand_bits + c.ff_digit * digits * adder
    if _narrow(stage):
        # Measured: none of 5,000 weights of 8 bits, 340 of 6,776 weights of 6 bits.
        return Cost(lut=lut, ff=ff, dsp_high=multipliers // 10)
    dsp = multipliers * count_dsp(stage.value_bits, stage.weight_bits, family)
    # Wide constants take slices or tables, as HLS sees fit: measured 0.002 to 0.8 a weight.
    return Cost(lut=lut, ff=ff, dsp_low=dsp // 20, dsp=dsp, dsp_high=dsp)


def _narrow(stage: Multiply) -> bool:
    return max(stage.value_bits - 1, stage.weight_bits) <= NARROW_BITS


def weight_memory(words: int, bits: int) -> Cost:
    """Return the memory of a folded stage's weights, `words` of `bits` each.

    Vivado drops bits that are the same in every word: measured designs kept little more than half
    of the block RAM, those with 64 words none.
    """
    if words == 1:
        return Cost()
    tables = ceil(words / ROM_WORDS) * bits
    if words * bits <= SMALL_MEMORY_BITS:
        return Cost(lut=tables, ff=bits)
    blocks = count_bram18(words, bits)
    low = 0 if words <= ROM_WORDS else ceil(blocks / 2)
    return Cost(bram18_low=low, bram18=blocks, bram18_high=blocks)


def line_buffer(rows: int, columns: int, pixel_bits: int) -> Cost:
    """Return the rows that a window stage keeps, in shift registers."""
    return Cost(lut=rows * ceil(columns / SHIFT_REGISTER_PLACES) * pixel_bits)


def fifo(words: int, bits: int, *, shift_register: bool = False) -> Cost:
    """Return one FIFO.

    Args:
        words: its depth.
        bits: its width.
        shift_register: made of look-up tables by order, whatever its size.
    """
    if words <= 2:
        return Cost(lut=bits * (words - 1) + 6, ff=words * bits + 4)
    if shift_register or words * bits <= SMALL_MEMORY_BITS:
        # The output of several shift registers in a row is chosen from: a table each.
        rows = ceil(words / SHIFT_REGISTER_PLACES)
        return Cost(lut=(2 * rows - 1) * bits + 12, ff=9)
    blocks = count_bram18(words, bits)
    hls = ceil(words / 1024) * ceil(bits / 18)
    return Cost(
        lut=bits + 25,
        ff=2 * bits + 26,
        bram18_low=blocks,
        bram18=blocks,
        bram18_high=max(hls, blocks),
    )


def requantize(numbers: int, from_bits: int, to_bits: int, *, rounds: bool = True) -> Cost:
    """Return rounding and saturating side by side, from one format to another.

    Args:
        numbers: how many.
        from_bits: width before.
        to_bits: width after.
        rounds: whether fraction bits are dropped; without them there is no adder.
    """
    return Cost(lut=numbers * (from_bits * rounds + to_bits))


def sliding_pool(kernel: int, rows: int, columns: int, pixel_bits: int) -> Cost:
    """Return pooling of overlapping windows: rows, window, and a tree of comparisons or sums."""
    window = Cost(lut=2 * (kernel - 1) * pixel_bits, ff=(kernel + 2) * pixel_bits)
    return line_buffer(rows, columns, pixel_bits) + window


def block_pool(columns: int, total_bits: int) -> Cost:
    """Return pooling of windows that lie apart: a running total, and one for each window of a row.

    Args:
        columns: windows side by side.
        total_bits: of one total of all channels.
    """
    row = ceil(columns / SHIFT_REGISTER_PLACES) * total_bits if columns > 1 else 0
    # Two joins and a choice; the totals of a row in distributed RAM.
    return Cost(lut=3 * total_bits + row, ff=3 * total_bits)


def padding(pixel_bits: int) -> Cost:
    """Return the stage that puts zeros around an image: measured 30 to 580 tables, 26 to 149."""
    return Cost(lut=100 + pixel_bits / 4, ff=26)


def control(loop_bits: int) -> Cost:
    """Return a stage's state machine and loop counters."""
    return Cost(lut=20 + 2 * loop_bits, ff=10 + 2 * loop_bits)
