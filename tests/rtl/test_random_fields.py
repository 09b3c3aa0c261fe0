"""Programs with fields that no compiler writes: the RTL does what the functional model says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import run_program
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, stalled
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Array, End
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Operation, Program
from fpgaflow.engine.registers import Status
from fpgaflow.errors import VerificationFailed
from tests.engine.random_programs import weighted
from tests.rtl.models import SMALL, compiled
from tests.rtl.small_programs import frames
from tests.rtl.test_random_programs import programs

_BANK = SMALL.bank_bytes
_LIMITS = {
    "lane_shift": (0, 5),
    "lane": (-128, 127),
    "stride_rows": (0, 255),
    "row_address": (0, 2 * _BANK),
    "row_pitch": (0, 200),
    "row_step": (0, 400),
    "band_bytes": (0, 400),
    "band_rows": (1, 6),
    "row": (0, 8),
    "last_lane": (0, 2),
    "last_rows": (0, 6),
    "column": (-200, 200),
    "column_step": (0, 200),
    "tap_step": (0, 200),
    "phase_step": (0, 65535),
    "group_step": (0, 255),
    "last_channels": (0, 3),
    "last_lanes": (0, 5),
    "shift": (0, 33),
    "low": (-40000, 70000),
    "high": (-40000, 70000),
    "phases": (0, 5),
    "signed_phases": (0, 15),
    "tiles": (0, 4),
    "out_address": (0, _BANK + 200),
    "out_row_pitch": (0, 65535),
    "out_pixel_pitch": (0, 300),
    "out_last_lane": (0, 2),
    "out_last_rows": (0, 255),
}


@pytest.fixture(scope="module")
def rtl() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


@st.composite
def changed(draw: st.DrawFn) -> Program:
    """A legal program, some fields of one of its instructions set to anything."""
    program = draw(programs())
    operations = list(program.operations)
    index = draw(st.integers(1, len(operations) - 3))
    array = operations[index].instruction
    assert isinstance(array, Array)
    names = draw(st.lists(st.sampled_from(sorted(_LIMITS)), min_size=1, max_size=4, unique=True))
    fields = {name: draw(st.integers(*_LIMITS[name])) for name in names}
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    other = replace(array, **fields)
    # Which limit wins where they contradict each other is not defined.
    other = replace(other, low=min(other.low, other.high), high=max(other.low, other.high))
    operations[index] = weighted(SMALL, other, rng)
    return replace(program, operations=tuple(operations))


def verdict(program: Program, images: np.ndarray) -> tuple[Status, int, np.ndarray | None]:
    """Status, row and outputs by the functional model."""
    try:
        return Status.OK, 0, Machine(SMALL).run(program, images)
    except EngineFault as fault:
        return fault.status, fault.where, None


@settings(max_examples=60, deadline=None)
@given(program=changed(), seed=st.integers(0, 1000))
def test_random_fields(rtl: RtlEngine, program: Program, seed: int) -> None:
    rtl.set_timing(MemoryTiming() if seed % 2 else stalled(seed))
    images = frames(1, program, seed)
    try:
        status, where, outputs = verdict(program, images)
    except VerificationFailed:
        # What the engine does not define; it still ends.
        run_program(rtl, program, images)
        return
    run = run_program(rtl, program, images)
    assert run.status is status
    if outputs is None:
        assert run.where == where
    else:
        np.testing.assert_array_equal(run.outputs, outputs)


def test_the_next_run_is_right(rtl: RtlEngine) -> None:
    program = Program(
        config=SMALL, operations=(Operation(instruction=End()),), input_bytes=8, output_bytes=8
    )
    assert run_program(rtl, program, frames(1, program)).status is Status.OK
