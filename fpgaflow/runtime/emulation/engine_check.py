"""The check of a program before it runs, fault by fault in the engine's order."""

from __future__ import annotations

import struct
import zlib

from fpgaflow.engine.config import BEAT_BYTES, INSTRUCTION_BYTES, EngineConfig
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.program import MAGIC, Program, read_program
from fpgaflow.engine.registers import VERSION, Status
from fpgaflow.errors import InputRefused

_HEADER = struct.Struct("<IIIBBBBHHIIII")


def check_program(data: bytes, config: EngineConfig) -> Program:
    """Return the program in a block of bytes.

    Args:
        data: PROGRAM_BYTES from PROGRAM_ADDRESS on.
        config: the engine.

    Raises:
        EngineFault: the engine would stop.
    """
    if len(data) < INSTRUCTION_BYTES or len(data) % BEAT_BYTES:
        raise EngineFault(Status.TRUNCATED, 0, f"{len(data)} bytes")
    magic, crc, version, *lanes, _, lines, rows, size, into, out, spill = _HEADER.unpack_from(data)
    wanted = [config.lanes_k, config.lanes_o, config.lanes_p, config.act_lines, config.w_rows]
    faults = (
        (Status.MAGIC, magic != MAGIC),
        (Status.VERSION, version != VERSION),
        (Status.LANES, [*lanes, lines, rows] != wanted),
        (Status.ALIGNMENT, bool((size | into | out | spill) % BEAT_BYTES)),
        (Status.TRUNCATED, size != len(data)),
        (Status.CHECKSUM, zlib.crc32(data[8:]) != crc),
    )
    for status, shows in faults:
        if shows:
            raise EngineFault(status, 0, "found by the check")
    try:
        return read_program(data)
    except InputRefused as error:
        # The engine finds it when it gets there; the functional model before it starts.
        raise EngineFault(Status.INSTRUCTION, config.instruction_rows, error.found) from error
