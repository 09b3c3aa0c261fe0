"""Random ARRAY instructions of every kind, legal ones and with sums that fit."""

from __future__ import annotations

import numpy as np

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array, End, Instruction, Load, Region, Store
from fpgaflow.engine.program import Operation, Program


def random_array(config: EngineConfig, rng: np.random.Generator) -> Array:
    """An instruction that reads the lower half of each bank and writes the upper half."""

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    half = config.bank_bytes // 2
    maximum = rng.random() < 0.25
    phases = number(1, 4) if rng.random() < 0.5 else 1
    kernel_rows, taps = number(1, 7), number(1, 3)
    tiles = 1 if maximum else number(1, 3)
    while phases * kernel_rows * taps * tiles > min(63, config.w_rows // 2):
        kernel_rows, tiles = max(1, kernel_rows - 1), max(1, tiles - 1)
        taps = max(1, taps - 1)
    band_rows, row_pitch = number(1, 8), number(1, 60)
    phase_step = number(0, half - band_rows * row_pitch) // 4
    address = number(0, half - band_rows * row_pitch - (phases - 1) * phase_step)
    if rng.random() < 0.1:
        # The lowest phase may lie last: addresses are modulo 2^16.
        address, phase_step = address + (phases - 1) * phase_step, -phase_step % 65536
    row = number(0, band_rows - 1)
    stride = number(1, min(4, band_rows))
    groups, rows_out, columns_out = number(1, 4), number(1, 4), number(1, 6)
    channels = groups * config.lanes_o
    pixel = channels + number(0, 3)
    pitch = pixel * columns_out + number(0, 5)
    room = half - rows_out * pitch
    low = number(-32768, 65535) if rng.random() < 0.3 else number(-300, 0)
    return Array(
        maximum=maximum,
        shift_phases=not maximum and rng.random() < 0.7,
        high_byte=bool(rng.random() < 0.3),
        unweighted=bool(rng.random() < 0.2),
        signed_phases=number(0, 15),
        phases=phases,
        groups=groups,
        last_channels=number(1, config.lanes_o),
        shift=number(0, 12) if rng.random() < 0.8 else number(0, 31),
        low=low,
        high=number(low, 65535) if rng.random() < 0.3 else max(low, number(0, 300)),
        kernel_rows=kernel_rows,
        taps=taps,
        tiles=tiles,
        last_lanes=number(1, config.lanes_k),
        lane_shift=number(0, 4) if rng.random() < 0.5 else 0,
        lane=number(-3, config.lanes_p - 1),
        stride_rows=stride,
        row_address=address + row * row_pitch,
        row_pitch=row_pitch,
        row_step=stride * row_pitch,
        band_bytes=band_rows * row_pitch,
        band_rows=band_rows,
        row=row,
        last_lane=number(0, config.lanes_p - 1),
        last_rows=number(1, band_rows),
        column=number(-40, 40),
        column_step=number(0, 12),
        tap_step=number(0, 20),
        phase_step=phase_step,
        group_step=config.lanes_o if rng.random() < 0.3 else 0,
        rows_out=rows_out,
        columns_out=columns_out,
        out_address=half + number(0, max(0, room - 1)),
        out_row_pitch=pitch,
        out_pixel_pitch=pixel,
        out_last_lane=number(0, config.lanes_p - 1),
        out_last_rows=number(1, rows_out),
    )


def weighted(config: EngineConfig, array: Array, rng: np.random.Generator) -> Operation:
    """Weights as large as the sums allow, sparse now and then, and biases."""
    steps = array.steps // array.phases * config.lanes_k
    growth = sum(256**phase if array.shift_phases else 1 for phase in range(array.phases))
    limit = min(128, (1 << 30) // (255 * steps * growth))
    shape = (array.groups, array.steps, config.lanes_o, config.lanes_k)
    weights = rng.integers(-limit, max(limit, 1), shape)
    if rng.random() < 0.3:
        weights *= rng.integers(0, 2, shape)
    reach = 1 << int(rng.integers(4, 30))
    return Operation(
        instruction=array,
        biases=rng.integers(-reach, reach, (array.groups, config.lanes_o)),
        weights=weights.astype(np.int8),
        layer="random",
    )


def random_move(
    config: EngineConfig, rng: np.random.Generator, kind: type[Instruction]
) -> Operation:
    banks, words = int(rng.integers(1, config.lanes_p + 1)), int(rng.integers(1, 12))
    address = 8 * int(rng.integers(0, config.bank_bytes // 8 - words + 1))
    fields = {"banks": banks, "address": address, "bank_bytes": 8 * words, "offset": 0}
    assert kind in (Load, Store)
    return Operation(instruction=kind(region=Region.FRAME, **fields))


def random_program(config: EngineConfig, seed: int, arrays: int, *, moves: bool = False) -> Program:
    """Some random instructions and END."""
    rng = np.random.default_rng(seed)
    operations: list[Operation] = []
    for _ in range(arrays):
        if moves:
            operations.append(random_move(config, rng, Load))
        operations.append(weighted(config, random_array(config, rng), rng))
        if moves:
            operations.append(random_move(config, rng, Store))
    operations.append(Operation(instruction=End()))
    return program_of(config, *operations)


def program_of(config: EngineConfig, *operations: Operation) -> Program:
    size = config.lanes_p * config.bank_bytes
    return Program(config=config, operations=operations, input_bytes=size, output_bytes=size)
