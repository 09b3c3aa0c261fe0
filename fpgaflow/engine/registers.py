"""The engine's registers, counters and status codes (docs/engine.md, "Registers")."""

from __future__ import annotations

from enum import IntEnum

VERSION = 1

ABORT = 1 << 8
"""Of CTRL, written."""


class Register(IntEnum):
    """Offsets in bytes; addresses have 64 bits, low word first."""

    CTRL = 0x00
    GIER = 0x04
    IER = 0x08
    ISR = 0x0C
    PROGRAM_ADDRESS = 0x10
    PROGRAM_BYTES = 0x18
    FRAMES = 0x1C
    INPUT_ADDRESS = 0x20
    INPUT_BYTES = 0x28
    OUTPUT_ADDRESS = 0x30
    OUTPUT_BYTES = 0x38
    SPILL_ADDRESS = 0x40
    SPILL_BYTES = 0x48
    STATUS = 0x50
    WHERE = 0x54
    LANES = 0x58
    MEMORY = 0x5C
    VERSION = 0x60
    COUNTERS = 0x80


COUNTERS = (
    "frames",
    "cycles",
    "cycles_steps",
    "cycles_wait_program",
    "cycles_load",
    "cycles_store",
    "cycles_decode",
    "cycles_drain",
    "cycles_check",
    "macs_issued",
    "macs_useful",
    "read_program_bytes",
    "read_weight_bytes",
    "read_input_bytes",
    "read_feature_map_bytes",
    "write_output_bytes",
    "write_feature_map_bytes",
    "bursts_program",
    "bursts_read",
    "bursts_write",
    "chip_feature_map_reads",
    "chip_weight_reads",
    "chip_feature_map_writes",
)
"""64 bits each, from `Register.COUNTERS` on, in this order."""


class Status(IntEnum):
    """Why a run ended."""

    OK = 0
    ABORTED = 1
    MAGIC = 2
    VERSION = 3
    LANES = 4
    CHECKSUM = 5
    TRUNCATED = 6
    INSTRUCTION = 7
    ADDRESS = 8
    REGION = 9
    ALIGNMENT = 10
    PROGRAM_READ = 11
    DATA_READ = 12
    DATA_WRITE = 13
