"""Which bytes of the feature-map banks an `Array` reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array

_ADDRESS_MASK = 0xFFFF

Place = tuple[int, int, int]
"""Lane, row of the band and in-bank address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTable:
    """The rows of each output row and the columns of each output column.

    Attributes:
        bank: int64 [rows_out, kernel_rows, lanes_p], meaningful where `inside`.
        inside: bool, the same shape: the row is one of the feature map.
        address: int64 [rows_out, phases, kernel_rows], in-bank, the same in all lanes.
        column: int64 [columns_out, taps, tiles, lanes_k], the byte in the row for group 0;
            below 0 or from the row's bytes on it is outside.
    """

    bank: NDArray[np.int64]
    inside: NDArray[np.bool_]
    address: NDArray[np.int64]
    column: NDArray[np.int64]

    def within(self, row_pitch: int, bank_bytes: int) -> bool:
        """Whether each row that any lane reads lies in its bank."""
        read = np.logical_or.reduce(self.inside, axis=2)[:, None, :]
        beyond = self.address + row_pitch > bank_bytes
        return not (read & beyond).any()


def read_table(config: EngineConfig, array: Array) -> ReadTable:
    """Walk the rows as the engine does: one comparison and one wrap a move, 16-bit addresses."""
    places = np.array(_walk(array), np.int64)
    lane, row, address = places[..., 0], places[..., 1], places[..., 2]
    bank = (np.arange(config.lanes_p) << array.lane_shift) + lane[:, :, None]
    last = (bank == array.last_lane) & (row[:, :, None] < array.last_rows)
    phase = np.arange(array.phases)[:, None] * array.phase_step
    return ReadTable(
        bank=bank,
        inside=(bank >= 0) & ((bank < array.last_lane) | last),
        address=(address[:, None, :] + phase) & _ADDRESS_MASK,
        column=_columns(config, array),
    )


def _columns(config: EngineConfig, array: Array) -> NDArray[np.int64]:
    x = np.arange(array.columns_out)[:, None, None, None] * array.column_step
    tap = np.arange(array.taps)[:, None, None] * array.tap_step
    tile = np.arange(array.tiles)[:, None] * config.lanes_k
    return array.column + x + tap + tile + np.arange(config.lanes_k)


def _walk(array: Array) -> list[list[Place]]:
    """The place of each kernel row, [rows_out][kernel_rows]."""
    places: list[list[Place]] = []
    first = (array.lane, array.row, array.row_address)
    for _ in range(array.rows_out):
        place, line = first, list[Place]()
        for _ in range(array.kernel_rows):
            line.append(place)
            place = _moved(array, place, 1, array.row_pitch)
        places.append(line)
        first = _moved(array, first, array.stride_rows, array.row_step)
    return places


def _moved(array: Array, place: Place, rows: int, step: int) -> Place:
    lane, row, address = place
    if row + rows >= array.band_rows:
        return lane + 1, row + rows - array.band_rows, address + step - array.band_bytes
    return lane, row + rows, address + step
