"""The cast that ends each operation, as the engine's addend, shift and limits."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.backend.engine.refusals import unsupported
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.nodes import Node
from fpgaflow.ir.ranges import Range

LOWEST, HIGHEST = -32768, 65535
"""Limits that a result can have."""

_LARGEST_SHIFT = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """clip((sum · factor + addend) >> shift, low, high).

    Attributes:
        factor: of weights and biases: a power of two, or 0 where the result is always 0.
        addend: added to each bias.
        shift: 0 to 31.
        low: lower limit.
        high: upper limit.
    """

    factor: int
    addend: int
    shift: int
    low: int
    high: int


def fit(
    node: Node,
    span: Range,
    element: FixedType,
    *,
    low: int = LOWEST,
    high: int = HIGHEST,
) -> Fit:
    """Return how exact results become integers of a format.

    Args:
        node: for messages.
        span: of the exact results before any limit.
        element: the format.
        low: a lower limit of the operation's own, in the format's steps.
        high: likewise.

    Raises:
        UnsupportedOperator: a rounding or an overflow that the engine does not have.
    """
    shift = span.fraction - element.fraction
    saturates = element.overflow in {Overflow.SATURATE, Overflow.SATURATE_SYMMETRIC}
    never_negative = span.minimum >= 0 or low >= 0 or (saturates and not element.signed)
    addend = _addend(node, shift, element, never_negative, span.maximum <= 0)
    if not saturates:
        low, high = _proven(node, _rounded(span, shift, addend), element, low, high)
    else:
        low, high = max(low, element.minimum), min(high, element.maximum)
    if shift > _LARGEST_SHIFT:
        if span.magnitude >= 1 << _LARGEST_SHIFT:
            raise unsupported(node, f"has sums of {span.magnitude}", "sums of 32 bits")
        # The sum has 32 bits: all that is left of it is its sign, or nothing where it is rounded.
        return Fit(factor=int(addend == 0), addend=0, shift=_LARGEST_SHIFT, low=low, high=high)
    return Fit(
        factor=1 << max(-shift, 0),
        addend=addend,
        shift=max(shift, 0),
        low=low,
        high=high,
    )


def _addend(
    node: Node, shift: int, element: FixedType, never_negative: bool, never_positive: bool
) -> int:
    if shift <= 0:
        return 0
    half = 1 << (shift - 1)
    mode = element.rounding
    if mode is Rounding.TRUNCATE or (mode is Rounding.TRUNCATE_ZERO and never_negative):
        return 0
    if mode is Rounding.TRUNCATE_ZERO and never_positive:
        return (1 << shift) - 1
    up = {Rounding.PLUS_INFINITY}
    down = {Rounding.MINUS_INFINITY}
    if never_negative:
        up, down = up | {Rounding.INFINITY}, down | {Rounding.ZERO}
    elif never_positive:
        up, down = up | {Rounding.ZERO}, down | {Rounding.INFINITY}
    if mode in up:
        return half
    if mode in down:
        return half - 1
    raise unsupported(
        node,
        f"rounds with {mode.value}",
        "AP_RND, AP_RND_MIN_INF or AP_TRN; AP_RND_ZERO, AP_RND_INF and AP_TRN_ZERO of one sign",
    )


def _rounded(span: Range, shift: int, addend: int) -> tuple[int, int]:
    if shift <= 0:
        return span.minimum << -shift, span.maximum << -shift
    return (span.minimum + addend) >> shift, (span.maximum + addend) >> shift


def _proven(
    node: Node, rounded: tuple[int, int], element: FixedType, low: int, high: int
) -> tuple[int, int]:
    """Return the limits where the format's overflow mode never comes to act, or only wraps."""
    # The widest limits are none: a result beyond them would be cut, not wrapped.
    least = max(rounded[0], low) if low > LOWEST else rounded[0]
    most = min(rounded[1], high) if high < HIGHEST else rounded[1]
    least, most = min(least, high), max(most, low)
    if element.minimum <= least and most <= element.maximum:
        return max(low, element.minimum), min(high, element.maximum)
    wraps = element.width in {8, 16} and element.overflow is Overflow.WRAP
    if wraps and least >= LOWEST and most <= HIGHEST:
        return low, high  # writing the low bytes of the result wraps it
    raise unsupported(
        node,
        f"may give {least} to {most}, beyond {element}",
        "AP_SAT or AP_SAT_SYM, or a result proven to stay in its format",
    )
