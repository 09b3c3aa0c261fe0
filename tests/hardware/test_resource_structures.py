"""Structures of the emitted HLS, against what Vivado reported for single ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.hardware.resource_coefficients import FITTED
from fpgaflow.hardware.resource_structures import (
    Cost,
    Multiply,
    block_pool,
    constant_multiply,
    fifo,
    folded_multiply,
    line_buffer,
    padding,
    requantize,
    sliding_pool,
    weight_memory,
)

# A 3x3 convolution of 16 channels to 16, hls4ml 16 bits: what each test varies.
CONV = Multiply(
    operand_bits=144 * 16,
    inputs=144,
    outputs=16,
    value_bits=16,
    weight_bits=16,
    accumulator_bits=16,
)


@pytest.mark.parametrize(
    ("rows", "columns", "bits", "tables"),
    [(2, 10, 64 * 16, 2048), (2, 10, 16 * 16, 512), (4, 20, 3 * 16, 192), (2, 34, 128, 512)],
)
def test_line_buffers_are_exact(rows: int, columns: int, bits: int, tables: int) -> None:
    """Shift registers of Keb-L/hls4ml-data's convolutions, hierarchical utilization."""
    assert line_buffer(rows, columns, bits) == Cost(lut=tables)


def test_a_fifo_of_two_words_as_placed_on_an_xc7z020() -> None:
    """256 bits: 270 tables and 516 flip-flops (nicologhielmetti/hls4ml-pynq)."""
    assert fifo(2, 256) == Cost(lut=262, ff=516)


def test_a_deep_fifo_is_shift_registers_or_block_ram() -> None:
    assert fifo(64, 16) == Cost(lut=60, ff=9)  # measured 50 to 68, and 9
    found = fifo(256, 16)  # measured 41 to 64 tables, 60 flip-flops, one BRAM18
    assert (found.lut, found.ff, found.bram18) == (41, 58, 1)
    ordered = fifo(100, 128, shift_register=True)
    assert (ordered.lut, ordered.bram18) == (7 * 128 + 12, 0)


def test_convolutions_as_synthesized() -> None:
    """16 multipliers, reuse factor 144: 1,734 tables without line buffer, 2,983 flip-flops."""
    found = folded_multiply(CONV, 144, "zynqmp", FITTED)
    assert (found.dsp, found.dsp_low) == (16, 16)
    assert (round(found.lut), round(found.ff)) == (1920, 3208)
    # 256-bit words: 8 BRAM18 by their shape; 4 in the report, whose weights leave bits unused.
    assert (found.bram18_low, found.bram18) == (4, 8)


def test_tables_follow_the_window_and_the_sums_not_the_multipliers() -> None:
    few, many = (folded_multiply(CONV, reuse, "zynqmp", FITTED) for reuse in (144, 36))
    assert (few.lut, few.ff) == (many.lut, many.ff)
    assert many.dsp == 4 * few.dsp


def test_a_vector_that_comes_in_words_is_collected() -> None:
    once = folded_multiply(CONV, 144, "zynqmp", FITTED)
    pieces = folded_multiply(replace(CONV, words=16), 144, "zynqmp", FITTED)
    assert pieces.lut - once.lut == pytest.approx(FITTED.lut_collect * CONV.operand_bits)
    assert pieces.ff - once.ff == pytest.approx(FITTED.ff_collect * CONV.operand_bits)


def test_narrow_multipliers_may_be_tables() -> None:
    narrow = replace(CONV, value_bits=7, weight_bits=7)
    exact = folded_multiply(narrow, 36, "zynq-7000", FITTED)
    assert (exact.dsp_low, exact.dsp) == (32, 64)
    rounded = folded_multiply(replace(narrow, exact=False), 36, "zynq-7000", FITTED)
    assert rounded.dsp == 0
    assert rounded.lut - exact.lut == 64 * 49
    # Where one product at a time is added, it is a slice's own adder that adds it.
    assert folded_multiply(narrow, 144, "zynq-7000", FITTED).dsp_low == 16


def test_constants_are_adders_for_each_digit() -> None:
    narrow = replace(CONV, value_bits=8, weight_bits=8)

    def cost(stage: Multiply, digits: int) -> Cost:
        return constant_multiply(stage, digits=digits, multipliers=1000, family="zynqmp", c=FITTED)

    # 2.4 digits a weight of 8 bits and sums of 25 bits: about 15 tables a weight, as LeNet-5.
    each = cost(replace(narrow, accumulator_bits=25), 2400).lut / 1000
    assert 13 < each < 17
    assert (cost(narrow, 2400).dsp, cost(narrow, 2400).dsp_high) == (0, 100)
    wide = cost(CONV, 3000)
    assert (wide.dsp_low, wide.dsp, wide.dsp_high) == (50, 1000, 1000)


def test_memories_of_weights() -> None:
    assert weight_memory(1, 4096) == Cost()
    assert weight_memory(16, 64) == Cost(lut=64, ff=64)
    shallow = weight_memory(64, 224)
    assert (shallow.bram18_low, shallow.bram18) == (0, 7)
    assert weight_memory(72, 512).bram18 == 15


def test_pooling_padding_and_rounding_near_what_was_measured() -> None:
    pool = sliding_pool(4, 1, 8, 128 * 16)
    assert (pool.lut / 128, pool.ff / 128) == (112, 96)  # measured 107 to 126, 97 to 118
    assert 30 < padding(512).lut < 600  # measured so
    assert requantize(64, 16, 6).lut / 64 == 22  # measured 20 to 28
    assert requantize(64, 9, 8, rounds=False).lut / 64 == 8
    assert block_pool(1, 100) == Cost(lut=300, ff=300)
    assert block_pool(40, 100).lut == 500


@given(
    words=st.integers(1, 5000),
    bits=st.integers(1, 600),
    ordered=st.booleans(),
)
def test_ranges_are_ranges(words: int, bits: int, ordered: bool) -> None:
    for cost in (fifo(words, bits, shift_register=ordered), weight_memory(words, bits)):
        assert 0 <= cost.bram18_low <= cost.bram18 <= cost.bram18_high
        assert cost.lut >= 0
        assert cost * 3 == cost + cost + cost
