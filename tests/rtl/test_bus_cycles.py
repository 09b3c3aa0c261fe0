"""The rules of docs/engine.md, "Cycles: the buses", against the RTL, cycle by cycle.

The core is one that only sums rows, so that its own cycles are plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import RtlRun, run_program, start_run
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, stalled
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import End, Load, Region, Store
from fpgaflow.engine.program import Operation, Program
from fpgaflow.engine.registers import Status
from tests.rtl.models import SMALL
from tests.rtl.rows_core import (
    UNTOUCHED,
    array_operation,
    compiled_buses,
    expected_cycles,
    expected_outputs,
    expected_traffic,
    random_program,
)

CONFIG = EngineConfig(lanes_k=12, lanes_o=4, lanes_p=4, act_lines=64, w_rows=100)
OTHERS = (
    SMALL,
    EngineConfig(lanes_k=8, lanes_o=8, lanes_p=2, act_lines=64, w_rows=64),
    EngineConfig(lanes_k=12, lanes_o=8, lanes_p=16, act_lines=64, w_rows=64),
    EngineConfig(lanes_k=12, lanes_o=2, lanes_p=2, act_lines=64, w_rows=65),
)
END_CYCLES = 66
"""From the run's last cycle to the interrupt, and one between the check and the run's first."""


@pytest.fixture(scope="module")
def rtl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtlEngine]:
    with RtlEngine(compiled_buses(tmp_path_factory.mktemp("rtl"), CONFIG)) as engine:
        yield engine


def images(program: Program, frames: int) -> np.ndarray:
    rng = np.random.default_rng(frames)
    return rng.integers(0, 256, (frames, program.input_bytes), np.uint8)


def run(rtl: RtlEngine, program: Program, frames: int) -> RtlRun:
    """Run it and see what it moved and counted, but for cycles."""
    into = images(program, frames)
    before = rtl.look()
    found = run_program(rtl, program, into)
    after = rtl.look()
    assert found.status is Status.OK
    np.testing.assert_array_equal(found.outputs, expected_outputs(program, into, UNTOUCHED))
    traffic = expected_traffic(program, frames)
    assert {name: found.counters[name] for name in traffic} == traffic
    assert (
        after.data_read.beats - before.data_read.beats
        == (traffic["read_input_bytes"] + traffic["read_feature_map_bytes"]) // 8
    )
    assert after.data_read.bursts - before.data_read.bursts == found.counters["bursts_read"]
    assert after.data_write.bursts - before.data_write.bursts == found.counters["bursts_write"]
    return found


def check_cycles(rtl: RtlEngine, program: Program, frames: int, latency: int) -> None:
    rtl.set_timing(MemoryTiming(latency=latency))
    found = run(rtl, program, frames)
    expected = expected_cycles(program, frames, latency)
    assert {name: found.counters[name] for name in expected} == expected
    check = program.bytes // 8 + latency + 5
    assert found.counters["cycles_check"] == check
    assert found.cycles == check + expected["cycles"] + END_CYCLES


def check_random(rtl: RtlEngine, seed: int, latencies: tuple[int, ...]) -> None:
    # Without arrays and with few it is resident; with more it goes round in the ring.
    steps = min(70, rtl.model.config.w_rows - 16)
    program = random_program(seed, rtl.model.config, arrays=seed % 7, steps=steps)
    for latency in latencies:
        check_cycles(rtl, program, 1 + seed % 4, latency)


@pytest.mark.parametrize("seed", range(14))
def test_cycles(rtl: RtlEngine, seed: int) -> None:
    check_random(rtl, seed, (1, 32, 100))


def moves(config: EngineConfig, kinds: tuple[tuple[type[Load | Store], int, int], ...]) -> Program:
    """A program that only moves, (LOAD or STORE, beats, beat in the region) each."""
    operations = [
        Operation(
            instruction=kind(
                region=Region.FRAME, banks=1, address=0, bank_bytes=8 * beats, offset=8 * at
            )
        )
        for kind, beats, at in kinds
    ]
    size = 8 * max(beats + at for _, beats, at in kinds)
    return Program(
        config=config,
        operations=(*operations, Operation(instruction=End())),
        input_bytes=size,
        output_bytes=size,
    )


@pytest.mark.parametrize("beats", [1, 2, 15, 16, 17, 33, 127])
def test_cycles_of_moves_at_every_place(rtl: RtlEngine, beats: int) -> None:
    both = [(kind, beats, at) for at in range(16) for kind in (Load, Store)]
    check_cycles(rtl, moves(CONFIG, tuple(both)), 2, 32)
    check_cycles(rtl, moves(CONFIG, tuple(both)), 2, 100)


def test_a_ring_that_is_nearly_filled_by_a_group(rtl: RtlEngine) -> None:
    rng = np.random.default_rng(5)
    for rows in (CONFIG.w_rows - 16, CONFIG.w_rows - 15):
        wide = [array_operation(rng, CONFIG, groups=3, steps=rows - 1, positions=2)] * 2
        program = replace(moves(CONFIG, ((Load, 1, 0), (Store, 1, 0))), operations=())
        program = replace(program, operations=(*wide, Operation(instruction=End())))
        check_cycles(rtl, program, 3, 32)


def test_a_group_that_whole_bursts_cannot_bring(rtl: RtlEngine) -> None:
    rng = np.random.default_rng(5)
    wide = [array_operation(rng, CONFIG, groups=2, steps=CONFIG.w_rows - 1, positions=1)] * 3
    program = replace(
        moves(CONFIG, ((Load, 1, 0),)), operations=(*wide, Operation(instruction=End()))
    )
    rtl.set_timing(MemoryTiming())
    found = run_program(rtl, program, images(program, 1))
    assert found.status is Status.INSTRUCTION
    check_random(rtl, 6, (32,))


def test_at_most_eight_bursts_are_under_way(rtl: RtlEngine) -> None:
    program = random_program(6, CONFIG, arrays=6, steps=70)
    rtl.set_timing(MemoryTiming(latency=300))
    run(rtl, program, 1)
    most = 0
    start_run(rtl)
    for _ in range(400):
        rtl.advance(1)
        most = max(most, rtl.look().program.outstanding)
    assert most == 8
    assert rtl.advance(100_000, until_interrupt=True)


@pytest.mark.parametrize("seed", range(10))
def test_pauses_change_nothing_but_time(rtl: RtlEngine, seed: int) -> None:
    rtl.set_timing(stalled(seed, pause=0.1 + 0.03 * seed))
    run(rtl, random_program(seed, CONFIG, arrays=seed % 7, steps=70), 3)


@pytest.mark.extended
@pytest.mark.parametrize("config", OTHERS, ids=lambda config: f"{config.row_bytes} bytes a row")
def test_other_sizes(tmp_path: Path, config: EngineConfig) -> None:
    with RtlEngine(compiled_buses(tmp_path, config)) as engine:
        for seed in range(60):
            check_random(engine, seed, (1, 2, 31, 32, 64, 100))
            engine.set_timing(stalled(seed))
            run(engine, random_program(seed, config, arrays=seed % 7, steps=48), 3)


@pytest.mark.extended
def test_many_programs(rtl: RtlEngine) -> None:
    for seed in range(300):
        check_random(rtl, seed, (1, 32, 77))
        rtl.set_timing(stalled(seed, pause=0.4))
        run(rtl, random_program(seed, CONFIG, arrays=seed % 7, steps=70), 4)
