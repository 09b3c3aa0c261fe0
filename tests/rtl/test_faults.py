"""What an engine does with what is wrong: a status, clean buses, and a right run afterwards."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from fpgaflow.backend.engine_rtl.buffers import (
    Buffers,
    allow_buffers,
    place_buffers,
    write_registers,
)
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import (
    RtlRun,
    finish_run,
    run_buffers,
    run_program,
    start_run,
)
from fpgaflow.backend.engine_rtl.timing import Access, MemoryTiming, stalled
from fpgaflow.engine.isa import Instruction, encode
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import ABORT, Register, Status
from tests.rtl import small_programs as small
from tests.rtl.models import SMALL, compiled
from tests.rtl.small_programs import AGAIN, ARRAY, LOAD, LONG, SPILL, STORE, WHOLE, patched

FRAMES = 2
MOST_CYCLES = 200_000
FIELD = SMALL.instruction_rows * SMALL.row_bytes
"""Bytes before the first instruction."""


@pytest.fixture(scope="module")
def engine() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


@pytest.fixture(params=[0, 3], ids=["ideal", "stalled"])
def rtl(engine: RtlEngine, request: pytest.FixtureRequest) -> RtlEngine:
    engine.set_timing(stalled(request.param) if request.param else MemoryTiming())
    return engine


def prepare(
    rtl: RtlEngine,
    program: Program,
    block: bytes | None = None,
    registers: Mapping[Register, int] = MappingProxyType({}),
) -> Buffers:
    """Place a program with its frames and set the registers, some of them otherwise."""
    block = program.to_bytes() if block is None else block
    buffers = place_buffers(
        program=len(block),
        frames=FRAMES,
        frame_in=program.input_bytes,
        frame_out=program.output_bytes,
        spill=program.spill_bytes,
    )
    allow_buffers(rtl, buffers)
    rtl.write_memory(buffers.program.address, block)
    rtl.write_memory(buffers.input.address, small.frames(FRAMES, program).tobytes())
    write_registers(rtl, {**buffers.registers, **registers})
    return buffers


def faulty(rtl: RtlEngine, block: bytes, registers: Mapping[Register, int] | None = None) -> RtlRun:
    """Run a block that is wrong somewhere, or registers that are."""
    return run_buffers(rtl, prepare(rtl, WHOLE, block, registers or {}), MOST_CYCLES)


def check_good(rtl: RtlEngine, program: Program = WHOLE) -> None:
    """What follows is right, whatever was before."""
    images = small.frames(FRAMES, program)
    run = run_program(rtl, program, images)
    assert run.status is Status.OK
    np.testing.assert_array_equal(run.outputs, Machine(SMALL).run(program, images))
    assert run.counters["frames"] == FRAMES


BLOCK = WHOLE.to_bytes()
_HEADERS = {
    "magic": (patched(BLOCK, 0, b"fpge"), Status.MAGIC),
    "version": (patched(BLOCK, 8, struct.pack("<I", 2)), Status.VERSION),
    "lanes_k": (patched(BLOCK, 12, b"\x08"), Status.LANES),
    "lanes_o": (patched(BLOCK, 13, b"\x04"), Status.LANES),
    "lanes_p": (patched(BLOCK, 14, b"\x04"), Status.LANES),
    "act_lines": (patched(BLOCK, 16, struct.pack("<H", 256)), Status.LANES),
    "w_rows": (patched(BLOCK, 18, struct.pack("<H", 64)), Status.LANES),
    "checksum": (BLOCK[:4] + bytes([BLOCK[4] ^ 1]) + BLOCK[5:], Status.CHECKSUM),
    "last byte": (BLOCK[:-1] + bytes([BLOCK[-1] ^ 128]), Status.CHECKSUM),
    "a weight": (BLOCK[:300] + bytes([BLOCK[300] ^ 4]) + BLOCK[301:], Status.CHECKSUM),
    "too few bytes": (BLOCK[:-8], Status.TRUNCATED),
    "too many bytes": (BLOCK + bytes(8), Status.TRUNCATED),
    "only a header": (BLOCK[:64], Status.TRUNCATED),
    "half a header": (BLOCK[:32], Status.TRUNCATED),
    "nothing": (b"", Status.TRUNCATED),
    "input bytes": (patched(BLOCK, 24, struct.pack("<I", 12)), Status.ALIGNMENT),
}


@pytest.mark.parametrize("case", _HEADERS)
def test_programs_that_do_not_pass(rtl: RtlEngine, case: str) -> None:
    block, status = _HEADERS[case]
    run = faulty(rtl, block)
    assert run.status is status
    assert run.counters["frames"] == run.counters["cycles"] == 0
    check_good(rtl)


def at(program: Program, index: int) -> int:
    """The byte of the block where an instruction begins."""
    return small.row_of(program, index) * SMALL.row_bytes


def other(index: int, instruction: Instruction) -> bytes:
    """The block with another instruction instead."""
    return patched(BLOCK, at(WHOLE, index), encode(instruction))


def changed(index: int, offset: int, data: bytes) -> bytes:
    """The block with other bytes in an instruction."""
    return patched(BLOCK, at(WHOLE, index) + offset, data)


_BANK = SMALL.bank_bytes
_INSTRUCTIONS = {
    "opcode": (0, changed(0, 0, b"\x04"), Status.INSTRUCTION),
    "opcode 255": (1, changed(1, 0, b"\xff"), Status.INSTRUCTION),
    "groups": (1, changed(1, 4, b"\0\0"), Status.INSTRUCTION),
    "phases": (1, changed(1, 3, b"\0"), Status.INSTRUCTION),
    "last_channels": (1, changed(1, 6, b"\0"), Status.INSTRUCTION),
    "kernel_rows": (1, changed(1, 16, b"\0"), Status.INSTRUCTION),
    "taps": (1, changed(1, 17, b"\0"), Status.INSTRUCTION),
    "tiles": (1, changed(1, 18, b"\0\0"), Status.INSTRUCTION),
    "last_lanes": (1, changed(1, 20, b"\0"), Status.INSTRUCTION),
    "rows_out": (1, changed(1, 45, b"\0"), Status.INSTRUCTION),
    "columns_out": (1, changed(1, 46, b"\0\0"), Status.INSTRUCTION),
    "group_rows, less": (1, changed(1, 56, struct.pack("<H", 9)), Status.INSTRUCTION),
    "group_rows, more": (1, changed(1, 56, struct.pack("<H", 11)), Status.INSTRUCTION),
    "no banks": (0, other(0, replace(LOAD, banks=0)), Status.INSTRUCTION),
    "too many banks": (4, other(4, replace(STORE, banks=3)), Status.INSTRUCTION),
    "END early": (2, changed(2, 0, b"\0"), Status.INSTRUCTION),
    "read above": (
        1,
        other(1, replace(ARRAY, row_address=_BANK - 16)),
        Status.ADDRESS,
    ),
    "write above": (1, other(1, replace(ARRAY, out_address=_BANK - 90)), Status.ADDRESS),
    "load above": (0, other(0, replace(LOAD, address=_BANK - 128)), Status.ADDRESS),
    "store above": (4, other(4, replace(STORE, address=_BANK - 88)), Status.ADDRESS),
    "input": (0, other(0, replace(LOAD, offset=8)), Status.REGION),
    "output": (4, other(4, replace(STORE, offset=8)), Status.REGION),
    "spill": (2, other(2, replace(SPILL, offset=16)), Status.REGION),
    "spill again": (3, other(3, replace(AGAIN, offset=0xFFFF_FFF8)), Status.REGION),
}


@pytest.mark.parametrize("case", _INSTRUCTIONS)
def test_instructions_that_are_wrong(rtl: RtlEngine, case: str) -> None:
    index, block, status = _INSTRUCTIONS[case]
    run = faulty(rtl, block)
    assert (run.status, run.where) == (status, small.row_of(WHOLE, index))
    assert run.counters["frames"] == 0
    check_good(rtl)


def test_an_array_without_its_rows(rtl: RtlEngine) -> None:
    one = small.program(LOAD, replace(ARRAY, groups=2), SPILL, AGAIN, STORE)
    more = patched(one.to_bytes(), at(one, 1) + 4, struct.pack("<H", 60))
    run = faulty(rtl, more)
    assert (run.status, run.where) == (Status.TRUNCATED, small.row_of(one, 1))
    check_good(rtl)


_REGISTERS = {
    "program address": (Register.PROGRAM_ADDRESS, 0x1000_0088, Status.ALIGNMENT),
    "input address": (Register.INPUT_ADDRESS, 0x1000_0004, Status.ALIGNMENT),
    "output address": (Register.OUTPUT_ADDRESS, 0x1000_0002, Status.ALIGNMENT),
    "spill address": (Register.SPILL_ADDRESS, 0x1000_0001, Status.ALIGNMENT),
    "program bytes": (Register.PROGRAM_BYTES, len(BLOCK) - 4, Status.TRUNCATED),
    "input bytes": (Register.INPUT_BYTES, WHOLE.input_bytes, Status.REGION),
    "output bytes": (Register.OUTPUT_BYTES, 2 * WHOLE.output_bytes - 8, Status.REGION),
    "spill bytes": (Register.SPILL_BYTES, WHOLE.spill_bytes - 8, Status.REGION),
}


@pytest.mark.parametrize("case", _REGISTERS)
def test_registers_that_are_wrong(rtl: RtlEngine, case: str) -> None:
    register, value, status = _REGISTERS[case]
    run = faulty(rtl, BLOCK, {register: value})
    assert run.status is status
    check_good(rtl)


def test_no_frames(rtl: RtlEngine) -> None:
    run = faulty(rtl, BLOCK, {Register.FRAMES: 0})
    assert run.status is Status.OK
    assert run.counters["frames"] == 0
    check_good(rtl)


@pytest.mark.parametrize("response", [2, 3])
@pytest.mark.parametrize("beat", [0, 1, 15, 16, 40])
@pytest.mark.parametrize("name", ["program", "input", "output", "spill", "spill again"])
def test_bus_errors(rtl: RtlEngine, name: str, beat: int, response: int) -> None:
    buffers = prepare(rtl, LONG)
    buffer = getattr(buffers, name.split(maxsplit=1)[0])
    access = Access.WRITE if name in ("output", "spill") else Access.READ
    begin = buffer.address + 8 * min(beat, buffer.size // 8 - 1)
    if name.startswith("spill"):
        begin = max(begin, buffer.address + 8)
    rtl.fail(begin, begin + 8, access, response)
    run = run_buffers(rtl, buffers, MOST_CYCLES)
    expected = {
        "program": Status.PROGRAM_READ,
        "output": Status.DATA_WRITE,
        "spill": Status.DATA_WRITE,
    }
    assert run.status is expected.get(name, Status.DATA_READ)
    first_frame = name != "output" or begin < buffer.address + LONG.output_bytes
    assert run.counters["frames"] == (0 if first_frame else 1)
    check_good(rtl, LONG)
    check_good(rtl)


def test_an_error_while_rows_are_read_ahead(rtl: RtlEngine) -> None:
    check_good(rtl, LONG)  # the program passed the check
    buffers = prepare(rtl, LONG)
    run_buffers(rtl, buffers, MOST_CYCLES)
    begin = buffers.program.address + buffers.program.size - 8
    rtl.fail(begin, begin + 8, Access.READ)
    run = run_buffers(rtl, buffers, MOST_CYCLES)
    assert run.status is Status.PROGRAM_READ
    check_good(rtl, LONG)


def run_length(rtl: RtlEngine, program: Program) -> int:
    buffers = prepare(rtl, program)
    return run_buffers(rtl, buffers, MOST_CYCLES).cycles


@pytest.mark.parametrize("program", [WHOLE, LONG], ids=["resident", "ring"])
def test_abort(rtl: RtlEngine, program: Program) -> None:
    length = run_length(rtl, program)
    for cycles in range(1, length, max(1, length // 23)):
        buffers = prepare(rtl, program)
        start_run(rtl)
        rtl.advance(cycles, until_interrupt=True)
        rtl.write(Register.CTRL, ABORT)
        assert rtl.advance(5000, until_interrupt=True)
        run = finish_run(rtl, buffers, 0)
        assert run.status in (Status.ABORTED, Status.OK)
        check_good(rtl, program)


@pytest.mark.parametrize("program", [WHOLE, LONG], ids=["resident", "ring"])
def test_reset_in_the_middle(rtl: RtlEngine, program: Program) -> None:
    length = run_length(rtl, program)
    for cycles in range(1, length, max(1, length // 23)):
        prepare(rtl, program)
        start_run(rtl)
        rtl.advance(cycles)
        rtl.reset(1 + cycles % 3)
        assert rtl.read(Register.CTRL) & 6 == 4
        assert rtl.read(Register.STATUS) == 0
        check_good(rtl, program)
