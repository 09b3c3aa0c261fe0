"""Sizes of windows: kernels, strides, padding, and how many elements a window holds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.fixed import FixedType, Overflow, Rounding


class Size(NamedTuple):
    """Rows and columns."""

    height: int
    width: int

    def __str__(self) -> str:
        """Return e.g. `3x3`."""
        return f"{self.height}x{self.width}"


class Padding(NamedTuple):
    """Rows and columns added on each side."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def __str__(self) -> str:
        """Return e.g. `1,1,1,1`: top, left, bottom, right."""
        return ",".join(str(side) for side in self)


def window_output(
    size: tuple[int, ...], kernel: Size, stride: Size, padding: Padding
) -> tuple[int, int]:
    """Return how many windows fit, down and across; zero or less when none does."""
    height = (size[0] + padding.top + padding.bottom - kernel.height) // stride.height + 1
    width = (size[1] + padding.left + padding.right - kernel.width) // stride.width + 1
    return height, width


def window_counts(
    size: tuple[int, int], kernel: Size, stride: Size, padding: Padding
) -> NDArray[np.int64]:
    """Return how many real (not padded) elements each window has, [out height, out width]."""
    out_height, out_width = window_output(size, kernel, stride, padding)
    rows = _real_lengths(size[0], kernel.height, stride.height, padding.top, out_height)
    columns = _real_lengths(size[1], kernel.width, stride.width, padding.left, out_width)
    return np.outer(rows, columns)


def _real_lengths(
    size: int, kernel: int, stride: int, before: int, count: int
) -> NDArray[np.int64]:
    start = np.arange(count, dtype=np.int64) * stride - before
    return np.minimum(start + kernel, size) - np.maximum(start, 0)


RECIPROCAL_BITS = 18
"""Significant bits of a reciprocal that is not a power of two: one port of a DSP48."""


def reciprocal_type(largest_count: int, *, exact: bool) -> FixedType:
    """Return the format of the reciprocals 1/count for counts up to `largest_count`.

    Args:
        largest_count: elements of a whole window.
        exact: true when that is the only count and a power of two; then the format holds just
            that one reciprocal, exactly, and the multiplication is a shift.
    """
    magnitude = (largest_count - 1).bit_length()
    if exact:
        return _unsigned(1, 1 - magnitude)
    # 1/count <= 1 needs one integer bit; the smallest reciprocal keeps RECIPROCAL_BITS bits.
    fraction = magnitude + RECIPROCAL_BITS - 1
    return _unsigned(fraction + 1, 1)


def _unsigned(width: int, integer: int) -> FixedType:
    return FixedType(
        width=width,
        integer=integer,
        signed=False,
        rounding=Rounding.TRUNCATE,
        overflow=Overflow.WRAP,
    )


def reciprocals(counts: NDArray[np.int64], element: FixedType) -> NDArray[np.int64]:
    """Return round-half-up(2^fraction / count) for each count, as integers of `element`."""
    one = np.int64(1) << element.fraction
    return (2 * one + counts) // (2 * counts)
