"""Random programs on the RTL give what the functional model gives, with stalls and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.backend.engine_rtl.process import Look, RtlEngine
from fpgaflow.backend.engine_rtl.run import program_buffers, run_program
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, stalled
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import End, Load, Region, Store
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Operation, Program
from fpgaflow.engine.registers import Status
from fpgaflow.hardware.engine_cycles import predict_run
from tests.engine.random_programs import arrays, weighted
from tests.rtl.models import SMALL, compiled
from tests.rtl.small_programs import LONG, WHOLE, frames


@pytest.fixture(scope="module")
def rtl() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


def check(rtl: RtlEngine, program: Program, images: np.ndarray, seed: int) -> None:
    """Run a program; seed 0 is the memory without stalls, for which every cycle is predicted."""
    rtl.set_timing(stalled(seed) if seed else MemoryTiming())
    expected = Machine(program.config).run(program, images)
    before = rtl.look()
    run = run_program(rtl, program, images)
    assert run.status is Status.OK
    np.testing.assert_array_equal(run.outputs, expected)
    buffers = program_buffers(program, len(images))
    predicted = predict_run(program, frames=len(images), addresses=buffers.addresses).counters
    timed = [name for name in predicted if seed and name.startswith("cycles")]
    assert _without(run.counters, timed) == _without(predicted, timed)
    parts = ("steps", "wait_program", "load", "store", "decode", "drain")
    assert run.counters["cycles"] == sum(run.counters[f"cycles_{part}"] for part in parts)
    check_traffic(program, run.counters, before, rtl.look())


def _without(counters: Mapping[str, int], names: list[str]) -> dict[str, int]:
    return {name: value for name, value in counters.items() if name not in names}


def check_traffic(program: Program, count: Mapping[str, int], before: Look, after: Look) -> None:
    """Hold the counters of the buses against what the bench saw there; it saw the check too."""
    checked = program.bytes // 8
    assert 8 * (after.program.beats - before.program.beats - checked) == (
        count["read_program_bytes"] + count["read_weight_bytes"]
    )
    assert (
        after.program.bursts - before.program.bursts - -(-checked // 16)
        == (count["bursts_program"])
    )
    assert 8 * (after.data_read.beats - before.data_read.beats) == (
        count["read_input_bytes"] + count["read_feature_map_bytes"]
    )
    assert after.data_read.bursts - before.data_read.bursts == count["bursts_read"]
    assert 8 * (after.data_write.beats - before.data_write.beats) == (
        count["write_output_bytes"] + count["write_feature_map_bytes"]
    )
    assert after.data_write.bursts - before.data_write.bursts == count["bursts_write"]


@st.composite
def programs(draw: st.DrawFn, config: EngineConfig = SMALL) -> Program:
    """All banks from the input, some instructions, all banks to the output."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    size = config.lanes_p * config.bank_bytes
    every = {"banks": config.lanes_p, "address": 0, "bank_bytes": config.bank_bytes, "offset": 0}
    drawn = draw(st.lists(arrays(config), min_size=1, max_size=4))
    operations = (
        Operation(instruction=Load(region=Region.FRAME, **every)),
        *(weighted(config, array, rng) for array in drawn),
        Operation(instruction=Store(region=Region.FRAME, **every)),
        Operation(instruction=End()),
    )
    return Program(config=config, operations=operations, input_bytes=size, output_bytes=size)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=programs(SMALL), seed=st.integers(0, 1000))
def test_random_programs(rtl: RtlEngine, program: Program, seed: int) -> None:
    check(rtl, program, frames(1 + seed % 3, program, seed), seed if seed % 2 else 0)


@pytest.mark.parametrize("program", [WHOLE, LONG])
@pytest.mark.parametrize("seed", range(4))
def test_every_instruction(rtl: RtlEngine, program: Program, seed: int) -> None:
    check(rtl, program, frames(3, program, seed), seed)


_LANES = [(4, 4, 16), (8, 2, 4), (8, 8, 2), (12, 4, 8), (12, 8, 4)]


@pytest.mark.extended
@pytest.mark.parametrize("lanes", _LANES, ids=str)
def test_other_configurations(lanes: tuple[int, int, int]) -> None:
    lanes_k, lanes_o, lanes_p = lanes
    config = EngineConfig(
        lanes_k=lanes_k, lanes_o=lanes_o, lanes_p=lanes_p, act_lines=160, w_rows=96
    )

    @settings(max_examples=300)
    @given(program=programs(config), seed=st.integers(0, 1000))
    def random_programs(program: Program, seed: int) -> None:
        check(rtl, program, frames(1 + seed % 3, program, seed), seed if seed % 2 else 0)

    with RtlEngine(compiled(config, address_bits=40)) as rtl:
        random_programs()
