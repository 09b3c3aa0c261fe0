"""What the engine checks of an instruction before it executes it."""

from __future__ import annotations

from fpgaflow.engine.config import BEAT_BYTES, EngineConfig
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Array, End, Instruction, Load, Store
from fpgaflow.engine.program import Program, operation_rows
from fpgaflow.engine.registers import Status

_MAX_PHASES = 4
_MAX_LANE_SHIFT = 4
_MAX_SHIFT = 31
_LOW, _HIGH = -(1 << 15), (1 << 16) - 1


def require_legal(program: Program) -> None:
    """Refuse a program that the engine would stop at one of its instructions' fields.

    Raises:
        EngineFault: with the status, and the row of the first such instruction.
    """
    row = program.config.instruction_rows
    for operation in program.operations:
        status = check_instruction(program.config, operation.instruction)
        if status is not Status.OK:
            raise EngineFault(status, row, "a field beyond its limits")
        row += operation_rows(program.config, operation.instruction)


def check_instruction(config: EngineConfig, instruction: Instruction) -> Status:
    """Return the status in which the engine would stop at an instruction; OK if it would not.

    Where bytes are read and written by an `Array`, and the regions of a `Load` or a `Store`, are
    checked while they run.
    """
    if isinstance(instruction, Array):
        return Status.OK if _array_is_legal(config, instruction) else Status.INSTRUCTION
    if isinstance(instruction, End):
        return Status.OK
    return _check_move(config, instruction)


def _check_move(config: EngineConfig, move: Load | Store) -> Status:
    if not 1 <= move.banks <= config.lanes_p or move.bank_bytes == 0:
        return Status.INSTRUCTION
    if (move.address | move.bank_bytes | move.offset) % BEAT_BYTES:
        return Status.ALIGNMENT
    if move.address + move.bank_bytes > config.bank_bytes:
        return Status.ADDRESS
    return Status.OK


def _array_is_legal(config: EngineConfig, array: Array) -> bool:
    counts = (array.groups, array.kernel_rows, array.taps, array.tiles)
    return (
        min(*counts, array.rows_out, array.columns_out) >= 1
        and 1 <= array.phases <= _MAX_PHASES
        and 1 <= array.last_channels <= config.lanes_o
        and 1 <= array.last_lanes <= config.lanes_k
        and array.lane_shift <= _MAX_LANE_SHIFT
        and max(array.last_lane, array.out_last_lane) < config.lanes_p
        and array.shift <= _MAX_SHIFT
        and _LOW <= array.low <= _HIGH
        and _LOW <= array.high <= _HIGH
        and array.group_rows <= config.most_group_rows
        and not (array.maximum and (array.shift_phases or array.tiles != 1))
    )
