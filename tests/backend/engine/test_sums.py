"""Digits of weights, and ranges of sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.backend.engine.network import Value
from fpgaflow.backend.engine.sums import column_range, digits, prove_sums, trailing_zeros
from fpgaflow.errors import UnsupportedOperator
from fpgaflow.ir import nodes as n
from tests.backend.networks import unsigned


@given(st.lists(st.integers(-(1 << 40), 1 << 40), min_size=1, max_size=5))
def test_digits_add_up(weights: list[int]) -> None:
    total = np.zeros(len(weights), np.int64)
    for digit in digits(np.array(weights)):
        total = total * 256 + digit
    assert total.tolist() == weights


@pytest.mark.parametrize(
    ("weight", "count"), [(0, 1), (-128, 1), (127, 1), (128, 2), (32639, 2), (32640, 3)]
)
def test_as_few_digits_as_possible(weight: int, count: int) -> None:
    assert len(digits(np.array([weight]))) == count


def test_trailing_zeros() -> None:
    assert trailing_zeros(np.array([8, -24, 0]), 31) == 3
    assert trailing_zeros(np.array([8, -24]), 2) == 2
    assert trailing_zeros(np.array([0]), 7) == 7


def test_partial_sums_count_zero() -> None:
    low, high = column_range(np.array([[3, -2], [-1, -5]]), -4, 10)
    assert low.tolist() == [-3 * 4 - 10, -70]
    assert high.tolist() == [34, 28]


def _prove(shift_phases: bool, weights: list[int], bias: int) -> None:
    value = Value(name="x", shape=(1, 1, 1), element=unsigned(8, 8), band_rows=1)
    arrays = np.array(weights, np.int8).reshape(-1, 1, 1, 1)
    reads = [(0, 0)] * len(weights)
    node = n.Cast(name="sum")
    prove_sums(node, [value], reads, arrays, np.array([bias]), shift_phases=shift_phases)


def test_a_sum_up_to_the_limit_passes() -> None:
    _prove(True, [127, 0, 0], (1 << 31) - 1 - 255 * 127 * 65536)
    with pytest.raises(UnsupportedOperator, match="has sums of 0 to 2147483648"):
        _prove(True, [127, 0, 0], (1 << 31) - 255 * 127 * 65536)


def test_a_sum_that_overflows_between_phases_is_refused() -> None:
    with pytest.raises(UnsupportedOperator, match="has sums of "):
        _prove(True, [1, 0, 0, -128], 0)
