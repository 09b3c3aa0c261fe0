"""Registers, the check and its memory, and what a run leaves, with the core that only sums rows."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.backend.engine_rtl.buffers import (
    Buffers,
    allow_buffers,
    place_buffers,
    write_registers,
)
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import RtlRun, finish_run, run_buffers, start_run
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, stalled
from fpgaflow.engine.isa import End, Load, Region, Store
from fpgaflow.engine.program import Operation, Program
from fpgaflow.engine.registers import ABORT, COUNTERS, Register, Status
from tests.rtl.rows_core import (
    UNTOUCHED,
    compiled_buses,
    expected_outputs,
    random_program,
)
from tests.rtl.test_bus_cycles import CONFIG, images

FRAMES = 3
MOST = 100_000
START, DONE, IDLE, READY = 1, 2, 4, 8


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtlEngine]:
    with RtlEngine(compiled_buses(tmp_path_factory.mktemp("rtl"), CONFIG)) as engine:
        yield engine


@pytest.fixture
def rtl(engine: RtlEngine) -> RtlEngine:
    engine.set_timing(MemoryTiming())
    engine.reset()
    return engine


def place(rtl: RtlEngine, program: Program, block: bytes, base: int = 0x1000_0000) -> Buffers:
    buffers = place_buffers(
        program=len(block),
        frames=FRAMES,
        frame_in=program.input_bytes,
        frame_out=program.output_bytes,
        spill=program.spill_bytes,
        base=base,
    )
    allow_buffers(rtl, buffers)
    rtl.write_memory(buffers.program.address, block)
    rtl.write_memory(buffers.input.address, images(program, FRAMES).tobytes())
    rtl.write_memory(buffers.output.address, bytes([UNTOUCHED]) * buffers.output.size)
    write_registers(rtl, buffers.registers)
    return buffers


def check_good(rtl: RtlEngine, program: Program, buffers: Buffers) -> RtlRun:
    run = run_buffers(rtl, buffers, MOST)
    assert run.status is Status.OK
    expected = expected_outputs(program, images(program, FRAMES), UNTOUCHED)
    np.testing.assert_array_equal(run.outputs, expected)
    return run


PROGRAM = random_program(3, CONFIG, arrays=3, steps=70)
SHORT = random_program(4, CONFIG, arrays=1, steps=5)


def test_settings_are_kept_and_read_back(rtl: RtlEngine) -> None:
    wide = (0x10, 0x20, 0x30, 0x40)
    words = [0x18, 0x1C, *wide, 0x28, 0x38, 0x48]
    for address in words:
        rtl.write(address, 0xC0FFEE00 + address)
    for address in wide:
        rtl.write(address + 4, 0xFFFF_FFFF)
    assert [rtl.read(address) for address in words] == [0xC0FFEE00 + one for one in words]
    # 32 bits of address: the upper words stay zero, and so does what is no register.
    assert [rtl.read(address + 4) for address in wide] == [0] * 4
    assert [rtl.read(address) for address in (0x2C, 0x3C, 0x4C, 0x64, 0x7C, 0x138, 0xFFC)] == [
        0
    ] * 7
    rtl.reset()
    assert [rtl.read(address) for address in words] == [0] * len(words)


def test_what_the_engine_says_of_itself(rtl: RtlEngine) -> None:
    lanes = CONFIG.lanes_k | CONFIG.lanes_o << 8 | CONFIG.lanes_p << 16
    assert rtl.read(Register.LANES) == lanes
    assert rtl.read(Register.MEMORY) == CONFIG.act_lines | CONFIG.w_rows << 16
    assert rtl.read(Register.VERSION) == 1
    assert rtl.read(Register.CTRL) == IDLE


def test_done_and_the_interrupt(rtl: RtlEngine) -> None:
    buffers = place(rtl, SHORT, SHORT.to_bytes())
    rtl.write(Register.CTRL, START)
    assert rtl.read(Register.CTRL) == START
    rtl.advance(MOST // 10)
    assert rtl.read(Register.CTRL) == DONE | IDLE | READY
    assert rtl.read(Register.CTRL) == IDLE
    # Done was noted; it shows once both enables are set, until it is toggled away.
    assert rtl.read(Register.ISR) == 1
    assert not rtl.look().interrupt
    rtl.write(Register.GIER, 1)
    assert not rtl.look().interrupt
    rtl.write(Register.IER, 1)
    assert rtl.look().interrupt
    rtl.write(Register.ISR, 1)
    assert not rtl.look().interrupt
    rtl.write(Register.ISR, 1)
    assert rtl.look().interrupt
    check_good(rtl, SHORT, buffers)
    rtl.write(Register.CTRL, START)
    assert rtl.read(Register.CTRL) == START


def test_a_running_engine_ignores_starts_and_settings(rtl: RtlEngine) -> None:
    buffers = place(rtl, PROGRAM, PROGRAM.to_bytes())
    start_run(rtl)
    for address in range(0x10, 0x50, 4):
        rtl.write(address, 0x55AA_55A8)
    rtl.write(Register.CTRL, START)
    assert rtl.advance(MOST, until_interrupt=True)
    run = finish_run(rtl, buffers, 0)
    assert (run.status, run.counters["frames"]) == (Status.OK, FRAMES)
    # Nor did it forget the check.
    assert check_good(rtl, PROGRAM, buffers).counters["cycles_check"] == 0


def test_the_check_is_remembered(rtl: RtlEngine) -> None:
    block = PROGRAM.to_bytes()
    buffers = place(rtl, PROGRAM, block)
    whole = len(block) // 8 + 32 + 5

    def checked() -> int:
        return check_good(rtl, PROGRAM, buffers).counters["cycles_check"]

    assert [checked(), checked()] == [whole, 0]
    for address in (0x10, 0x14, 0x18):
        rtl.write(address, rtl.read(address))
        assert [checked(), checked()] == [whole, 0]
    rtl.write(Register.CTRL, ABORT)  # while it is idle
    assert [checked(), checked()] == [whole, 0]
    rtl.write(Register.INPUT_BYTES, buffers.input.size - 8)
    assert run_buffers(rtl, buffers, MOST).status is Status.REGION
    rtl.write(Register.INPUT_BYTES, buffers.input.size)
    assert [checked(), checked()] == [whole, 0]
    rtl.write(Register.INPUT_ADDRESS, buffers.input.address)
    assert checked() == 0
    rtl.reset()
    write_registers(rtl, buffers.registers)
    assert [checked(), checked()] == [whole, 0]


def test_an_abort_beside_a_start_wins(rtl: RtlEngine) -> None:
    buffers = place(rtl, SHORT, SHORT.to_bytes())
    check_good(rtl, SHORT, buffers)
    rtl.write(Register.CTRL, START | ABORT)
    assert rtl.read(Register.CTRL) == IDLE
    assert check_good(rtl, SHORT, buffers).counters["cycles_check"] != 0


@pytest.mark.parametrize("seed", range(24))
def test_the_checksum_sees_every_bit(rtl: RtlEngine, seed: int) -> None:
    rng = np.random.default_rng(seed)
    program = random_program(seed, CONFIG, arrays=seed % 5, steps=30)
    block = bytearray(program.to_bytes())
    # Bytes 0 to 3 and 8 to 35 say other things; all that follows is covered by the CRC alone.
    at = int(rng.choice([4, 5, 6, 7])) if seed < 4 else int(rng.integers(36, len(block)))
    block[at] ^= 1 << int(rng.integers(0, 8))
    rtl.set_timing(MemoryTiming() if seed % 2 else stalled(seed))
    buffers = place(rtl, program, bytes(block))
    assert run_buffers(rtl, buffers, MOST).status is Status.CHECKSUM
    rtl.write_memory(buffers.program.address, program.to_bytes())
    check_good(rtl, program, buffers)


_HEADER = struct.Struct("<IIIBBBBHHIIII")
_VALUES = {
    "magic": (0, 0x45475047, Status.MAGIC),
    "version": (2, 0, Status.VERSION),
    "lanes_k": (3, 11, Status.LANES),
    "lanes_o": (4, 5, Status.LANES),
    "lanes_p": (5, 0, Status.LANES),
    "act_lines": (7, 63, Status.LANES),
    "w_rows": (8, 101, Status.LANES),
    "bytes": (9, 8, Status.TRUNCATED),
    "bytes, odd": (9, 12, Status.ALIGNMENT),
    "input": (10, 4, Status.ALIGNMENT),
    "output": (11, 2, Status.ALIGNMENT),
    "spill": (12, 1, Status.ALIGNMENT),
}


def header_with(block: bytes, field: int, value: int) -> bytes:
    fields = list(_HEADER.unpack_from(block))
    fields[field] = value
    data = _HEADER.pack(*fields) + block[_HEADER.size :]
    return data[:4] + struct.pack("<I", zlib.crc32(data[8:])) + data[8:]


@pytest.mark.parametrize("name", _VALUES)
def test_headers(rtl: RtlEngine, name: str) -> None:
    field, value, status = _VALUES[name]
    buffers = place(rtl, PROGRAM, header_with(PROGRAM.to_bytes(), field, value))
    run = run_buffers(rtl, buffers, MOST)
    assert (run.status, run.where) == (status, 0)
    # What the header says ends the reading at once.
    assert run.counters["cycles_check"] < 32 + 100
    assert sum(run.counters.values()) == run.counters["cycles_check"]


def test_the_first_of_several_faults_is_told(rtl: RtlEngine) -> None:
    block = PROGRAM.to_bytes()
    order = ["magic", "version", "lanes_k", "input", "bytes"]
    while order:
        wrong = block
        for name in order:
            wrong = header_with(wrong, *_VALUES[name][:2])
        wrong = wrong[:4] + bytes(4) + wrong[8:]
        run = run_buffers(rtl, place(rtl, PROGRAM, wrong), MOST)
        assert run.status is _VALUES[order.pop(0)][2]


def test_rows_that_are_not_whole(rtl: RtlEngine) -> None:
    block = PROGRAM.to_bytes() + bytes(8)
    run = run_buffers(rtl, place(rtl, PROGRAM, header_with(block, 9, len(block))), MOST)
    assert run.status is Status.TRUNCATED


def test_rows_after_the_end(rtl: RtlEngine) -> None:
    for program in (SHORT, PROGRAM):
        block = program.to_bytes() + bytes(CONFIG.row_bytes)
        run = run_buffers(rtl, place(rtl, program, header_with(block, 9, len(block))), MOST)
        assert (run.status, run.counters["frames"]) == (Status.INSTRUCTION, 0)
        check_good(rtl, program, place(rtl, program, program.to_bytes()))


def test_frames_beyond_the_address_space_of_a_region(rtl: RtlEngine) -> None:
    program = Program(
        config=CONFIG,
        operations=(
            Operation(
                instruction=Load(region=Region.FRAME, banks=1, address=0, bank_bytes=8, offset=0)
            ),
            Operation(instruction=End()),
        ),
        input_bytes=0x8000_0000,
        output_bytes=8,
    )
    block = program.to_bytes()
    rtl.clear_ranges()
    rtl.write_memory(0x1000_0000, block)
    values = (0x1000_0000, len(block), 5, 0x2000_0000, 0xFFFF_FFF8, 0x3000_0000, 0x1000)
    names = ("PROGRAM_ADDRESS", "PROGRAM_BYTES", "FRAMES", "INPUT_ADDRESS", "INPUT_BYTES")
    names += ("OUTPUT_ADDRESS", "OUTPUT_BYTES")
    write_registers(rtl, {Register[one]: value for one, value in zip(names, values, strict=True)})
    start_run(rtl)
    assert rtl.advance(MOST, until_interrupt=True)
    assert rtl.read(Register.STATUS) == Status.REGION
    assert rtl.read(Register.COUNTERS) == 2


def test_counters_while_it_runs(rtl: RtlEngine) -> None:
    check_good(rtl, PROGRAM, place(rtl, PROGRAM, PROGRAM.to_bytes()))
    start_run(rtl)
    cycles = Register.COUNTERS + 8 * COUNTERS.index("cycles")
    seen = [rtl.read(cycles) for _ in range(40)]
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
    assert rtl.read(cycles + 4) == 0


def test_what_an_abort_leaves_of_a_store(rtl: RtlEngine) -> None:
    program = Program(
        config=CONFIG,
        operations=(
            Operation(
                instruction=Load(region=Region.FRAME, banks=2, address=0, bank_bytes=200, offset=0)
            ),
            Operation(
                instruction=Store(region=Region.FRAME, banks=2, address=0, bank_bytes=200, offset=0)
            ),
            Operation(instruction=End()),
        ),
        input_bytes=400,
        output_bytes=400,
    )
    right = images(program, FRAMES).reshape(-1, 8)
    for cycles in range(1, 300, 7):
        rtl.set_timing(stalled(cycles) if cycles % 2 else MemoryTiming())
        buffers = place(rtl, program, program.to_bytes())
        start_run(rtl)
        rtl.advance(cycles + 80, until_interrupt=True)
        rtl.write(Register.CTRL, ABORT)
        assert rtl.advance(MOST, until_interrupt=True)
        run = finish_run(rtl, buffers, 0)
        assert run.status in (Status.ABORTED, Status.OK)
        # Each word is that of the frame or what stood there before.
        found = run.outputs.reshape(-1, 8)
        assert np.all(np.all(found == right, axis=1) | np.all(found == UNTOUCHED, axis=1))
    rtl.set_timing(MemoryTiming())
    check_good(rtl, program, place(rtl, program, program.to_bytes()))


@pytest.mark.extended
def test_addresses_of_40_bits(tmp_path: Path) -> None:
    with RtlEngine(compiled_buses(tmp_path, CONFIG, address_bits=40)) as rtl:
        for address in (0x10, 0x20, 0x30, 0x40):
            rtl.write(address + 4, 0xFFFF_FFFF)
            assert rtl.read(address + 4) == 0xFF
        block = PROGRAM.to_bytes()
        # Buffers that lie around multiples of 2^32 bytes.
        for base in (0xFF_0000_0000, 0x7F_FFFF_F000, 0xFFFF_E000, 0xFFFF_F000):
            check_good(rtl, PROGRAM, place(rtl, PROGRAM, block, base))
