"""A layer's weights and biases in the order of the program's rows."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.config import EngineConfig

_Number = TypeVar("_Number", bound=np.generic)


def bias_rows(biases: NDArray[np.int64], config: EngineConfig) -> NDArray[np.int64]:
    """Return [groups, lanes_o], zeros for channels that there are not."""
    return _padded(biases, -1, config.lanes_o).reshape(-1, config.lanes_o)


def dense_rows(
    weights: NDArray[np.int8], config: EngineConfig, *, contiguous: bool
) -> NDArray[np.int8]:
    """Return the rows of a layer whose channels mix, [groups, steps, lanes_o, lanes_k].

    Args:
        weights: [phases, kernel rows, kernel columns, inputs, outputs].
        config: the engine.
        contiguous: a kernel row's bytes follow each other: its columns are one run.
    """
    phases, rows, columns, inputs, outputs = weights.shape
    taps, run = (1, columns * inputs) if contiguous else (columns, inputs)
    runs = weights.reshape(phases, rows, taps, run, outputs)
    runs = _padded(_padded(runs, -1, config.lanes_o), -2, config.lanes_k)
    groups, tiles = runs.shape[-1] // config.lanes_o, runs.shape[-2] // config.lanes_k
    split = runs.reshape(phases, rows, taps, tiles, config.lanes_k, groups, config.lanes_o)
    ordered = split.transpose(5, 0, 1, 2, 3, 6, 4)
    return np.ascontiguousarray(ordered).reshape(groups, -1, config.lanes_o, config.lanes_k)


def diagonal_rows(weights: NDArray[np.int8], config: EngineConfig) -> NDArray[np.int8]:
    """Return the rows of a layer whose channels do not mix, [groups, steps, lanes_o, lanes_k].

    Args:
        weights: [phases, kernel rows, taps, outputs].
        config: the engine.
    """
    padded = _padded(weights, -1, config.lanes_o)
    groups = padded.shape[-1] // config.lanes_o
    split = padded.reshape(-1, groups, config.lanes_o).transpose(1, 0, 2)
    rows = np.zeros((*split.shape, config.lanes_k), np.int8)
    lane = np.arange(config.lanes_o)
    rows[:, :, lane, lane] = split
    return rows


def _padded(array: NDArray[_Number], axis: int, multiple: int) -> NDArray[_Number]:
    missing = -array.shape[axis] % multiple
    if not missing:
        return array
    sides = [(0, 0)] * array.ndim
    sides[axis] = (0, missing)
    return np.pad(array, sides)
