"""Accumulators that cannot overflow, by proof from the actual weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import InputRefused
from fpgaflow.ir.fixed import MAX_WIDTH, FixedType
from fpgaflow.ir.ranges import sum_range

_Integers = NDArray[np.int64]


def accumulator_type(
    weight: _Integers, bias: _Integers | None, value: FixedType, fraction: int, place: str
) -> FixedType:
    """Return the narrowest format that holds every partial sum of a layer.

    Whatever the order of the additions, a partial sum is a sum over a subset of the products
    (and the bias). It lies between the sum of all least products below zero and the sum of all
    greatest products above zero, and both ends are taken over the actual weights and over every
    input that `value` can hold: no input, however unlikely, can leave the range.

    Args:
        weight: integers, output channels last.
        bias: integers at the fraction of the products, or None.
        value: format of the layer's input.
        fraction: bits right of the point of the products.
        place: the layer, for the message.

    Raises:
        InputRefused: when no int64 holds the sums.
    """
    span = sum_range(weight, bias, value, fraction)
    if span.magnitude.bit_length() + 1 >= MAX_WIDTH:
        raise InputRefused(
            f"{place}: its sums need more than {MAX_WIDTH - 1} bits",
            accepted="layers whose sums fit an int64",
            remedy="use fewer weight or activation bits",
        )
    return span.element
