"""Shorter weights give the same results, or are not given."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.backend.engine.shorten import Line, shortened
from fpgaflow.backend.engine.sums import digits


def _results(line: Line, least: int, most: int) -> np.ndarray:
    x = np.arange(least, most + 1, dtype=np.int64)[:, None]
    return np.clip((x * line.weights + line.addends) >> line.shift, line.low, line.high)


@given(
    st.lists(st.integers(-(1 << 22), 1 << 22), min_size=1, max_size=3),
    st.integers(0, 24),
    st.integers(-(1 << 24), 1 << 24),
    st.booleans(),
)
def test_results_stay(weights: list[int], shift: int, addend: int, signed: bool) -> None:
    least, most = (-128, 127) if signed else (0, 255)
    given_weights = np.array(weights, np.int64)
    line = Line(given_weights, np.full(len(weights), addend), shift, -128 * signed, most)
    count = len(digits(given_weights))
    found = shortened(line, least, most, count)
    assert len(digits(found.weights)) <= count
    assert np.array_equal(_results(found, least, most), _results(line, least, most))


def test_a_scale_of_almost_one_takes_one_digit() -> None:
    line = Line(np.array([32767, 32766]), np.array([16384, 16384]), 15, 0, 255)
    found = shortened(line, -128, 127, 3)
    assert found.weights.tolist() == [64, 64]
    assert found.shift == 6


def test_a_scale_that_needs_its_bits_keeps_them() -> None:
    line = Line(np.array([25000]), np.array([0]), 8, -32768, 32767)
    assert shortened(line, -128, 127, 2) is line


def test_more_numbers_than_can_be_tried_are_left_alone() -> None:
    line = Line(np.full(512, 32767), np.zeros(512, np.int64), 15, 0, 255)
    assert shortened(line, 0, 65535, 3) is line
