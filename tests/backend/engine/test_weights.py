"""The order of weights in the program's rows."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.backend.engine.weights import bias_rows, dense_rows, diagonal_rows
from fpgaflow.engine.config import EngineConfig

CONFIG = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2)


@pytest.mark.parametrize("contiguous", [True, False])
def test_a_dense_weight_is_where_its_step_and_lane_are(contiguous: bool) -> None:
    phases, rows, columns, inputs, _ = shape = (2, 2, 3, 5, 3)
    weights = np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)
    packed = dense_rows(weights, CONFIG, contiguous=contiguous)
    taps, tiles = (1, -(-columns * inputs // 4)) if contiguous else (columns, 2)
    assert packed.shape == (2, phases * rows * taps * tiles, 2, 4)
    assert np.abs(packed.astype(int)).sum() == np.abs(weights.astype(int)).sum()
    for phase, row, column, channel, output in np.ndindex(shape):
        tap, byte = (0, column * inputs + channel) if contiguous else (column, channel)
        step = ((phase * rows + row) * taps + tap) * tiles + byte // 4
        found = packed[output // 2, step, output % 2, byte % 4]
        assert found == weights[phase, row, column, channel, output]


def test_a_diagonal_weight_is_in_its_own_lane() -> None:
    weights = np.arange(1, 13, dtype=np.int8).reshape(1, 2, 2, 3)
    packed = diagonal_rows(weights, CONFIG)
    assert packed.shape == (2, 4, 2, 4)
    assert packed[0, 0].tolist() == [[1, 0, 0, 0], [0, 2, 0, 0]]
    assert packed[1, 3].tolist() == [[12, 0, 0, 0], [0, 0, 0, 0]]


def test_biases_are_filled_with_zeros() -> None:
    assert bias_rows(np.array([1, 2, 3]), CONFIG).tolist() == [[1, 2], [3, 0]]
