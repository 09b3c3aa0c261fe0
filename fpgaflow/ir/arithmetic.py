"""Integer arithmetic of fixed-point values: the one definition of a cast.

Everything that gives a number a meaning (quantization, the interpreter, the reference of the
tests) goes through `cast`. It is compared, value by value, with ap_fixed compiled from hls4ml's
bundled headers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.fixed import FixedType, Overflow, Rounding

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]

_LARGEST = 2.0**1000
"""Stands for what a float64 cannot hold once it is scaled."""


def cast(values: Integers, fraction: int, target: FixedType) -> Integers:
    """Assign fixed-point values to another format, as ap_fixed's assignment does.

    Args:
        values: integers worth value · 2^-fraction, any shape.
        fraction: their bits right of the binary point.
        target: the format to assign to; its rounding, then its overflow mode apply.

    Returns:
        The integers of `target`, of the same shape.
    """
    values = np.asarray(values, np.int64)
    shift = fraction - target.fraction
    return _append_zeros(values, -shift, target) if shift < 0 else _shorten(values, shift, target)


def from_real(values: Reals, target: FixedType) -> Integers:
    """Round finite real values to `target`, with its rounding and overflow modes.

    Scaling by a power of two is exact, and so is the split into floor and remainder.
    """
    with np.errstate(over="ignore"):
        scaled = np.ldexp(np.asarray(values, np.float64), target.fraction)
    scaled = np.clip(scaled, -_LARGEST, _LARGEST)
    large = np.abs(scaled) >= 2.0**53
    small = np.where(large, 0.0, scaled)
    floor = np.floor(small)
    # Two more bits say all that rounding asks: half or not, and anything below it.
    rest = small - floor
    quarter = np.where(rest == 0.5, 2, np.where(rest == 0, 0, np.where(rest < 0.5, 1, 3)))
    result = _shorten(floor.astype(np.int64) * 4 + quarter.astype(np.int64), 2, target)
    if not large.any():
        return result
    # A float64 this large is a whole number, perhaps beyond an int64: Python's integers hold it.
    whole = np.zeros(scaled.shape, np.int64)
    whole[large] = [_fit_one(int(value), target) for value in scaled[large]]
    return np.where(large, whole, result)


def to_real(values: Integers, element: FixedType) -> Reals:
    """Return the real values of integers of a format; exact below 53 bits."""
    return np.ldexp(np.asarray(values, np.float64), -element.fraction)


def _append_zeros(values: Integers, count: int, target: FixedType) -> Integers:
    """Append low bits; what leaves the range on the way is fitted before it leaves the int64."""
    if target.overflow is Overflow.WRAP:
        # The bits that leave the int64 are bits that wrapping drops anyway.
        return _wrap(values << count if count < 64 else np.zeros_like(values), target)
    above = values > target.maximum >> count
    below = values < -(-target.minimum >> count)
    inside = np.where(above | below, 0, values) << min(count, 63)
    if target.overflow is Overflow.SATURATE_ZERO:
        return inside
    return np.where(above, target.maximum, np.where(below, target.minimum, inside))


def _shorten(values: Integers, shift: int, target: FixedType) -> Integers:
    """Drop `shift` low bits by the target's rounding mode, then fit."""
    return _fit(_round(values, shift, target), target)


def _round(values: Integers, shift: int, target: FixedType) -> Integers:
    if shift == 0:
        return values
    if shift > 63:
        # Nothing but the sign and "not zero" is left of the value: 2 bits keep both.
        values, shift = np.sign(values), 2
    floor = values >> shift
    rest = values - (floor << shift)
    half = np.int64(1) << (shift - 1)
    negative = values < 0
    mode = target.rounding
    if mode is Rounding.TRUNCATE:
        return floor
    if mode is Rounding.TRUNCATE_ZERO:
        return floor + (negative & (rest != 0))
    above = rest > half
    tie = rest == half
    ties_up = {
        Rounding.PLUS_INFINITY: np.True_,
        Rounding.MINUS_INFINITY: np.False_,
        Rounding.ZERO: negative,
        Rounding.INFINITY: ~negative,
        Rounding.EVEN: (floor & 1) == 1,
    }[mode]
    return floor + (above | (tie & ties_up))


def _fit(values: Integers, target: FixedType) -> Integers:
    """Bring integers into the target's range by its overflow mode."""
    if target.overflow is Overflow.WRAP:
        return _wrap(values, target)
    if target.overflow is Overflow.SATURATE_ZERO:
        inside = (values >= target.minimum) & (values <= target.maximum)
        return np.where(inside, values, 0)
    return np.clip(values, target.minimum, target.maximum)


def _fit_one(value: int, target: FixedType) -> int:
    if target.overflow is Overflow.WRAP:
        low = value & ((1 << target.width) - 1)
        return low - (1 << target.width) if low > target.maximum else low
    if target.minimum <= value <= target.maximum:
        return value
    if target.overflow is Overflow.SATURATE_ZERO:
        return 0
    return target.maximum if value > 0 else target.minimum


def _wrap(values: Integers, target: FixedType) -> Integers:
    low = values & ((1 << target.width) - 1)
    if not target.signed:
        return low
    sign = np.int64(1) << (target.width - 1)
    return (low ^ sign) - sign
