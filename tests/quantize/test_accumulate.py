"""Accumulators: proven wide enough, and no wider."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.errors import InputRefused
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.quantize.accumulate import accumulator_type


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 6), st.integers(1, 3), st.booleans(), st.booleans(), st.integers(0, 2**32 - 1)
)
def test_the_worst_input_in_the_worst_order_fits_and_reaches_the_limits(
    terms, outputs, signed, with_bias, seed
):
    rng = np.random.default_rng(seed)
    value = FixedType(width=5, integer=2, signed=signed)
    weight = rng.integers(-128, 128, (terms, outputs))
    bias = rng.integers(-5000, 5000, outputs) if with_bias else None
    element = accumulator_type(weight, bias, value, 9, "layer")
    low, high = 0, 0
    for output in range(outputs):
        addends = [
            sorted((int(w) * value.minimum, int(w) * value.maximum)) for w in weight[:, output]
        ]
        if bias is not None:
            addends.append([int(bias[output])] * 2)
        # All of one sign first: the farthest that any order of additions can get.
        low = min(low, sum(min(pair[0], 0) for pair in addends))
        high = max(high, sum(max(pair[1], 0) for pair in addends))
    assert element.minimum <= low <= high <= element.maximum
    assert element.fraction == 9
    if element.width > 1:
        shorter = FixedType(width=element.width - 1, integer=1, signed=element.signed)
        assert low < shorter.minimum or high > shorter.maximum


def test_a_layer_whose_sums_fit_no_int64_is_refused():
    weight = np.full((3, 3, 1 << 10, 1), 1 << 53)
    with pytest.raises(InputRefused) as caught:
        accumulator_type(weight, None, FixedType(width=2, integer=2), 0, "layer conv (from m.conv)")
    assert str(caught.value) == (
        "layer conv (from m.conv): its sums need more than 62 bits\n"
        "  accepted: layers whose sums fit an int64\n"
        "  what to do: use fewer weight or activation bits"
    )


def test_weights_without_a_sign_need_none_in_the_accumulator():
    element = accumulator_type(np.ones((4, 1), np.int64), None, UINT8, 0, "layer")
    assert element.signed is False
    assert element.width == 10  # 4 · 255 = 1020
