"""Which of an engine's multiplications serve the network, instruction by instruction.

A *slot* is one multiply-accumulate that the array could do: `LANES_K · LANES_O · LANES_P` of them
in each clock cycle. What a step issues is split exactly (docs/engine.md, `macs_useful`).
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneUse:
    """The slots that an `ARRAY` instruction issues; the last five add up to the first.

    Attributes:
        issued: of all its steps.
        useful: on bytes of a run, for a channel and a row that exist; 0 where `unweighted`.
        elementwise: all of them, where `unweighted`.
        idle_k: lanes of the sum without a byte of the run.
        idle_o: lanes of output channels without a channel.
        idle_p: lanes of pixels without a row.
    """

    issued: int
    useful: int = 0
    elementwise: int = 0
    idle_k: int = 0
    idle_o: int = 0
    idle_p: int = 0


def lane_use(config: EngineConfig, array: Array) -> LaneUse:
    """Return how an instruction's steps use the lanes of an engine."""
    issued = array.groups * array.positions * array.steps * config.macs_per_step
    if array.unweighted:
        return LaneUse(issued=issued, elementwise=issued)
    run = run_bytes(config, array)
    by_k = array.groups * array.positions * run * config.lanes_o * config.lanes_p
    by_o = array.positions * run * channels_of(config, array) * config.lanes_p
    useful = run * outputs_of(config, array)
    return LaneUse(
        issued=issued,
        useful=useful,
        idle_k=issued - by_k,
        idle_o=by_k - by_o,
        idle_p=by_o - useful,
    )


def run_bytes(config: EngineConfig, array: Array) -> int:
    """Return the bytes that one output sums, over all phases, rows and taps."""
    run = (array.tiles - 1) * config.lanes_k + array.last_lanes
    return array.phases * array.kernel_rows * array.taps * run


def channels_of(config: EngineConfig, array: Array) -> int:
    """Return the output channels that an instruction computes."""
    return (array.groups - 1) * config.lanes_o + array.last_channels


def outputs_of(config: EngineConfig, array: Array) -> int:
    """Return the bytes that an instruction writes: rows that exist, columns and channels."""
    rows = array.out_last_lane * array.rows_out + array.out_last_rows
    return rows * array.columns_out * channels_of(config, array)
