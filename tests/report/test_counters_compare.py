"""Counters from every place must be equal to the last access, and the one that is not is named."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.report.counters_build import describe_counters
from fpgaflow.report.counters_compare import Count, compare_counters
from fpgaflow.report.schema_counters import CountedValue, CounterReading, Counters
from tests.hardware.small_graphs import tiny_residual

FOUND = describe_counters(tiny_residual(), 64)
assert FOUND is not None
NAMES = [one.name for one in FOUND.predicted.counts]


def reading(images: int = 3, **other: int) -> CounterReading:
    """What counts as predicted, but for the counters named."""
    assert FOUND is not None
    return CounterReading(
        by="emulated PYNQ-Z2",
        images=images,
        source="simulated",
        counts=tuple(
            replace(one, count=other.get(one.name, one.count * images))
            for one in FOUND.predicted.counts
        ),
    )


def with_board(board: CounterReading) -> Counters:
    assert FOUND is not None
    return replace(FOUND, board=board, not_on_board=None)


def test_all_equal() -> None:
    table = compare_counters(with_board(reading()))
    assert table.equal
    assert [row.name for row in table.rows] == NAMES
    assert all(row.predicted == row.board for row in table.rows)
    assert all(row.simulated.value is None and not row.simulated.wrong for row in table.rows)


def test_a_prediction_alone_differs_from_nothing() -> None:
    assert FOUND is not None
    assert compare_counters(FOUND).equal
    # A reading of no images says nothing.
    assert compare_counters(with_board(reading(images=0))).equal


@given(st.sampled_from(NAMES), st.integers(0, 10**6))
def test_one_access_more_or_less_is_found_and_named(name: str, count: int) -> None:
    table = compare_counters(with_board(reading(**{name: count})))
    wrong = [row.name for row in table.rows if row.board.wrong]
    expected = next(one for one in reading().counts if one.name == name).count
    assert wrong == [one.name for one in table.differences] == [name] * (count != expected)


def test_the_message_of_a_wrong_count() -> None:
    table = compare_counters(with_board(reading(branch_weight_reads=4033)))
    assert [str(one) for one in table.differences] == [
        "emulated PYNQ-Z2 shows 4,033 accesses of branch_weight_reads after 3 images; "
        "predicted are 4,032 accesses"
    ]


def test_simulation_and_board_are_both_held_to_the_prediction() -> None:
    simulated = replace(reading(images=1, beats_out=1), by="C-simulation")
    counters = replace(with_board(reading(off_chip_output=0)), simulated=simulated)
    assert [str(one) for one in compare_counters(counters).differences] == [
        "C-simulation shows 1 beats of beats_out after 1 image; predicted are 2 beats",
        "emulated PYNQ-Z2 shows 0 bytes of off_chip_output after 3 images; predicted are 30 bytes",
    ]


def test_a_counter_that_is_missing_and_one_that_nobody_knows() -> None:
    counts = reading(images=1).counts
    more = CountedValue(name="other_weight_reads", unit="accesses", layer="other", count=7)
    table = compare_counters(with_board(replace(reading(images=1), counts=(*counts[1:], more))))
    assert [str(one) for one in table.differences] == [
        "emulated PYNQ-Z2 does not show frames_done; predicted are 1 images after 1 image",
        "emulated PYNQ-Z2 shows 7 accesses of other_weight_reads after 1 image, which the model "
        "does not have",
    ]


def test_cycles_are_shown_and_not_compared() -> None:
    cycles = CountedValue(name="cycles_busy", unit="cycles", layer=None, count=900)
    table = compare_counters(with_board(replace(reading(), counts=(*reading().counts, cycles))))
    assert table.equal
    assert table.rows[-1].name == "cycles_busy"
    assert table.rows[-1].board == Count(value=Fraction(300))
    assert table.rows[-1].predicted == Count(value=None)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (Fraction(0), "0"), (Fraction(73728), "73,728"), (Fraction(2049, 2), "1,024 1/2")],
)
def test_counts_are_written_in_full(value: Fraction | None, text: str) -> None:
    assert str(Count(value=value)) == text


def test_sums_keep_what_is_wrong_or_unknown() -> None:
    one, bad, unknown = (
        Count(value=Fraction(1)),
        Count(value=Fraction(-1), wrong=True),
        Count(value=None),
    )
    assert one + one == Count(value=Fraction(2))
    assert one + bad == Count(value=Fraction(0), wrong=True)
    assert one + unknown == unknown
