"""Instructions with random bytes in them: a status or the defined result, never a hang."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.backend.engine_rtl.buffers import (
    allow_buffers,
    place_buffers,
    write_registers,
)
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import RtlRun, finish_run, run_program, start_run
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, stalled
from fpgaflow.engine.config import INSTRUCTION_BYTES
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Array
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Program, read_program
from fpgaflow.engine.registers import ABORT, Register, Status
from fpgaflow.errors import FpgaflowError, VerificationFailed
from tests.rtl import small_programs as small
from tests.rtl.models import SMALL, compiled
from tests.rtl.small_programs import LONG, WHOLE, patched, row_of

IMAGES = small.frames(1)
PATIENCE = 20_000
SHORT = 100_000
"""Steps of an instruction that the functional model computes in a moment."""


@pytest.fixture(scope="module")
def rtl() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A block with one to three other bytes in an instruction, and a right checksum."""
    program = draw(st.sampled_from([WHOLE, LONG]))
    block = program.to_bytes()
    start = row_of(program, draw(st.integers(0, len(program.operations) - 1))) * SMALL.row_bytes
    for _ in range(draw(st.integers(1, 3))):
        at = start + draw(st.integers(0, INSTRUCTION_BYTES - 1))
        byte = draw(st.one_of(st.just(block[at] ^ 1), st.integers(0, 255)))
        block = patched(block, at, bytes([byte]))
    return block


def run_damaged(rtl: RtlEngine, block: bytes) -> RtlRun:
    """Run a block; one that does not end soon is aborted, and then it ends."""
    buffers = place_buffers(
        program=len(block),
        frames=1,
        frame_in=WHOLE.input_bytes,
        frame_out=WHOLE.output_bytes,
        spill=WHOLE.spill_bytes,
    )
    allow_buffers(rtl, buffers)
    rtl.write_memory(buffers.program.address, block)
    rtl.write_memory(buffers.input.address, IMAGES.tobytes())
    rtl.write_memory(buffers.output.address, bytes(buffers.output.size))
    write_registers(rtl, buffers.registers)
    start_run(rtl)
    if not rtl.advance(PATIENCE, until_interrupt=True):
        rtl.write(Register.CTRL, ABORT)
        assert rtl.advance(5000, until_interrupt=True)
        assert rtl.read(Register.STATUS) == Status.ABORTED
    return finish_run(rtl, buffers, 0)


def short(block: bytes) -> Program | None:
    """The program, where the functional model can compute it in a moment."""
    try:
        program = read_program(block)
    except (FpgaflowError, ValueError, IndexError):
        return None
    for one in program.operations:
        array = one.instruction
        if isinstance(array, Array) and array.groups * array.steps * array.positions > SHORT:
            return None
    return program


def defined(program: Program) -> tuple[Status, int | None, np.ndarray | None]:
    """What the functional model says: status, where, and outputs that rest on no old bytes."""
    try:
        outputs = [Machine(SMALL, fill=fill).run(program, IMAGES) for fill in (0, 0xA5)]
    except EngineFault as fault:
        return fault.status, fault.where, None
    return Status.OK, None, outputs[0] if np.array_equal(*outputs) else None


def check_damaged(rtl: RtlEngine, block: bytes, seed: int) -> None:
    rtl.set_timing(stalled(seed) if seed % 2 else MemoryTiming())
    run = run_damaged(rtl, block)
    program = short(block)
    if program is not None and run.status is not Status.ABORTED:
        with contextlib.suppress(VerificationFailed):  # what the engine does not define
            status, where, outputs = defined(program)
            assert run.status is status
            assert where in (None, run.where)
            if outputs is not None:
                np.testing.assert_array_equal(run.outputs, outputs)
    good = run_program(rtl, WHOLE, IMAGES)
    assert good.status is Status.OK
    np.testing.assert_array_equal(good.outputs, Machine(SMALL).run(WHOLE, IMAGES))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block=damaged(), seed=st.integers(0, 5))
def test_random_damage(rtl: RtlEngine, block: bytes, seed: int) -> None:
    check_damaged(rtl, block, seed)


@pytest.mark.extended
@settings(max_examples=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block=damaged(), seed=st.integers(0, 5))
def test_much_random_damage(rtl: RtlEngine, block: bytes, seed: int) -> None:
    check_damaged(rtl, block, seed)
