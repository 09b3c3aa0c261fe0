"""The rule of docs/engine.md, "Cycles: the array", where rows came and moves ended as noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fpgaflow.engine.isa import Array, End, Load
from fpgaflow.engine.program import Program

DECODE = 5
"""Cycles from an instruction's last row to its dispatch."""
DRAIN = 18
"""Cycles from an ARRAY's last step to the next dispatch."""
BEGIN = 2
"""Cycles from an ARRAY's dispatch to its first bias row."""
NEXT_FRAME = 4
"""Cycles from an END's dispatch to the next frame's first row."""


def predict(
    program: Program,
    came: Sequence[int],
    moves: Sequence[tuple[int, int]],
    frames: int = 1,
) -> Counter[str]:
    """Return the cycles of each activity until the last frame's end.

    Args:
        program: what was executed.
        came: of each row of each frame, the first cycle in which it is in the ring.
        moves: of each LOAD and STORE, its dispatch, which has to be the predicted one, and its end.
        frames: executed.
    """
    rows = program.config.instruction_rows
    cycles: Counter[str] = Counter()
    now, drained, next_row = 0, 0, 0
    moved = iter(moves)
    for _ in range(frames):
        for operation in program.operations:
            instruction = operation.instruction
            start = max(now, came[next_row + rows - 1] + 1)
            cycles["wait_program"] += start - now
            next_row += rows
            decoded = start + rows + DECODE
            dispatch = max(decoded, drained)
            cycles["drain"] += dispatch - decoded
            cycles["decode"] += rows + DECODE + 1
            now = dispatch + 1
            if isinstance(instruction, Array):
                cycles["decode"] += BEGIN - 1
                now = dispatch + BEGIN
                for _ in range(instruction.groups):
                    next_row += instruction.group_rows
                    start = max(now, came[next_row - 1] + 1)
                    cycles["wait_program"] += start - now
                    taken = 1 + instruction.positions * instruction.steps
                    cycles["steps"] += taken
                    now = start + taken
                drained = now - 1 + DRAIN
            elif isinstance(instruction, End):
                cycles["decode"] += NEXT_FRAME - 1
                now = dispatch + NEXT_FRAME
            else:
                begun, ended = next(moved)
                assert begun == dispatch
                kind = "load" if isinstance(instruction, Load) else "store"
                cycles[kind] += ended - dispatch
                now = ended + 1
    # The run is over with the frame's end, a cycle after its dispatch.
    cycles["decode"] -= NEXT_FRAME - 2
    return cycles
