"""How many blocks of the device a part takes."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.hardware.blocks import (
    count_bram18,
    count_dsp,
    count_multipliers,
    count_signed_digits,
)


@pytest.mark.parametrize(
    ("words", "bits", "blocks"),
    [
        (512, 36, 1),
        (513, 36, 2),
        (1024, 18, 1),
        (16384, 1, 1),
        (72, 512, 15),  # csynth: MNIST network, dense_resource_rf_leq_nin
        (50, 2048, 57),  # csynth: MNIST network, dense of config9
        (1156, 128, 12),
    ],
)
def test_block_rams_of_a_memory(words: int, bits: int, blocks: int) -> None:
    assert count_bram18(words, bits) == blocks


@pytest.mark.parametrize(
    ("first", "second", "family", "slices"),
    [
        (8, 9, "zynq-7000", 1),
        (18, 25, "zynq-7000", 1),
        (25, 18, "zynq-7000", 1),
        (18, 26, "zynq-7000", 4),
        (18, 27, "zynqmp", 1),
        (19, 19, "zynq-7000", 2),
    ],
)
def test_slices_of_a_multiplier(first: int, second: int, family: str, slices: int) -> None:
    assert count_dsp(first, second, "zynqmp" if family == "zynqmp" else "zynq-7000") == slices


def test_signed_digits() -> None:
    # 7 = 8 - 1, 5 = 4 + 1, 85 = 64 + 16 + 4 + 1
    for value, digits in ((0, 0), (1, 1), (-64, 1), (7, 2), (5, 2), (-7, 2), (85, 4)):
        assert count_signed_digits(np.array([value])) == digits


def test_constants_that_need_a_multiplier() -> None:
    assert count_multipliers(np.array([0, 1, -1, 2, -64, 3, -3, 127])) == 3
