"""A program with every instruction, and what the engine should make of frames."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.isa import Array, End, Instruction, Load, Region, Store
from fpgaflow.engine.program import Operation, Program
from tests.engine.random_programs import weighted
from tests.rtl.models import SMALL

BANKS = SMALL.lanes_p
LOAD = Load(region=Region.FRAME, banks=BANKS, address=8, bank_bytes=600, offset=0)
SPILL = Store(region=Region.SPILL, banks=BANKS, address=512, bank_bytes=96, offset=8)
AGAIN = Load(region=Region.SPILL, banks=BANKS, address=1024, bank_bytes=96, offset=8)
STORE = Store(region=Region.FRAME, banks=BANKS, address=1024, bank_bytes=96, offset=0)

ARRAY = Array(
    groups=3,
    last_channels=1,
    shift=9,
    low=-128,
    high=127,
    signed_phases=1,
    kernel_rows=3,
    taps=1,
    tiles=3,
    last_lanes=1,
    lane=-1,
    row_address=8 + 3 * 24,
    row_pitch=24,
    row_step=24,
    band_bytes=4 * 24,
    band_rows=4,
    row=3,
    last_lane=BANKS - 1,
    last_rows=3,
    column=-3,
    column_step=3,
    rows_out=4,
    columns_out=4,
    out_address=512,
    out_row_pitch=24,
    out_pixel_pitch=6,
    out_last_lane=BANKS - 1,
    out_last_rows=3,
)
"""A convolution of 3 x 3 on [7, 8, 3] of signed bytes, 4 rows to a bank, 5 channels out."""


def program(*instructions: Instruction, frame_in: int | None = None) -> Program:
    """A program of instructions with random weights; END follows."""
    rng = np.random.default_rng(11)
    operations = [
        weighted(SMALL, one, rng) if isinstance(one, Array) else Operation(instruction=one)
        for one in (*instructions, End())
    ]
    return Program(
        config=SMALL,
        operations=tuple(operations),
        input_bytes=frame_in or BANKS * 600,
        output_bytes=BANKS * 96,
        spill_bytes=BANKS * 96 + 8,
    )


WHOLE = program(LOAD, ARRAY, SPILL, AGAIN, STORE)
"""Every instruction."""

LONG = program(LOAD, *[replace(ARRAY, shift=shift) for shift in range(8)], SPILL, AGAIN, STORE)
"""The same with more rows than the program memory has: it is read again for each frame."""


def frames(count: int, one: Program = WHOLE, seed: int = 5) -> NDArray[np.uint8]:
    """Random frames for a program."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, one.input_bytes)).astype(np.uint8)


def with_checksum(block: bytes) -> bytes:
    """The block with the checksum that its bytes have."""
    return block[:4] + struct.pack("<I", zlib.crc32(block[8:])) + block[8:]


def patched(block: bytes, at: int, data: bytes) -> bytes:
    """The block with other bytes at a place, and its checksum again right."""
    return with_checksum(block[:at] + data + block[at + len(data) :])


def row_of(one: Program, index: int) -> int:
    """The first row of an instruction, header rows included."""
    before = replace(one, operations=one.operations[:index])
    return SMALL.instruction_rows + before.rows
