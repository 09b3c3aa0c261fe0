"""A functional model of the engine: what a program computes, without time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.array_reads import read_table
from fpgaflow.engine.array_step import ArrayStep
from fpgaflow.engine.array_writes import write_table
from fpgaflow.engine.checks import check_instruction
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Array, End, Load, Region, Store
from fpgaflow.engine.program import Operation, Program, operation_rows, read_program
from fpgaflow.engine.registers import Status
from fpgaflow.errors import InputRefused

_BATCH = 8
"""Frames computed together."""

_REGION_BYTES = 1 << 26
_RESULTS = 1 << 20
_READS = 1 << 25
"""The most that the model holds: bytes of a frame's region, bytes that a lane of an `Array` writes
(a bank has at most 65,536), and bytes that one row of results reads. A program for a network stays
far below; one that was made to exhaust the memory does not."""

After = Callable[[int, "Machine"], None]


class Machine:
    """An engine's memories, and the execution of programs on them.

    The frames of a run are computed in batches, each frame with memories of its own; a program that
    reads only what it wrote gives the same as frame after frame on one engine.

    Attributes:
        config: the engine.
        storage: uint8 [frames of the batch, lanes_p * bank_bytes + 1]; the last byte is zero.
        input: uint8 [frames of the batch, input_bytes].
        output: uint8 [frames of the batch, output_bytes].
        spill: uint8 [frames of the batch, spill_bytes].
    """

    def __init__(self, config: EngineConfig, *, fill: int = 0) -> None:
        """Make an engine whose memories hold `fill` in each byte before each frame."""
        self.config = config
        self.fill = fill
        self._prepare(np.zeros((0, 0), np.uint8), 0, 0)

    @property
    def banks(self) -> NDArray[np.uint8]:
        """The feature-map banks, a view, [frames of the batch, lanes_p, bank_bytes]."""
        shape = (len(self.storage), self.config.lanes_p, self.config.bank_bytes)
        return self.storage[:, :-1].reshape(shape)

    def run(
        self,
        program: Program | bytes,
        frames: bytes | NDArray[np.uint8],
        *,
        after: After | None = None,
    ) -> NDArray[np.uint8]:
        """Run a program on frames.

        Args:
            program: it, or its block of bytes.
            frames: the input region, as bytes or uint8 [frames, input_bytes].
            after: called after each operation of each batch with the operation's index and this
                machine, whose memories it may look at.

        Returns:
            The output region, uint8 [frames, output_bytes].

        Raises:
            InputRefused: the engine would refuse the program, the frames are not whole, or the
                program is too large for this model.
            EngineFault: the engine would stop with a status; nothing is given back.
            VerificationFailed: the program does what the engine does not define: a sum leaves 32
                bits, or an instruction reads what it wrote.
        """
        program = program if isinstance(program, Program) else read_program(program)
        if program.config != self.config:
            raise EngineFault(Status.LANES, 0, f"compiled for {program.config}")
        _require_small(program)
        images = _frames(program, frames)
        outputs = np.zeros((len(images), program.output_bytes), np.uint8)
        for start in range(0, len(images), _BATCH):
            batch = images[start : start + _BATCH]
            self._prepare(batch, program.output_bytes, program.spill_bytes)
            self._execute(program, after)
            outputs[start : start + _BATCH] = self.output
        return outputs

    def _prepare(self, batch: NDArray[np.uint8], output_bytes: int, spill_bytes: int) -> None:
        count, size = len(batch), self.config.lanes_p * self.config.bank_bytes
        self.input = batch
        self.output = np.full((count, output_bytes), self.fill, np.uint8)
        self.spill = np.full((count, spill_bytes), self.fill, np.uint8)
        self.storage = np.full((count, size + 1), self.fill, np.uint8)
        self.storage[:, -1] = 0

    def _execute(self, program: Program, after: After | None) -> None:
        row = self.config.instruction_rows
        for number, operation in enumerate(program.operations):
            instruction = operation.instruction
            status = check_instruction(self.config, instruction)
            if status is not Status.OK:
                raise EngineFault(status, row, "a field beyond its limits")
            if isinstance(instruction, Array):
                self._array(operation, instruction, row)
            elif not isinstance(instruction, End):
                self._move(instruction, row)
            if after is not None:
                after(number, self)
            row += operation_rows(self.config, instruction)

    def _array(self, operation: Operation, array: Array, row: int) -> None:
        reads, writes = read_table(self.config, array), write_table(self.config, array)
        bank_bytes = self.config.bank_bytes
        if not reads.within(array.row_pitch, bank_bytes):
            raise EngineFault(Status.ADDRESS, row, "a row beyond its bank is read")
        if not writes.within(bank_bytes):
            raise EngineFault(Status.ADDRESS, row, "a byte beyond its bank is written")
        ArrayStep(self.config, operation, reads, writes).execute(self.storage)

    def _move(self, move: Load | Store, row: int) -> None:
        """Copy between a region and the banks, in either direction."""
        load = isinstance(move, Load)
        frame = self.input if load else self.output
        region = self.spill if move.region == Region.SPILL else frame
        size = move.banks * move.bank_bytes
        if move.offset + size > region.shape[1]:
            raise EngineFault(Status.REGION, row, f"byte {move.offset + size} of a region")
        there = region[:, move.offset : move.offset + size].reshape(-1, move.banks, move.bank_bytes)
        here = self.banks[:, : move.banks, move.address : move.address + move.bank_bytes]
        if load:
            here[...] = there
        else:
            there[...] = here


def _require_small(program: Program) -> None:
    """Refuse what no network needs, and what this model has no memory for."""
    config = program.config
    sizes = [(_REGION_BYTES, program.input_bytes), (_REGION_BYTES, program.output_bytes)]
    sizes.append((_REGION_BYTES, program.spill_bytes))
    for operation in program.operations:
        array = operation.instruction
        # What the engine itself stops at is for it to tell.
        if isinstance(array, Array) and check_instruction(config, array) is Status.OK:
            sizes.append((_RESULTS, array.groups * array.positions * config.lanes_o))
            reads = array.columns_out * array.steps * config.lanes_k * config.lanes_p
            sizes.append((_READS, reads))
    for most, found in sizes:
        if found > most:
            raise InputRefused(
                f"engine: a program with a frame or an ARRAY of {found} bytes",
                accepted=f"at most {most} of them, on the functional model",
            )


def _frames(program: Program, frames: bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = program.input_bytes
    flat = np.frombuffer(frames, np.uint8) if isinstance(frames, bytes) else frames
    whole = flat.size % max(size, 1) == 0 if flat.ndim == 1 else flat.shape[1:] == (size,)
    if flat.dtype != np.uint8 or not whole:
        raise InputRefused(
            f"engine: an input of {flat.size} values {flat.dtype}, a frame has {size} bytes",
            accepted=f"uint8 [frames, {size}]",
        )
    return flat.reshape(flat.size // max(size, 1) if flat.ndim == 1 else len(flat), size)
