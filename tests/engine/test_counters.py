from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from fpgaflow.engine.bursts import burst_beats
from fpgaflow.engine.counters import Addresses, count, move_bursts
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Array, Region
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import Status

from .oracle import run_array
from .random_programs import programs
from .test_machine import BACK, COPY, MOVE, operation, program


@pytest.mark.parametrize(
    ("address", "beats", "expected"),
    [
        (0, 1, [1]),
        (0, 16, [16]),
        (0, 40, [16, 16, 8]),
        (96, 40, [4, 16, 16, 4]),
        (120, 1, [1]),
        (120, 17, [1, 16]),
        (128, 3, [3]),
        (0, 0, []),
    ],
)
def test_no_burst_crosses_a_multiple_of_128(address: int, beats: int, expected: list[int]) -> None:
    assert burst_beats(address, beats) == expected


@settings(max_examples=30, deadline=None)
@given(programs())
def test_the_work_is_what_the_loops_do(made: Program) -> None:
    config = made.config
    banks = np.zeros((config.lanes_p, config.bank_bytes), np.uint8)
    useful = sum(
        run_array(config, part, banks)
        for part in made.operations
        if isinstance(part.instruction, Array)
    )
    found = count(made)
    assert found["macs_useful"] == useful <= found["macs_issued"]


def test_counters_of_a_copy() -> None:
    spilled = replace(BACK, region=Region.SPILL)
    again = replace(MOVE, region=Region.SPILL)
    made = program(MOVE, operation(COPY), spilled, again, BACK, spill_bytes=16)
    once = {
        "macs_issued": 4 * 16,
        "macs_useful": 4 * 2 * 2 * 2,
        "read_input_bytes": 16,
        "read_feature_map_bytes": 16,
        "write_output_bytes": 16,
        "write_feature_map_bytes": 16,
        "bursts_read": 2,
        "bursts_write": 2,
        "chip_feature_map_reads": 4 * 4 * 2,
        "chip_weight_reads": 5,
        "chip_feature_map_writes": 16,
    }
    read = {
        "read_program_bytes": 6 * 64,
        "read_weight_bytes": 2 * 8,
        "bursts_program": 4,
    }
    assert count(made) == {"frames": 1} | once | read
    thrice = {name: 3 * value for name, value in once.items()}
    assert count(made, frames=3) == {"frames": 3} | thrice | read


def test_a_program_that_does_not_stay_is_read_for_each_frame() -> None:
    made = program(operation(replace(COPY, groups=30)))
    once, thrice = count(made), count(made, frames=3)
    for name in ("read_program_bytes", "read_weight_bytes", "bursts_program"):
        assert thrice[name] == 3 * once[name]


def test_unweighted_work_is_not_useful() -> None:
    found = count(program(operation(replace(COPY, unweighted=True))))
    assert (found["macs_useful"], found["macs_issued"]) == (0, 64)


def test_addresses_decide_where_bursts_are_cut() -> None:
    made = program()
    places = Addresses(input=112, output=120, spill=64)
    assert move_bursts(made, MOVE, addresses=places) == [2]
    assert move_bursts(made, replace(MOVE, offset=8), addresses=places) == [1, 1]
    assert move_bursts(made, MOVE, frame=1, addresses=places) == [2]
    assert move_bursts(made, BACK, addresses=places) == [1, 1]
    assert move_bursts(made, replace(BACK, region=Region.SPILL), frame=5, addresses=places) == [2]


def test_a_field_beyond_its_limits_is_not_counted() -> None:
    with pytest.raises(EngineFault) as fault:
        count(program(MOVE, operation(COPY), operation(replace(COPY, lane_shift=9))))
    assert (fault.value.status, fault.value.where) == (Status.INSTRUCTION, 26)
    with pytest.raises(EngineFault) as fault:
        count(program(replace(MOVE, bank_bytes=0)))
    assert (fault.value.status, fault.value.where) == (Status.INSTRUCTION, 8)
