"""Sliding windows over a batch of feature maps, one kernel position at a time.

Adding up kernel positions needs no copy of the map per position, which on a board's memory is
worth more than one large product.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.geometry import Padding, Size, window_output


def positions(
    values: NDArray[Any], kernel: Size, stride: Size, padding: Padding, fill: int
) -> Iterator[tuple[int, int, NDArray[Any]]]:
    """Yield, for each kernel row and column, what every window has there.

    Args:
        values: [n, height, width, channels], of any type.
        kernel: window size.
        stride: steps between windows.
        padding: elements of `fill` around the map.
        fill: the value of padding.

    Yields:
        Kernel row, kernel column and a view [n, out height, out width, channels].
    """
    rows, columns = window_output(values.shape[1:3], kernel, stride, padding)
    if any(padding):
        sides = ((0, 0), (padding.top, padding.bottom), (padding.left, padding.right), (0, 0))
        values = np.pad(values, sides, constant_values=fill)
    for row in range(kernel.height):
        for column in range(kernel.width):
            last_row = row + (rows - 1) * stride.height + 1
            last_column = column + (columns - 1) * stride.width + 1
            view = values[:, row : last_row : stride.height, column : last_column : stride.width]
            yield row, column, view


def pool_max(values: Integers, kernel: Size, stride: Size, padding: Padding) -> Integers:
    """Return the largest value of each window; padding never wins."""
    lowest = int(np.iinfo(np.int64).min)
    views = (view for _, _, view in positions(values, kernel, stride, padding, lowest))
    result = next(views).copy()
    for view in views:
        np.maximum(result, view, out=result)
    return result


def pool_sum(values: Integers, kernel: Size, stride: Size, padding: Padding) -> Integers:
    """Return the sum of each window; padding is zero."""
    views = (view for _, _, view in positions(values, kernel, stride, padding, 0))
    result = next(views).copy()
    for view in views:
        result += view
    return result
