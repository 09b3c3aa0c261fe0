"""Blocks of the device: how many of them a memory, a multiplier or a constant takes."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from fpgaflow.hardware.board import BoardFamily

BRAM18_SHAPES = ((16384, 1), (8192, 2), (4096, 4), (2048, 9), (1024, 18), (512, 36))
"""Words and bits of one 18-Kbit block RAM (AMD UG473, UG573: simple dual port)."""

SMALL_MEMORY_BITS = 1024
"""Up to here Vitis HLS makes a FIFO of shift registers and a memory of look-up tables, unasked (AMD
UG1399, autosrl)."""


def count_bram18(words: int, bits: int) -> int:
    """Return how many BRAM18 a memory takes, all of one shape, the best of the six."""
    return min(-(-words // depth) * -(-bits // width) for depth, width in BRAM18_SHAPES)


def count_dsp(first_bits: int, second_bits: int, family: BoardFamily) -> int:
    """Return how many DSP slices one multiplier of two signed operands takes."""
    narrow, wide = sorted((first_bits, second_bits))
    wide_port = 25 if family == "zynq-7000" else 27
    if narrow <= 18 and wide <= wide_port:
        return 1
    # A longer multiplication is split into unsigned parts, one bit narrower than the ports.
    return ceil(narrow / 17) * ceil(wide / (wide_port - 1))


def count_signed_digits(values: NDArray[np.int64]) -> int:
    """Return the digits ±1 of all values in canonical signed-digit form: adders of a constant."""
    magnitude = np.abs(values)
    digits = (3 * magnitude) ^ magnitude
    return int(sum(np.count_nonzero(digits >> bit & 1) for bit in range(64)))


def count_multipliers(constants: NDArray[np.int64]) -> int:
    """Return how many constants are neither zero nor plus or minus a power of two."""
    magnitude = np.abs(constants)
    return int(np.count_nonzero(magnitude & (magnitude - 1)))
