from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.ir.geometry import (
    Padding,
    Size,
    reciprocal_type,
    reciprocals,
    window_counts,
    window_output,
)


def test_text_forms() -> None:
    assert str(Size(3, 2)) == "3x2"
    assert str(Padding(1, 0, 2, 3)) == "1,0,2,3"


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "expected"),
    [
        ((32, 32), Size(3, 3), Size(1, 1), Padding(1, 1, 1, 1), (32, 32)),
        ((32, 32), Size(3, 3), Size(2, 2), Padding(1, 1, 1, 1), (16, 16)),
        ((7, 5), Size(3, 2), Size(2, 1), Padding(0, 1, 1, 0), (3, 5)),
        ((2, 2), Size(3, 3), Size(1, 1), Padding(), (0, 0)),
        ((1, 1), Size(3, 3), Size(1, 1), Padding(), (-1, -1)),
    ],
)
def test_window_output(
    size: tuple[int, int], kernel: Size, stride: Size, padding: Padding, expected: tuple[int, int]
) -> None:
    assert window_output(size, kernel, stride, padding) == expected


@pytest.mark.parametrize("padding", [Padding(), Padding(1, 1, 1, 1), Padding(0, 2, 1, 0)])
@pytest.mark.parametrize("stride", [Size(1, 1), Size(2, 3)])
def test_window_counts_equal_a_walk_over_the_windows(padding: Padding, stride: Size) -> None:
    kernel, size = Size(3, 3), (5, 7)
    ones = np.pad(
        np.ones(size, np.int64), ((padding.top, padding.bottom), (padding.left, padding.right))
    )
    rows, columns = window_output(size, kernel, stride, padding)
    expected = [
        [
            ones[
                r * stride.height : r * stride.height + 3, c * stride.width : c * stride.width + 3
            ].sum()
            for c in range(columns)
        ]
        for r in range(rows)
    ]
    assert window_counts(size, kernel, stride, padding).tolist() == expected


def test_an_exact_reciprocal_is_one_bit() -> None:
    for count in (1, 2, 4, 64):
        element = reciprocal_type(count, exact=True)
        values = reciprocals(np.array([count]), element)
        assert element.width == 1
        assert values.tolist() == [1]
        assert values[0] * element.step == 1 / count


@pytest.mark.parametrize("largest", [1, 2, 3, 4, 9, 25, 49, 64, 100])
def test_other_reciprocals_keep_eighteen_bits(largest: int) -> None:
    element = reciprocal_type(largest, exact=False)
    counts = np.arange(1, largest + 1)
    values = reciprocals(counts, element)
    assert values.max() <= element.maximum
    assert int(values.min()).bit_length() >= 18
    assert np.abs(values * element.step - 1 / counts).max() <= element.step / 2
