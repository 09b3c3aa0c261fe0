"""Weights as signed bytes, and the proof that the engine's 32-bit sums do not overflow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.engine.network import Value
from fpgaflow.backend.engine.refusals import unsupported
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.nodes import Node

MAX_PHASES = 4
_LIMIT = 1 << 31

Numbers = NDArray[np.int8] | NDArray[np.int64]


def digits(weights: Integers) -> list[NDArray[np.int8]]:
    """Return signed digits of base 256, the highest first: as few as all weights need."""
    if weights.size and weights.min() >= -128 and weights.max() <= 127:
        return [weights.astype(np.int8)]
    found: list[NDArray[np.int8]] = []
    while True:
        digit = ((weights + 128) & 255) - 128
        found.append(digit.astype(np.int8))
        weights = (weights - digit) >> 8
        if not weights.any():
            return found[::-1]


def trailing_zeros(weights: Integers, most: int) -> int:
    """Return how many low bits are zero in all weights, `most` at most."""
    together = int(np.bitwise_or.reduce(weights, axis=None)) if weights.size else 0
    return most if together == 0 else min(most, (together & -together).bit_length() - 1)


def column_range(
    weights: Numbers, least: int, most: int, other: Numbers | None = None
) -> tuple[Integers, Integers]:
    """Return the range of each output's partial sums, zero included.

    Args:
        weights: [..., outputs].
        least: the smallest number that is multiplied.
        most: the largest.
        other: weights that may stand in for them, of the same shape.
    """
    flat = weights.reshape(-1, weights.shape[-1])
    largest = smallest = flat
    if other is not None:
        largest = np.maximum(flat, other.reshape(flat.shape))
        smallest = np.minimum(flat, other.reshape(flat.shape))
    positive = np.maximum(largest, 0).sum(axis=0, dtype=np.int64)
    negative = -np.minimum(smallest, 0).sum(axis=0, dtype=np.int64)
    above, below = max(most, 0), max(-least, 0)
    return -(positive * below + negative * above), positive * above + negative * below


def prove_sums(
    node: Node,
    values: Sequence[Value],
    reads: Sequence[tuple[int, int]],
    weights: NDArray[np.int8],
    biases: Integers,
    *,
    shift_phases: bool,
) -> None:
    """Refuse a layer whose sum may leave 32 bits, before or after a shift.

    Args:
        node: for messages.
        values: the layer's inputs.
        reads: for each phase, input and plane.
        weights: [phases, ..., outputs].
        biases: [outputs], added at the end.
        shift_phases: whether the sum is shifted between phases.

    Raises:
        UnsupportedOperator: the proof fails.
    """
    outputs = weights.shape[-1]
    low = high = np.zeros(outputs, np.int64)
    total = np.zeros(weights.shape[1:], np.int64)
    one_plane = len(set(reads)) == 1
    for index, (number, plane) in enumerate(reads):
        least, most = values[number].plane_range(plane)
        if not shift_phases:
            first, last = column_range(weights[index], least, most)
            low, high = low + first, high + last
        elif one_plane:
            shifted = total << 8
            total = shifted + weights[index]
            low, high = column_range(total, least, most, shifted)
        elif index == 0:
            low, high = column_range(weights[index], least, most)
        else:
            top = values[number].plane_range(0)
            low, high = column_range(weights[index], top[0] << 8, (top[1] << 8) + 255)
        _check(node, low, high)
    _check(node, np.minimum(biases, 0), np.maximum(biases, 0))
    _check(node, low + np.minimum(biases, 0), high + np.maximum(biases, 0))


def _check(node: Node, low: Integers, high: Integers) -> None:
    if low.size and (int(low.min()) < -_LIMIT or int(high.max()) >= _LIMIT):
        raise unsupported(
            node,
            f"has sums of {int(low.min())} to {int(high.max())}",
            "sums, the bias and the rounding included, of 32 bits",
            "use narrower weights or activations, or compile with --style spatial",
        )
