from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.engine.counters import Addresses, count
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import COUNTERS
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.engine_bus import check_cycles, load_cycles, store_cycles
from fpgaflow.hardware.engine_cycles import predict_run
from tests.engine.random_programs import programs
from tests.engine.test_machine import BACK, COPY, MOVE, operation, program

CYCLES = [name for name in COUNTERS if name.startswith("cycles_") and name != "cycles_check"]


@pytest.mark.parametrize("latency", [1, 32])
@pytest.mark.parametrize("bursts", [[1], [16], [4, 16, 16, 2], [16] * 40])
def test_a_bus_that_is_fast_enough_gives_a_beat_in_every_cycle(
    bursts: list[int], latency: int
) -> None:
    beats = sum(bursts)
    assert load_cycles(bursts, latency) == beats + latency + 14
    assert store_cycles(bursts, latency) == beats + latency + 18
    assert check_cycles(bursts, latency) == beats + latency + 5


def test_eight_bursts_under_way_do_not_hide_every_latency() -> None:
    # The ninth burst is asked for in the cycle after the first one's last beat.
    assert load_cycles([16] * 9, 500) == 9 * 16 + 500 + 14 + (500 + 1 - 7 * 16)
    # A write is answered 500 cycles later, and the ninth burst's data go out two cycles after that.
    assert store_cycles([16] * 9, 500) == 9 * 16 + 500 + 18 + (500 + 2 - 7 * 16)


def test_a_program_in_time() -> None:
    # Instructions of 8 rows of 8 bytes; the header is 64 bytes, so the first burst has 8 beats.
    made = program(MOVE, operation(COPY), BACK)
    run = predict_run(made)
    load, array, store, end = run.spans
    # Asked for in cycle 1, on the bus in 2, there from 34 to 41, counted in 43.
    assert load.cycles.wait_program == 44
    assert load.cycles.decode == 8 + 5 + 1
    assert load.cycles.load == 2 + 32 + 14
    assert (load.start, load.end) == (0, 44 + 14 + 48)
    assert array.cycles.wait_program == 0
    assert array.cycles.decode == 8 + 5 + 1 + 1
    assert array.cycles.steps == 1 + 4
    # The rows are there 13 cycles after the last step, so the pipeline empties for 4 more.
    assert store.cycles.drain == 18 - 1 - 13
    assert store.cycles.store == 2 + 32 + 18
    assert end.cycles.drain == 0
    assert end.cycles.decode == 8 + 5 + 1 + 1
    assert run.counters["cycles"] == end.end == run.frame_ends[-1]
    assert run.counters["cycles_check"] == (made.bytes // 8) + 32 + 5


def test_frames_follow_each_other() -> None:
    run = predict_run(program(MOVE, operation(COPY), BACK), frames=3, checked=True)
    first, second, third = run.frame_ends
    # Four cycles from END to the next fetch, of which the last frame has two; no more waiting.
    assert third - second == second - first - 2
    assert second - first == first - run.spans[0].cycles.wait_program
    assert run.counters["cycles_check"] == 0


def test_a_long_program_waits_for_the_bus() -> None:
    # Groups of 5 rows are computed in 5 cycles, and each row is a beat.
    short = replace(COPY, kernel_rows=4, columns_out=1, groups=200)
    made = program(operation(short))
    assert not made.resident
    run = predict_run(made, frames=2)
    rows = 2 * made.rows
    assert run.counters["cycles"] >= rows
    assert run.counters["cycles_wait_program"] > 0
    assert run.counters["cycles"] < rows + 200


def test_a_long_program_is_read_no_earlier_than_there_is_room() -> None:
    slow = replace(COPY, groups=60, rows_out=20, out_last_rows=20, out_row_pitch=0)
    made = program(operation(slow))
    assert not made.resident
    run = predict_run(made)
    # All weights come while the array computes; only the first rows are waited for.
    assert run.counters["cycles_wait_program"] == 44


def test_rows_that_never_find_room_are_refused() -> None:
    # The last burst of a group's rows has beats of the next group.
    wide = replace(COPY, tiles=63, groups=3, row_pitch=252, band_bytes=252)
    with pytest.raises(InputRefused) as caught:
        predict_run(program(MOVE, operation(wide)))
    assert str(caught.value) == (
        "engine program: row 79 after the header never finds room\n"
        "  accepted: groups that leave the program memory room for a whole burst"
    )


@settings(max_examples=30, deadline=None)
@given(programs(), st.integers(1, 3), st.integers(1, 60), st.integers(0, 15))
def test_every_cycle_has_one_cause_and_one_instruction(
    made: Program, frames: int, latency: int, beat: int
) -> None:
    addresses = Addresses(input=8 * beat)
    run = predict_run(made, frames=frames, latency=latency, addresses=addresses)
    assert list(run.counters) == list(COUNTERS)
    assert run.counters["cycles"] == sum(run.counters[name] for name in CYCLES)
    assert run.spans[0].start == 0
    assert all(one.end == other.start for one, other in itertools.pairwise(run.spans))
    assert all(span.cycles.total == span.end - span.start for span in run.spans)
    assert run.counters["cycles_steps"] == run.counters["chip_weight_reads"]
    untimed = count(made, frames=frames, addresses=addresses)
    assert {name: run.counters[name] for name in untimed} == untimed
