"""The engine's instructions and their 64 bytes (docs/engine.md, "Instructions")."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from fpgaflow.engine.config import INSTRUCTION_BYTES
from fpgaflow.errors import InputRefused


class Opcode(IntEnum):
    """The first byte of an instruction."""

    END = 0
    ARRAY = 1
    LOAD = 2
    STORE = 3


class Region(IntEnum):
    """A buffer in the board's memory."""

    FRAME = 0
    SPILL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """A layer, or a part of one, on the array; the fields stand in docs/engine.md.

    Sizes and addresses are bytes but where their name says rows, lanes, groups or tiles.
    """

    maximum: bool = False
    shift_phases: bool = False
    high_byte: bool = False
    unweighted: bool = False
    signed_phases: int = 0
    phases: int = 1
    groups: int
    last_channels: int
    shift: int
    low: int
    high: int
    kernel_rows: int = 1
    taps: int = 1
    tiles: int = 1
    last_lanes: int
    lane_shift: int = 0
    lane: int = 0
    stride_rows: int = 1
    row_address: int
    row_pitch: int
    row_step: int
    band_bytes: int
    band_rows: int
    row: int = 0
    last_lane: int
    last_rows: int
    column: int = 0
    column_step: int
    tap_step: int = 0
    phase_step: int = 0
    group_step: int = 0
    rows_out: int
    columns_out: int
    out_address: int
    out_row_pitch: int
    out_pixel_pitch: int
    out_last_lane: int
    out_last_rows: int

    @property
    def steps(self) -> int:
        """Steps of a position, which are also the weight rows of a group."""
        return self.phases * self.kernel_rows * self.taps * self.tiles

    @property
    def group_rows(self) -> int:
        """Rows of the program that a group takes: the biases and the weights."""
        return 1 + self.steps

    @property
    def positions(self) -> int:
        """Positions of each lane."""
        return self.rows_out * self.columns_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Memory to feature-map banks: `bank_bytes` for each of `banks`, one after the other."""

    region: Region
    banks: int
    address: int
    bank_bytes: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Feature-map banks to memory, likewise."""

    region: Region
    banks: int
    address: int
    bank_bytes: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The frame is done."""


Instruction = Array | Load | Store | End

_ARRAY = struct.Struct("<BBBBHBBiiBBHBBbBHHHHBBBBhHHHBBHHHHBBH")
_MOVE = struct.Struct("<BBBBHHI")
_FLAGS = ("maximum", "shift_phases", "high_byte", "unweighted")
_FIELDS = [
    "signed_phases",
    "phases",
    "groups",
    "last_channels",
    "shift",
    "low",
    "high",
    "kernel_rows",
    "taps",
    "tiles",
    "last_lanes",
    "lane_shift",
    "lane",
    "stride_rows",
    "row_address",
    "row_pitch",
    "row_step",
    "band_bytes",
    "band_rows",
    "row",
    "last_lane",
    "last_rows",
    "column",
    "column_step",
    "tap_step",
    "phase_step",
    "group_step",
    "rows_out",
    "columns_out",
    "out_address",
    "out_row_pitch",
    "out_pixel_pitch",
    "out_last_lane",
    "out_last_rows",
]
"""Of `Array`, in the order of the bytes after the flags."""


def encode(instruction: Instruction) -> bytes:
    """Return an instruction's 64 bytes.

    Raises:
        InputRefused: a field does not fit its bits.
    """
    try:
        if isinstance(instruction, Array):
            flags = sum(getattr(instruction, name) << bit for bit, name in enumerate(_FLAGS))
            fields = (getattr(instruction, name) for name in _FIELDS)
            data = _ARRAY.pack(Opcode.ARRAY, flags, *fields, instruction.group_rows)
        elif isinstance(instruction, End):
            data = bytes([Opcode.END])
        else:
            opcode = Opcode.LOAD if isinstance(instruction, Load) else Opcode.STORE
            data = _MOVE.pack(
                opcode,
                instruction.region,
                instruction.banks,
                0,
                instruction.address,
                instruction.bank_bytes,
                instruction.offset,
            )
    except struct.error as error:
        raise InputRefused(
            f"engine: {instruction} does not fit its 64 bytes: {error}",
            accepted="fields within their bits (docs/engine.md)",
        ) from error
    return data.ljust(INSTRUCTION_BYTES, b"\0")


def decode(data: bytes) -> Instruction:
    """Return the instruction that 64 bytes hold.

    Raises:
        InputRefused: the opcode or the region is unknown, or a field contradicts the others.
    """
    opcode = data[0]
    if opcode == Opcode.END:
        return End()
    if opcode == Opcode.ARRAY:
        _, flags, *values, rows = _ARRAY.unpack_from(data)
        named = dict(zip(_FIELDS, values, strict=True))
        named |= {name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS)}
        array = Array(**named)
        if array.group_rows != rows:
            raise InputRefused(
                f"engine: an instruction of {rows} rows a group, its loops need {array.group_rows}",
                accepted="group_rows = 1 + phases · kernel_rows · taps · tiles",
            )
        return array
    if opcode in (Opcode.LOAD, Opcode.STORE):
        _, region, banks, _, address, bank_bytes, offset = _MOVE.unpack_from(data)
        if region not in tuple(Region):
            raise InputRefused(f"engine: region {region}", accepted="0 (frame) or 1 (spill)")
        kind = Load if opcode == Opcode.LOAD else Store
        return kind(
            region=Region(region),
            banks=banks,
            address=address,
            bank_bytes=bank_bytes,
            offset=offset,
        )
    raise InputRefused(
        f"engine: opcode {opcode}",
        accepted="0 (END), 1 (ARRAY), 2 (LOAD) or 3 (STORE)",
    )
