"""Runs a program on the engine's RTL as the board's runtime does: registers, start, counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.engine_rtl.buffers import (
    Buffers,
    allow_buffers,
    place_buffers,
    write_registers,
)
from fpgaflow.backend.engine_rtl.process import LABEL, RtlEngine
from fpgaflow.engine.isa import Array, End
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import COUNTERS, Register, Status
from fpgaflow.errors import InputRefused, VerificationFailed

START = 1
DONE = 2
IDLE = 4
_PATIENCE = 8
_AT_LEAST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RtlRun:
    """What a run of the RTL gave.

    Attributes:
        outputs: uint8 [n, output bytes of a frame], what the memory holds there afterwards.
        status: why it ended.
        where: the row of the program that was being executed.
        counters: by their names.
        cycles: from the write of the start to the interrupt, the check included.
    """

    outputs: NDArray[np.uint8]
    status: Status
    where: int
    counters: Mapping[str, int]
    cycles: int


def run_program(
    rtl: RtlEngine,
    program: Program,
    frames: NDArray[np.uint8],
    *,
    most_cycles: int | None = None,
) -> RtlRun:
    """Run a program on frames.

    Args:
        rtl: an engine of the program's configuration; what stood in its memory may be overwritten.
        program: the program.
        frames: uint8 [n, program.input_bytes], at least one.
        most_cycles: after which it counts as hanging; by default many times what it should take.

    Raises:
        InputRefused: the program is for another engine, or frames have another size.
        VerificationFailed: the engine broke a rule of a bus, hangs, or left bursts behind.
        ToolFailed: the simulation failed.
    """
    if program.config != rtl.model.config:
        raise InputRefused(
            f"a program for {program.config}", accepted=f"one for {rtl.model.config}"
        )
    if frames.ndim != 2 or frames.shape[1] != program.input_bytes or len(frames) == 0:
        raise InputRefused(
            f"frames of shape {frames.shape}", accepted=f"[1 or more, {program.input_bytes}]"
        )
    block = program.to_bytes()
    buffers = program_buffers(program, len(frames))
    allow_buffers(rtl, buffers)
    rtl.write_memory(buffers.program.address, block)
    rtl.write_memory(buffers.input.address, frames.tobytes())
    # What no frame writes shows.
    rtl.write_memory(buffers.output.address, b"\xa5" * buffers.output.size)
    write_registers(rtl, buffers.registers)
    return run_buffers(rtl, buffers, most_cycles or cycle_limit(program, len(frames)))


def program_buffers(program: Program, frames: int) -> Buffers:
    """Return where `run_program` places a program and its frames."""
    return place_buffers(
        program=program.bytes,
        frames=frames,
        frame_in=program.input_bytes,
        frame_out=program.output_bytes,
        spill=program.spill_bytes,
    )


def run_buffers(rtl: RtlEngine, buffers: Buffers, most_cycles: int) -> RtlRun:
    """Start a run whose memory and registers are set, and wait for its end.

    Raises:
        VerificationFailed: the engine broke a rule of a bus, hangs, or left bursts behind.
    """
    start_run(rtl)
    began = rtl.look().cycle
    if not rtl.advance(most_cycles, until_interrupt=True):
        where, status = rtl.read(Register.WHERE), rtl.read(Register.STATUS)
        raise VerificationFailed(
            f"{LABEL}: not done after {most_cycles:,} cycles, at row {where} of the program, "
            f"status {status}",
            accepted="a run that ends",
        )
    return finish_run(rtl, buffers, rtl.look().cycle - began)


def start_run(rtl: RtlEngine) -> None:
    """Let done interrupt, forget an earlier interrupt, and start."""
    rtl.write(Register.GIER, 1)
    rtl.write(Register.IER, 1)
    # Writing toggles what is set.
    rtl.write(Register.ISR, rtl.read(Register.ISR))
    rtl.write(Register.CTRL, START)


def finish_run(rtl: RtlEngine, buffers: Buffers, cycles: int) -> RtlRun:
    """Return what a run that has ended left.

    Raises:
        VerificationFailed: bursts are still under way, or the engine does not say that it is done.
    """
    seen = rtl.look()
    for name in ("program", "data_read", "data_write"):
        left = getattr(seen, name).outstanding
        if left:
            raise VerificationFailed(f"{LABEL}: done with {left} bursts under way on {name}")
    control = rtl.read(Register.CTRL)
    if control & (DONE | IDLE) != DONE | IDLE:
        raise VerificationFailed(
            f"{LABEL}: CTRL is {control:#x} after the interrupt", accepted="done and idle"
        )
    output = rtl.read_memory(buffers.output.address, buffers.output.size)
    return RtlRun(
        outputs=np.frombuffer(output, np.uint8).reshape(buffers.frames, -1).copy(),
        status=Status(rtl.read(Register.STATUS)),
        where=rtl.read(Register.WHERE),
        counters=read_counters(rtl),
        cycles=cycles,
    )


def read_counters(rtl: RtlEngine) -> Mapping[str, int]:
    """Return all counters, by their names."""
    counters: dict[str, int] = {}
    for index, name in enumerate(COUNTERS):
        low = rtl.read(Register.COUNTERS + 8 * index)
        counters[name] = rtl.read(Register.COUNTERS + 8 * index + 4) << 32 | low
    return MappingProxyType(counters)


def cycle_limit(program: Program, frames: int) -> int:
    """Return a number of cycles that no run of a program needs, also with many pauses."""
    row_beats = -(-program.config.row_bytes // 8)
    cycles = 0
    for one in program.operations:
        instruction = one.instruction
        if isinstance(instruction, Array):
            rows = instruction.groups * instruction.group_rows
            cycles += rows * (instruction.positions + row_beats) + 1000
        elif not isinstance(instruction, End):
            cycles += instruction.banks * (instruction.bank_bytes // 8 + 100) + 1000
    return _AT_LEAST + _PATIENCE * (cycles * frames + program.rows * row_beats)
