"""engine_core does what docs/engine.md says, to the byte, the counter and the cycle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fpgaflow.engine.array_writes import write_table
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array, End, Load, Region, Store, encode
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Operation, Program, operation_rows
from fpgaflow.engine.registers import Status
from tests.engine.oracle import run_array
from tests.rtl.core_bench import CoreBench, CoreRun, compile_core
from tests.rtl.core_cycles import predict
from tests.rtl.core_programs import program_of, random_array, random_program, weighted

SMALL = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2, act_lines=128, w_rows=128)
WIDE = EngineConfig(lanes_k=12, lanes_o=8, lanes_p=2, act_lines=256, w_rows=160)
FULL = EngineConfig(act_lines=256, w_rows=256)
TALL = EngineConfig(lanes_k=8, lanes_o=2, lanes_p=16, act_lines=256, w_rows=256)


@pytest.fixture(scope="session")
def small_core(tmp_path_factory: pytest.TempPathFactory) -> CoreBench:
    return compile_core(SMALL, tmp_path_factory.mktemp("small_core"))


@pytest.fixture(scope="session")
def wide_core(tmp_path_factory: pytest.TempPathFactory) -> CoreBench:
    return compile_core(WIDE, tmp_path_factory.mktemp("wide_core"))


@pytest.fixture(scope="session", params=[FULL, TALL])
def large_core(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> CoreBench:
    return compile_core(request.param, tmp_path_factory.mktemp("large_core"))


def random_banks(config: EngineConfig, seed: int) -> np.ndarray:
    shape = (config.lanes_p, config.bank_bytes)
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def check(core: CoreBench, program: Program, seed: int, **settings: int) -> CoreRun:
    """Hold a run against the functional model, the loops' work and the rule of the cycles."""
    config, frames = core.config, settings.get("frames", 1)
    banks = random_banks(config, seed)
    memory = random_banks(config, seed + 1).reshape(-1)
    run = core.run(program, banks, memory=memory.tobytes(), seed=seed, **settings)
    assert (run.status, run.frames) == (Status.OK, frames)
    expected, stored = expect(program, banks, memory, frames)
    np.testing.assert_array_equal(run.banks, expected)
    np.testing.assert_array_equal(run.memory, stored)
    cycles = predict(program, run.came, run.moves, frames)
    assert {key: count for key, count in run.activity.items() if count} == +cycles
    assert run.cycles == sum(cycles.values())
    arrays = [one.instruction for one in program.operations if isinstance(one.instruction, Array)]
    assert run.steps == frames * sum(one.groups * one.positions * one.steps for one in arrays)
    assert run.written == frames * sum(write_table(config, one).count for one in arrays)
    weights = sum(one.groups * one.group_rows for one in arrays)
    rows = sum(operation_rows(config, one.instruction) for one in program.operations)
    assert (run.weight_rows, run.program_rows) == (frames * weights, frames * (rows - weights))
    return run


def expect(
    program: Program, banks: np.ndarray, memory: np.ndarray, frames: int
) -> tuple[np.ndarray, np.ndarray]:
    """The functional model with banks and a memory that the frames share."""
    machine = Machine(program.config)
    memory = memory.copy()
    machine._prepare(memory[None], memory.size, 0)
    machine.output = machine.input
    machine.banks[0] = banks
    for _ in range(frames):
        machine._execute(program, None)
    return machine.banks[0], machine.output[0]


@pytest.mark.parametrize("seed", range(80))
def test_random_instructions(small_core: CoreBench, seed: int) -> None:
    program = random_program(SMALL, seed, 5)
    check(small_core, program, seed, starve=80 * (seed % 3))


@pytest.mark.parametrize("seed", range(40))
def test_eight_outputs_of_twelve_inputs(wide_core: CoreBench, seed: int) -> None:
    program = random_program(WIDE, 1000 + seed, 5)
    check(wide_core, program, seed, starve=60 * (seed % 2))


@pytest.mark.extended
@pytest.mark.parametrize("seed", range(300))
def test_many_lanes(large_core: CoreBench, seed: int) -> None:
    program = random_program(large_core.config, 5000 + seed, 5, moves=seed % 4 == 0)
    check(large_core, program, seed, starve=40 * (seed % 5), frames=1 + seed % 2)


@pytest.mark.parametrize("seed", range(20))
def test_moves_and_frames(small_core: CoreBench, seed: int) -> None:
    program = random_program(SMALL, 2000 + seed, 2, moves=True)
    check(small_core, program, seed, starve=100 * (seed % 2), frames=1 + seed % 3)


@pytest.mark.parametrize("seed", range(12))
def test_the_loops_themselves(wide_core: CoreBench, seed: int) -> None:
    # Against the loops of docs/engine.md as they stand there, and what they count as useful.
    rng = np.random.default_rng(3000 + seed)
    array = replace(random_array(WIDE, rng), groups=2, rows_out=2, columns_out=2)
    operation = weighted(WIDE, array, rng)
    run = check(wide_core, program_of(WIDE, operation, Operation(instruction=End())), seed)
    banks = random_banks(WIDE, seed)
    assert run.useful == run_array(WIDE, operation, banks)
    np.testing.assert_array_equal(run.banks, banks)


def test_groups_follow_each_other_without_a_gap(small_core: CoreBench) -> None:
    program = program_of(SMALL, ONE, Operation(instruction=End()))
    run = check(small_core, program, 1)
    assert run.activity["steps"] == 3 * (1 + 4 * 2)
    assert run.activity["wait_program"] == 2  # the first rows come in cycle 1
    # Eight rows, five cycles, two dispatches; 18 cycles from the last step to the next one.
    assert run.activity["decode"] == 2 * (8 + 5 + 1) + 1 + 1
    assert run.activity["drain"] == 18 - 1 - 8 - 5


ARRAY = Array(
    groups=3,
    last_channels=2,
    shift=4,
    low=-128,
    high=127,
    tiles=2,
    last_lanes=4,
    row_address=0,
    row_pitch=32,
    row_step=32,
    band_bytes=32,
    band_rows=1,
    last_lane=1,
    last_rows=1,
    column_step=8,
    rows_out=1,
    columns_out=4,
    out_address=1024,
    out_row_pitch=64,
    out_pixel_pitch=8,
    out_last_lane=1,
    out_last_rows=1,
)
ONE = weighted(SMALL, ARRAY, np.random.default_rng(0))
MOVE = {"region": Region.FRAME, "banks": 2, "address": 0, "bank_bytes": 16, "offset": 0}
END = Operation(instruction=End())
SECOND_ROW = 8 + 3 * ARRAY.group_rows
"""Of the instruction after ONE, the header left out."""
LIMIT = SMALL.bank_bytes


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (Status.INSTRUCTION, {"phases": 0}),
        (Status.INSTRUCTION, {"phases": 5}),
        (Status.INSTRUCTION, {"groups": 0}),
        (Status.INSTRUCTION, {"last_channels": 0}),
        (Status.INSTRUCTION, {"last_channels": 3}),
        (Status.INSTRUCTION, {"shift": 32}),
        (Status.INSTRUCTION, {"low": -32769}),
        (Status.INSTRUCTION, {"high": 65536}),
        (Status.INSTRUCTION, {"kernel_rows": 0}),
        (Status.INSTRUCTION, {"taps": 0}),
        (Status.INSTRUCTION, {"tiles": 0}),
        (Status.INSTRUCTION, {"tiles": 113}),
        (Status.INSTRUCTION, {"last_lanes": 0}),
        (Status.INSTRUCTION, {"last_lanes": 5}),
        (Status.INSTRUCTION, {"lane_shift": 5}),
        (Status.INSTRUCTION, {"last_lane": 2}),
        (Status.INSTRUCTION, {"out_last_lane": 2}),
        (Status.INSTRUCTION, {"rows_out": 0}),
        (Status.INSTRUCTION, {"columns_out": 0}),
        (Status.INSTRUCTION, {"maximum": True}),
        (Status.INSTRUCTION, {"maximum": True, "tiles": 1, "shift_phases": True}),
        (Status.ADDRESS, {"row_address": LIMIT - 31}),
        (Status.OK, {"row_address": LIMIT - 32}),
        (Status.OK, {"row_address": LIMIT - 31, "lane": 2}),
        (Status.ADDRESS, {"row_address": 65535}),
        (Status.ADDRESS, {"out_address": LIMIT - 29}),
        (Status.OK, {"out_address": LIMIT - 30}),
        (Status.ADDRESS, {"out_address": LIMIT - 30, "columns_out": 9000}),
        (Status.OK, {"out_address": LIMIT - 30, "out_last_lane": 0, "out_last_rows": 0}),
        (Status.OK, {"out_address": LIMIT + 99, "out_last_lane": 0, "out_last_rows": 0}),
    ],
)
def test_fields_of_an_array(small_core: CoreBench, status: Status, changes: dict[str, int]) -> None:
    array = replace(ARRAY, **changes)
    program = program_of(SMALL, ONE, ONE, END)
    fields = dict(enumerate(encode(array), start=SECOND_ROW * SMALL.row_bytes))
    run = small_core.run(program, random_banks(SMALL, 1), patch=fields)
    assert run.status is status
    assert run.frames == (status is Status.OK)
    if status is not Status.OK:
        assert run.where == 8 + SECOND_ROW


@pytest.mark.parametrize("rows", [2, 4, 0, 1, 114])
def test_rows_of_a_group_that_are_not_the_loops(small_core: CoreBench, rows: int) -> None:
    program = program_of(SMALL, replace(ONE, instruction=ARRAY), END)
    run = small_core.run(program, random_banks(SMALL, 1), patch={56: rows})
    assert (run.status, run.where) == (Status.INSTRUCTION, 8)


@pytest.mark.parametrize("kind", [Load, Store])
@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (Status.INSTRUCTION, {"banks": 0}),
        (Status.INSTRUCTION, {"banks": 3}),
        (Status.INSTRUCTION, {"bank_bytes": 0}),
        (Status.INSTRUCTION, {"region": 2}),
        (Status.ALIGNMENT, {"address": 4}),
        (Status.ALIGNMENT, {"bank_bytes": 12}),
        (Status.ALIGNMENT, {"offset": 1}),
        (Status.ADDRESS, {"address": LIMIT - 8}),
        (Status.OK, {"address": LIMIT - 16}),
    ],
)
def test_fields_of_a_move(
    small_core: CoreBench, kind: type[Load | Store], status: Status, changes: dict[str, int]
) -> None:
    move = kind(**{**MOVE, **changes})
    run = small_core.run(
        program_of(SMALL, ONE, Operation(instruction=move), END),
        random_banks(SMALL, 1),
        memory=bytes(64),
    )
    assert (run.status, run.where) == (status, 0 if status is Status.OK else 8 + SECOND_ROW)


@pytest.mark.parametrize("opcode", [4, 255])
def test_an_unknown_opcode(small_core: CoreBench, opcode: int) -> None:
    run = small_core.run(program_of(SMALL, END), random_banks(SMALL, 1), patch={0: opcode})
    assert (run.status, run.where) == (Status.INSTRUCTION, 8)


@pytest.mark.parametrize("starve", [0, 100])
@pytest.mark.parametrize(
    ("rows", "where"), [(0, 8), (7, 8), (8, 8), (12, 8), (16, 8), (17, 25), (24, 25)]
)
def test_rows_that_never_come(small_core: CoreBench, rows: int, where: int, starve: int) -> None:
    program = program_of(SMALL, ONE, END)
    run = small_core.run(program, random_banks(SMALL, 1), rows=rows, starve=starve)
    assert (run.status, run.where) == (Status.TRUNCATED, where)


def test_the_largest_group(small_core: CoreBench) -> None:
    array = replace(ARRAY, tiles=112, groups=2)
    program = program_of(SMALL, weighted(SMALL, array, np.random.default_rng(1)), END)
    run = check(small_core, program, 1)
    assert run.activity["wait_program"] > 0


@pytest.mark.parametrize("cycle", range(1, 60, 7))
def test_an_abort_ends_at_any_time(small_core: CoreBench, cycle: int) -> None:
    run = small_core.run(program_of(SMALL, ONE, END), random_banks(SMALL, 1), abort=cycle)
    assert (run.status, run.cycles, run.frames) == (Status.OK, cycle, 0)
