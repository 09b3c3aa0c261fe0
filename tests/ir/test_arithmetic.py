"""The casts against Python's own integers and fractions, which have no width."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.ir.arithmetic import cast, from_real, to_real
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from tests.exact import exact_cast

_FORMATS = st.builds(
    FixedType,
    width=st.integers(2, 63),  # one bit, signed and symmetric, is refused
    integer=st.integers(-70, 70),
    signed=st.booleans(),
    rounding=st.sampled_from(Rounding),
    overflow=st.sampled_from(Overflow),
)
_INTEGERS = st.one_of(
    st.integers(-(1 << 63) + 1, (1 << 63) - 1),
    st.builds(lambda a, b: a << b, st.integers(-8, 8), st.integers(0, 59)),
)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.lists(_INTEGERS, min_size=1, max_size=5), st.integers(-70, 70), _FORMATS)
def test_cast_of_any_width(values: list[int], fraction: int, target: FixedType) -> None:
    found = cast(np.array(values, np.int64), fraction, target)
    assert found.dtype == np.int64
    unit = Fraction(2) ** -fraction
    assert found.tolist() == [exact_cast(value * unit, target) for value in values]


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False, max_value=1e200),
        min_size=1,
        max_size=5,
    ),
    _FORMATS,
)
def test_from_real_of_any_size(values: list[float], target: FixedType) -> None:
    values = [0.0 if abs(value) < 1e-200 or abs(value) > 1e200 else value for value in values]
    found = from_real(np.array(values), target)
    assert found.tolist() == [exact_cast(Fraction(value), target) for value in values]


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.PLUS_INFINITY, [-2, -1, 0, 1, 2, 3]),
        (Rounding.ZERO, [-2, -1, 0, 0, 1, 2]),
        (Rounding.MINUS_INFINITY, [-3, -2, -1, 0, 1, 2]),
        (Rounding.INFINITY, [-3, -2, -1, 1, 2, 3]),
        (Rounding.EVEN, [-2, -2, 0, 0, 2, 2]),
        (Rounding.TRUNCATE, [-3, -2, -1, 0, 1, 2]),
        (Rounding.TRUNCATE_ZERO, [-2, -1, 0, 0, 1, 2]),
    ],
)
def test_halves(rounding: Rounding, expected: list[int]) -> None:
    target = FixedType(width=8, integer=8, rounding=rounding)
    halves = np.array([-5, -3, -1, 1, 3, 5])
    assert cast(halves, 1, target).tolist() == expected
    assert from_real(halves / 2, target).tolist() == expected


def test_values_too_large_for_float64_saturate_without_a_warning() -> None:
    target = FixedType(width=63, integer=1)
    assert from_real(np.array([1e308, -1e308]), target).tolist() == [
        target.maximum,
        target.minimum,
    ]


def test_to_real_undoes_from_real() -> None:
    element = FixedType(width=12, integer=-1)
    integers = np.arange(element.minimum, element.maximum + 1)
    assert from_real(to_real(integers, element), element).tolist() == integers.tolist()


def test_shapes_survive() -> None:
    target = FixedType(width=4, integer=4)
    assert cast(np.zeros((2, 0, 3), np.int64), 5, target).shape == (2, 0, 3)
    assert int(from_real(np.float64(2.5), target)) == 3
    assert int(from_real(np.float64(1e30), target)) == 7
