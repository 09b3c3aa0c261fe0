"""Counters of a run that need no time: what a program moves and computes, frame by frame.

docs/engine.md, "Counters", says what each of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.engine.array_writes import rows_exist
from fpgaflow.engine.bursts import burst_beats
from fpgaflow.engine.checks import require_legal
from fpgaflow.engine.config import BEAT_BYTES, EngineConfig
from fpgaflow.engine.isa import Array, Instruction, Load, Region, Store
from fpgaflow.engine.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a run's buffers lie in the board's memory, bytes; bursts end at multiples of 128.

    The program's address is a multiple of 128 always.
    """

    input: int = 0
    output: int = 0
    spill: int = 0


def count(
    program: Program, *, frames: int = 1, addresses: Addresses | None = None
) -> dict[str, int]:
    """Return the counters of a whole run by name, all but those of cycles.

    Raises:
        EngineFault: the engine would stop at a field of an instruction.
    """
    require_legal(program)
    found: dict[str, int] = {"frames": frames}
    for frame in range(frames):
        for operation in program.operations:
            for name, value in count_instruction(
                program, operation.instruction, frame=frame, addresses=addresses
            ).items():
                found[name] = found.get(name, 0) + value
    loads = min(frames, 1) if program.resident else frames
    found["bursts_program"] = loads * len(program_bursts(program))
    return found


def program_bursts(program: Program) -> list[int]:
    """Return the beats of the bursts that fetch the rows after the header, once."""
    header = program.config.instruction_rows * program.config.row_bytes
    return burst_beats(header, (program.bytes - header) // BEAT_BYTES)


def move_bursts(
    program: Program, move: Load | Store, *, frame: int = 0, addresses: Addresses | None = None
) -> list[int]:
    """Return the beats of the bursts of a LOAD or a STORE."""
    places = addresses or Addresses()
    if move.region == Region.SPILL:
        start = places.spill
    elif isinstance(move, Load):
        start = places.input + frame * program.input_bytes
    else:
        start = places.output + frame * program.output_bytes
    return burst_beats(start + move.offset, move.banks * move.bank_bytes // BEAT_BYTES)


def count_instruction(
    program: Program,
    instruction: Instruction,
    *,
    frame: int = 0,
    addresses: Addresses | None = None,
) -> dict[str, int]:
    """Return what an instruction adds to the counters in a frame, `bursts_program` left out."""
    config = program.config
    found = {}
    if frame == 0 or not program.resident:
        found["read_program_bytes"] = config.instruction_rows * config.row_bytes
    if isinstance(instruction, Array):
        found |= _array(config, instruction)
        if frame == 0 or not program.resident:
            rows = instruction.groups * instruction.group_rows
            found["read_weight_bytes"] = rows * config.row_bytes
    elif isinstance(instruction, (Load, Store)):
        bursts = move_bursts(program, instruction, frame=frame, addresses=addresses)
        spilled = instruction.region == Region.SPILL
        if isinstance(instruction, Load):
            name = "read_feature_map_bytes" if spilled else "read_input_bytes"
            found["bursts_read"] = len(bursts)
        else:
            name = "write_feature_map_bytes" if spilled else "write_output_bytes"
            found["bursts_write"] = len(bursts)
        found[name] = instruction.banks * instruction.bank_bytes
    return found


def _array(config: EngineConfig, array: Array) -> dict[str, int]:
    steps = array.groups * array.positions * array.steps
    channels = (array.groups - 1) * config.lanes_o + array.last_channels
    results = int(rows_exist(config, array).sum()) * array.columns_out * channels
    run_bytes = (array.tiles - 1) * config.lanes_k + array.last_lanes
    useful = results * (array.steps // array.tiles) * run_bytes
    return {
        "macs_issued": steps * config.macs_per_step,
        "macs_useful": 0 if array.unweighted else useful,
        "chip_feature_map_reads": steps * 4 * config.lanes_p,
        "chip_weight_reads": steps + array.groups,
        "chip_feature_map_writes": results,
    }
