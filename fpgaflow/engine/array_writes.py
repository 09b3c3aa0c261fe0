"""Which bytes of the feature-map banks an `Array` writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTable:
    """Where the results go.

    Attributes:
        address: int64 [groups, rows_out, columns_out, lanes_o], in-bank, the same in all lanes.
        exists: bool [groups, rows_out, lanes_p, lanes_o]: the channel and the row are there.
    """

    address: NDArray[np.int64]
    exists: NDArray[np.bool_]

    def within(self, bank_bytes: int) -> bool:
        """Whether each byte that is written lies in its bank."""
        written = np.logical_or.reduce(self.exists, axis=2)[:, :, None, :]
        return not (written & (self.address >= bank_bytes)).any()

    @property
    def count(self) -> int:
        """Bytes that are written."""
        return int(self.exists.sum()) * self.address.shape[2]


def write_table(config: EngineConfig, array: Array) -> WriteTable:
    """Return the destinations of an instruction's results."""
    group = np.arange(array.groups)[:, None, None, None] * config.lanes_o
    row = np.arange(array.rows_out)[:, None, None] * array.out_row_pitch
    column = np.arange(array.columns_out)[:, None] * array.out_pixel_pitch
    channels = np.full(array.groups, config.lanes_o)
    channels[-1] = array.last_channels
    channel = np.arange(config.lanes_o) < channels[:, None]
    return WriteTable(
        address=array.out_address + group + row + column + np.arange(config.lanes_o),
        exists=channel[:, None, None, :] & rows_exist(config, array)[None, :, :, None],
    )


def rows_exist(config: EngineConfig, array: Array) -> NDArray[np.bool_]:
    """Return which rows of the bands are rows of the output, bool [rows_out, lanes_p]."""
    lane, row = np.arange(config.lanes_p), np.arange(array.rows_out)[:, None]
    last = (lane == array.out_last_lane) & (row < array.out_last_rows)
    return (lane < array.out_last_lane) | last
