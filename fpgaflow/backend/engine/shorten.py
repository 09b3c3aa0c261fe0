"""Shorter weights that give the same integers, proven on every number that can come.

Where each output depends on one sum alone, an affine's number or a pool's, its result is a
staircase of that sum. Fewer bits of slope, with another addend, often give the same staircase, and
each byte saved of a weight is a phase saved.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fpgaflow.ir.arithmetic import Integers

_LARGEST = (127, 127 * 257)
"""What one and two signed digits hold, of both signs."""

_MOST_NUMBERS = 1 << 22
_FAR = np.int64(1) << 62


class Line(NamedTuple):
    """clip((weight · x + addend) >> shift, low, high), for each output.

    Attributes:
        weights: [outputs].
        addends: [outputs].
        shift: of all.
        low: limit of all.
        high: likewise.
    """

    weights: Integers
    addends: Integers
    shift: int
    low: int
    high: int


def shortened(line: Line, least: int, most: int, digits: int) -> Line:
    """Return a line of fewer digits with the same results, or the line itself.

    Args:
        line: as it is meant.
        least: the smallest x.
        most: the largest.
        digits: that its weights take, signed and of base 256.
    """
    if (most - least + 1) * len(line.weights) > _MOST_NUMBERS:
        return line
    x = np.arange(least, most + 1, dtype=np.int64)[:, None]
    exact = np.clip((x * line.weights + line.addends) >> line.shift, line.low, line.high)
    for largest in _LARGEST[: digits - 1]:
        found = _with_weights_up_to(line, x, exact, largest)
        if found is not None:
            return found
    return line


def _with_weights_up_to(line: Line, x: Integers, exact: Integers, largest: int) -> Line | None:
    dropped = max(int(np.abs(line.weights).max()).bit_length() - largest.bit_length(), 0)
    weights = _rounded(line.weights, dropped)
    if np.abs(weights).max() > largest:
        dropped += 1
        weights = _rounded(line.weights, dropped)
    shift = line.shift - dropped
    if shift < 0:
        return None
    # Each x bounds the addend from both sides; beyond the limits from one alone.
    products = x * weights
    lower = np.where(exact == line.low, -_FAR, (exact << shift) - products).max(axis=0)
    upper = np.where(exact == line.high, _FAR, ((exact + 1 << shift) - 1) - products).min(axis=0)
    if np.any(lower > upper):
        return None
    addends = np.clip(line.addends >> dropped, lower, upper)
    return line._replace(weights=weights, addends=addends, shift=shift)


def _rounded(weights: Integers, dropped: int) -> Integers:
    return weights if dropped == 0 else (weights + (1 << dropped - 1)) >> dropped
