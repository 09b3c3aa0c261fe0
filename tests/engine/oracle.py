"""The loops of docs/engine.md, "What ARRAY computes", written down one by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array
from fpgaflow.engine.program import Operation


def run_array(config: EngineConfig, operation: Operation, banks: NDArray[np.uint8]) -> int:
    """Change `banks` [lanes_p, bank_bytes] in the engine's order; return the useful products."""
    array = operation.instruction
    assert isinstance(array, Array)
    assert operation.biases is not None
    assert operation.weights is not None
    useful = 0
    for g in range(array.groups):
        channels = array.last_channels if g == array.groups - 1 else config.lanes_o
        for r in range(array.rows_out):
            for x in range(array.columns_out):
                sums = _position(config, operation, banks, (g, r, x))
                for p in range(config.lanes_p):
                    if not _exists(array.out_last_lane, array.out_last_rows, p, r):
                        continue
                    run = (array.tiles - 1) * config.lanes_k + array.last_lanes
                    useful += channels * run * array.steps // array.tiles
                    for o in range(channels):
                        value = (sums[p][o] + int(operation.biases[g, o])) >> array.shift
                        value = min(max(value, array.low), array.high)
                        at = array.out_address + r * array.out_row_pitch
                        at += x * array.out_pixel_pitch + g * config.lanes_o + o
                        banks[p, at] = (value >> 8 if array.high_byte else value) & 0xFF
    return 0 if array.unweighted else useful


def _position(  # noqa: C901, PLR0912 - the loops as they stand there
    config: EngineConfig,
    operation: Operation,
    banks: NDArray[np.uint8],
    position: tuple[int, int, int],
) -> list[list[int]]:
    array = operation.instruction
    assert isinstance(array, Array)
    assert operation.weights is not None
    g, r, x = position
    sums = [[-(1 << 24) if array.maximum else 0] * config.lanes_o for _ in range(config.lanes_p)]
    step = 0
    for phase in range(array.phases):
        if phase and array.shift_phases:
            sums = [[value << 8 for value in line] for line in sums]
        place = (array.lane, array.row, array.row_address)
        for _ in range(r):
            place = _moved(array, place, array.stride_rows, array.row_step)
        for _ in range(array.kernel_rows):
            address = (place[2] + phase * array.phase_step) % 65536
            for tap in range(array.taps):
                for tile in range(array.tiles):
                    q = array.column + x * array.column_step + g * array.group_step
                    q += tap * array.tap_step + tile * config.lanes_k
                    for p in range(config.lanes_p):
                        bank = (p << array.lane_shift) + place[0]
                        inside = bank >= 0 and _exists(
                            array.last_lane, array.last_rows, bank, place[1]
                        )
                        for o in range(config.lanes_o):
                            value = 0
                            for k in range(config.lanes_k):
                                if inside and 0 <= q + k < array.row_pitch:
                                    byte = int(banks[bank, address + q + k])
                                    if array.signed_phases >> phase & 1 and byte > 127:
                                        byte -= 256
                                    value += byte * int(operation.weights[g, step, o, k])
                            if not array.maximum:
                                sums[p][o] += value
                            elif inside and 0 <= q < array.row_pitch:
                                sums[p][o] = max(sums[p][o], value)
                    step += 1
            place = _moved(array, place, 1, array.row_pitch)
    return sums


def _moved(array: Array, place: tuple[int, int, int], rows: int, step: int) -> tuple[int, int, int]:
    lane, row, address = place
    row += rows
    address += step
    if row >= array.band_rows:
        row -= array.band_rows
        address -= array.band_bytes
        lane += 1
    return lane, row, address


def _exists(last_lane: int, last_rows: int, lane: int, row: int) -> bool:
    return lane < last_lane or (lane == last_lane and row < last_rows)
