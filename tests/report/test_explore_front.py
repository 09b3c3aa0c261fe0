"""Which points no other one beats."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.report.explore_front import mark_fronts, pareto
from tests.report.small_explorations import small_exploration, unmarked

few = st.integers(0, 4).map(float)


@given(st.lists(st.tuples(few, few, few), max_size=12))
def test_pareto_is_what_its_definition_says(figures: list[tuple[float, float, float]]) -> None:
    def beats(other: tuple[float, ...], one: tuple[float, ...]) -> bool:
        no_worse = other[0] >= one[0] and other[1] >= one[1]
        return no_worse and (other[:2] != one[:2] or other[2] > one[2])

    expected = tuple(not any(beats(other, one) for other in figures) for one in figures)
    assert pareto(figures) == expected


def test_each_board_has_its_fronts() -> None:
    fronts = {(p.model, p.bits, p.board, p.clock_mhz): p.fronts for p in small_exploration().points}
    assert {place: names for place, names in fronts.items() if names} == {
        # Of equal accuracy and size, the faster one.
        ("m", "4", "small", 150.0): ("size",),
        ("m", "8", "small", 150.0): ("speed", "size"),
        ("<c>", "4", "small", 150.0): ("size",),
        ("<c>", "8", "small", 150.0): ("speed",),
        # Alone on its board; it does not compete with others.
        ("m", "4", "big", 200.0): ("speed", "size"),
    }


def test_points_without_a_score_take_no_part() -> None:
    found = unmarked()
    bare = replace(found, points=tuple(replace(p, accuracy=None) for p in found.points))
    assert mark_fronts(bare).front == ()


def test_agreement_decides_where_there_are_no_labels() -> None:
    found = mark_fronts(replace(unmarked(), score="agreement"))
    # All agree alike: the fastest and the smallest are left.
    assert [(p.model, p.bits, p.fronts) for p in found.front if p.board == "small"] == [
        ("<c>", "4", ("speed", "size"))
    ]
