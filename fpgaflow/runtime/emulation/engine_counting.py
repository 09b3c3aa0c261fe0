"""What an engine counts for a frame, from its program alone (docs/engine.md, "Counters").

The emulated board's own count: the planner predicts the same by other means, and the RTL counts it.
There is no clock here, so counters of cycles are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fpgaflow.engine.config import PROGRAM_ALIGNMENT, EngineConfig
from fpgaflow.engine.isa import Array, Load, Region, Store
from fpgaflow.engine.program import Program, operation_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Physical addresses: of the program, of this frame's input and output, and of the spill."""

    program: int
    input: int
    output: int
    spill: int


def count_frame(program: Program, places: Places, *, first: bool) -> Mapping[str, int]:
    """Return what a frame adds to the counters, by name.

    Args:
        program: that runs.
        places: where its buffers are.
        first: whether this is the first frame of its run.
    """
    counts: Counter[str] = Counter(frames=1)
    if first or not program.resident:
        counts.update(_program_reads(program, places.program))
    for one in program.operations:
        if isinstance(one.instruction, Array):
            counts.update(_array(program.config, one.instruction))
        elif isinstance(one.instruction, Load | Store):
            counts.update(_move(one.instruction, places))
    return counts


def _program_reads(program: Program, address: int) -> dict[str, int]:
    row = program.config.row_bytes
    instructions = program.config.instruction_rows * len(program.operations) * row
    start = program.config.instruction_rows * row
    everything = sum(operation_rows(program.config, one.instruction) for one in program.operations)
    return {
        "read_program_bytes": instructions,
        "read_weight_bytes": everything * row - instructions,
        "bursts_program": _bursts(address + start, everything * row),
    }


def _array(config: EngineConfig, array: Array) -> dict[str, int]:
    steps = array.groups * array.positions * array.steps
    channels = (array.groups - 1) * config.lanes_o + array.last_channels
    rows = min(array.out_last_lane, config.lanes_p) * array.rows_out
    if array.out_last_lane < config.lanes_p:
        rows += min(array.out_last_rows, array.rows_out)
    values = channels * rows * array.columns_out
    run_bytes = (array.tiles - 1) * config.lanes_k + array.last_lanes
    useful = values * array.phases * array.kernel_rows * array.taps * run_bytes
    return {
        "macs_issued": steps * config.macs_per_step,
        "macs_useful": 0 if array.unweighted else useful,
        "chip_feature_map_reads": steps * 4 * config.lanes_p,
        "chip_weight_reads": steps + array.groups,
        "chip_feature_map_writes": values,
    }


def _move(move: Load | Store, places: Places) -> dict[str, int]:
    size = move.banks * move.bank_bytes
    load = isinstance(move, Load)
    if move.region == Region.SPILL:
        name, base = "feature_map", places.spill
    elif load:
        name, base = "input", places.input
    else:
        name, base = "output", places.output
    bursts = _bursts(base + move.offset, size)
    if load:
        return {f"read_{name}_bytes": size, "bursts_read": bursts}
    return {f"write_{name}_bytes": size, "bursts_write": bursts}


def _bursts(address: int, size: int) -> int:
    """Return the bursts of a transfer: none crosses a multiple of 128 bytes."""
    if size == 0:
        return 0
    return (address + size - 1) // PROGRAM_ALIGNMENT - address // PROGRAM_ALIGNMENT + 1
