"""Choosing formats by squared error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.ir.arithmetic import from_real, to_real
from fpgaflow.ir.fixed import FixedType
from fpgaflow.quantize.formats import Wanted, best_type, best_types, squared_error

WIDTHS = st.integers(2, 16)


def test_numbers_on_a_grid_are_represented_exactly():
    grid = np.arange(-128, 128) / 16
    element = best_type(grid, 8, signed=True)
    assert element == FixedType(width=8, integer=4)
    assert squared_error(grid, element) == 0


def test_a_rare_outlier_is_saturated_for_a_finer_step():
    numbers = np.append(np.random.default_rng(0).uniform(0, 1, 100_000), 1.9)
    assert best_type(numbers, 4, signed=False) == FixedType(width=4, integer=0, signed=False)


def test_numbers_below_one_get_negative_integer_bits():
    assert best_type(np.array([0.01, 0.02]), 8, signed=False).integer == -5


def test_nothing_but_zeros_has_a_format():
    assert best_type(np.zeros(3), 8, signed=True) == FixedType(width=8, integer=1)


@settings(max_examples=60, deadline=None)
@given(WIDTHS, st.booleans(), st.integers(0, 2**32 - 1), st.floats(1e-6, 1e6))
def test_no_neighbouring_fraction_errs_less(width, signed, seed, scale):
    numbers = np.random.default_rng(seed).normal(0, scale, 200)
    numbers = numbers if signed else np.abs(numbers)
    best = best_type(numbers, width, signed=signed)
    for other in (best.integer - 1, best.integer + 1):
        element = FixedType(width=width, integer=other, signed=signed)
        assert squared_error(numbers, best) <= squared_error(numbers, element)


@settings(max_examples=60, deadline=None)
@given(WIDTHS, st.booleans(), st.integers(0, 2**32 - 1))
def test_the_error_is_that_of_the_cast(width, signed, seed):
    numbers = np.random.default_rng(seed).normal(0, 2, 100)
    element = FixedType(width=width, integer=3, signed=signed)
    rounded = to_real(from_real(numbers, element), element)
    assert squared_error(numbers, element) == pytest.approx(np.sum((rounded - numbers) ** 2))


def test_formats_that_share_a_fraction_weigh_the_errors_of_both():
    narrow = Wanted(samples=np.linspace(-1, 1, 1000), width=8, signed=True)
    wide = Wanted(samples=np.linspace(0, 7.9, 1000), width=8, signed=False)
    first, second = best_types([narrow, wide])
    assert first.fraction == second.fraction == 5
    assert (first.signed, second.signed) == (True, False)
