from __future__ import annotations

from dataclasses import replace

import pytest

from fpgaflow.engine.checks import check_instruction
from fpgaflow.engine.isa import End, Instruction
from fpgaflow.engine.registers import Status

from .test_machine import BACK, BANK, CONFIG, COPY, MOVE

WRONG = [
    {"phases": 0},
    {"phases": 5},
    {"groups": 0},
    {"kernel_rows": 0},
    {"taps": 0},
    {"tiles": 0},
    {"rows_out": 0},
    {"columns_out": 0},
    {"last_channels": 0},
    {"last_channels": 3},
    {"last_lanes": 0},
    {"last_lanes": 5},
    {"lane_shift": 5},
    {"last_lane": 2},
    {"out_last_lane": 2},
    {"shift": 32},
    {"low": -32769},
    {"high": 65536},
    {"tiles": 49},
    {"maximum": True, "tiles": 2},
    {"maximum": True, "shift_phases": True},
]


@pytest.mark.parametrize("instruction", [COPY, MOVE, BACK, End(), replace(COPY, tiles=48)])
def test_what_is_within_its_limits_passes(instruction: Instruction) -> None:
    assert check_instruction(CONFIG, instruction) is Status.OK


@pytest.mark.parametrize("changed", WRONG, ids=str)
def test_a_field_beyond_its_limits_is_told(changed: dict[str, int]) -> None:
    assert check_instruction(CONFIG, replace(COPY, **changed)) is Status.INSTRUCTION


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"banks": 0}, Status.INSTRUCTION),
        ({"banks": 3, "address": 4}, Status.INSTRUCTION),
        ({"bank_bytes": 0}, Status.INSTRUCTION),
        ({"address": 4}, Status.ALIGNMENT),
        ({"bank_bytes": 12}, Status.ALIGNMENT),
        ({"offset": 1, "address": BANK}, Status.ALIGNMENT),
        ({"address": BANK}, Status.ADDRESS),
    ],
)
def test_a_move_beyond_its_limits_is_told(changed: dict[str, int], status: Status) -> None:
    assert check_instruction(CONFIG, replace(MOVE, **changed)) is status
    assert check_instruction(CONFIG, replace(BACK, **changed)) is status
