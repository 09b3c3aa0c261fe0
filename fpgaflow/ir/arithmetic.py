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


def cast(values: Integers, fraction: int, target: FixedType) -> Integers:
    """Assign fixed-point values to another format, as ap_fixed's assignment does.

    Args:
        values: integers worth value · 2^-fraction, any shape.
        fraction: their bits right of the binary point.
        target: the format to assign to; its rounding, then its overflow mode apply.

    Returns:
        The integers of `target`, of the same shape.
    """
    return _fit(_shift(np.asarray(values, np.int64), fraction - target.fraction, target), target)


def from_real(values: Reals, target: FixedType) -> Integers:
    """Round real values to `target`, with its rounding and overflow modes.

    Scaling by a power of two is exact, and so is the split into floor and remainder; values
    beyond 2^52 steps saturate or wrap like any other.
    """
    scaled = np.ldexp(np.asarray(values, np.float64), target.fraction)
    floor = np.floor(scaled)
    # Two more bits say all that rounding asks: half or not, and anything below it.
    rest = scaled - floor
    quarter = np.where(rest == 0.5, 2, np.where(rest == 0, 0, np.where(rest < 0.5, 1, 3)))
    limit = 2.0**59
    whole = np.clip(floor, -limit, limit).astype(np.int64)
    return _fit(_shift(whole * 4 + quarter.astype(np.int64), 2, target), target)


def to_real(values: Integers, element: FixedType) -> Reals:
    """Return the real values of integers of a format; exact below 53 bits."""
    return np.ldexp(np.asarray(values, np.float64), -element.fraction)


def _shift(values: Integers, shift: int, target: FixedType) -> Integers:
    """Drop `shift` low bits by the target's rounding mode (or append zeros when negative)."""
    if shift <= 0:
        room = np.int64(2**62) >> min(-shift, 62)
        assert np.all(np.abs(values) <= room), "a cast left the 63 bits of an int64"
        return values << -shift
    if shift >= 63:
        # Nothing but the sign and "not zero" is left of the value: 61 bits keep both.
        values = np.where(values == 0, 0, np.sign(values)).astype(np.int64)
        shift = 2
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


def _wrap(values: Integers, target: FixedType) -> Integers:
    low = values & ((1 << target.width) - 1)
    if not target.signed:
        return low
    sign = np.int64(1) << (target.width - 1)
    return (low ^ sign) - sign
