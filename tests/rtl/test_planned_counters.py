"""Without stalls the RTL's counters are the planner's, every one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.backend.engine_rtl.buffers import place_buffers
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import run_program
from fpgaflow.backend.engine_rtl.timing import MemoryTiming
from fpgaflow.engine.counters import Addresses
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import Status
from fpgaflow.hardware.engine_cycles import predict_run
from tests.rtl.models import SMALL, compiled
from tests.rtl.small_programs import LONG, WHOLE, frames
from tests.rtl.test_random_programs import programs


@pytest.fixture(scope="module")
def rtl() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


def check(rtl: RtlEngine, program: Program, count: int, latency: int) -> None:
    """Hold a run's counters against the prediction."""
    rtl.set_timing(MemoryTiming(latency=latency))
    run = run_program(rtl, program, frames(count, program))
    buffers = place_buffers(
        program=program.bytes,
        frames=count,
        frame_in=program.input_bytes,
        frame_out=program.output_bytes,
        spill=program.spill_bytes,
    )
    addresses = Addresses(
        input=buffers.input.address, output=buffers.output.address, spill=buffers.spill.address
    )
    expected = predict_run(program, frames=count, latency=latency, addresses=addresses)
    assert run.status is Status.OK
    assert run.counters == expected.counters


@settings(max_examples=60, deadline=None)
@given(program=programs(), count=st.integers(1, 3), latency=st.integers(1, 300))
def test_random_programs(rtl: RtlEngine, program: Program, count: int, latency: int) -> None:
    check(rtl, program, count, latency)


@pytest.mark.parametrize("program", [WHOLE, LONG], ids=["whole", "long"])
@pytest.mark.parametrize("latency", [1, 7, 32, 33, 100, 500])
def test_every_instruction(rtl: RtlEngine, program: Program, latency: int) -> None:
    for count in (1, 2, 5):
        check(rtl, program, count, latency)
