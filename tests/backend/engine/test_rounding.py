"""The engine's addend, shift and limits against the one definition of a cast."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.backend.engine.rounding import fit
from fpgaflow.errors import UnsupportedOperator
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import cast
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.ranges import Range

NODE = n.Cast(name="cast")

formats = st.builds(
    FixedType,
    width=st.integers(2, 16),
    integer=st.integers(-4, 45),
    signed=st.booleans(),
    rounding=st.sampled_from(Rounding),
    overflow=st.sampled_from(Overflow),
)


@given(formats, st.integers(-6, 12), st.integers(-(2**31), 2**31 - 1), st.integers(0, 1 << 12))
def test_a_fit_is_the_cast(element: FixedType, fraction: int, first: int, count: int) -> None:
    values = np.arange(first, min(first + count + 1, 1 << 31), dtype=np.int64)
    span = Range(int(values[0]), int(values[-1]), fraction)
    try:
        found = fit(NODE, span, element)
    except UnsupportedOperator:
        return
    result = np.clip((values * found.factor + found.addend) >> found.shift, found.low, found.high)
    # The engine writes the low bytes of the result.
    bits = 8 if element.width <= 8 else 16
    result &= (1 << bits) - 1
    assert np.array_equal(result, cast(values, fraction, element) & ((1 << bits) - 1))


@given(formats, st.integers(-40, 40), st.integers(0, 80))
def test_own_limits_hold(element: FixedType, low: int, width: int) -> None:
    low, high = (min(max(one, element.minimum), element.maximum) for one in (low, low + width))
    values = np.arange(-3000, 3000, dtype=np.int64)
    fraction = element.fraction + 3
    try:
        found = fit(NODE, Range(-3000, 2999, fraction), element, low=low, high=high)
    except UnsupportedOperator:
        return
    result = np.clip((values * found.factor + found.addend) >> found.shift, found.low, found.high)
    limited = np.clip(values, low << 3, high << 3)
    assert np.array_equal(result, cast(limited, fraction, element))
