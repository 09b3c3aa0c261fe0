"""The search, step by step against sequences computed by hand; no network takes part."""

from __future__ import annotations

import pytest

from fpgaflow.compress.dynamic_pruning import Bracket, Trial, first_bracket, search
from fpgaflow.errors import InputRefused


def walk(*outcomes: bool) -> list[tuple[float, float, float]]:
    """(Pu, Pl, Pc) before each trial and after the last."""
    state = first_bracket()
    seen = [(state.upper, state.lower, state.threshold)]
    for reached in outcomes:
        assert not state.done
        state = state.after(reached=reached)
        seen.append((state.upper, state.lower, state.threshold))
    assert state.done
    return seen


def test_a_mixed_search() -> None:
    # Every number is a sum of powers of two, so that equality is exact.
    assert walk(True, False, True, True) == [
        (1.0, 0.5, 0.75),
        (0.75, 0.5, 0.6875),  # interval 1/4, a quarter of it 1/16
        (0.75, 0.6875, 0.71875),  # interval 1/16, half of it 1/32
        (0.71875, 0.6875, 0.7109375),  # interval 1/32, a quarter of it 1/128
        (0.7109375, 0.6875, 0.705078125),  # interval 3/128 < 0.03: done
    ]


def test_a_search_that_never_reaches_the_target() -> None:
    assert walk(False, False, False, False, False) == [
        (1.0, 0.5, 0.75),
        (1.0, 0.75, 0.875),
        (1.0, 0.875, 0.9375),
        (1.0, 0.9375, 0.96875),
        (1.0, 0.96875, 0.984375),  # interval 1/32 = 0.03125 is not yet below 0.03
        (1.0, 0.984375, 0.9921875),
    ]


def test_a_search_that_always_reaches_the_target() -> None:
    seen = walk(*[True] * 9)
    # After the first trial the interval is 1/4, and each further one leaves three quarters of it.
    assert [upper - 0.5 for upper, _, _ in seen[1:]] == [0.25 * 0.75**n for n in range(9)]
    assert {lower for _, lower, _ in seen} == {0.5}


def test_a_target_at_a_threshold_is_closed_in_on() -> None:
    state = first_bracket(tolerance=1e-6)
    for _ in range(200):
        if state.done:
            break
        state = state.after(reached=state.threshold >= 0.8125)
    assert state.done
    assert state.lower < 0.8125 <= state.upper


def run(
    accuracy_at: float, target: float = 0.9, iterations: int = 1
) -> tuple[str, list[Trial[str]]]:
    """A network is the text of the thresholds it went through; right above `accuracy_at`."""

    def attempt(start: str, iteration: int, number: int, threshold: float) -> tuple[str, float]:
        return f"{start}>{threshold:g}", 0.9 if threshold >= accuracy_at else 0.1

    result, trials = search(
        "net", attempt, target=target, bracket=first_bracket(), iterations=iterations
    )
    return result, list(trials)


def test_each_trial_starts_from_the_iterations_start() -> None:
    result, trials = run(0.7, iterations=2)
    # Reached at 0.75, missed at 0.6875, reached at 0.71875 and 0.7109375.
    assert [t.network for t in trials[:4]] == [
        "net>0.75",
        "net>0.6875",
        "net>0.71875",
        "net>0.710938",
    ]
    assert [t.network for t in trials[4:]] == [f"net>0.710938{t.network[3:]}" for t in trials[:4]]
    assert result == "net>0.710938>0.710938"
    assert [(t.iteration, t.number) for t in trials] == [
        (iteration, number) for iteration in (1, 2) for number in (1, 2, 3, 4)
    ]
    assert [t.reached for t in trials[:4]] == [True, False, True, True]


def test_where_no_trial_reaches_the_target_nothing_changes() -> None:
    result, trials = run(2.0, iterations=3)
    assert result == "net"
    assert len(trials) == 5  # the second iteration would repeat the first
    assert {t.network.count(">") for t in trials} == {1}


def test_the_target_itself_is_reached() -> None:
    assert run(0.0, target=0.9)[1][0].reached
    assert not run(0.0, target=0.9000001)[1][0].reached


def test_every_trial_is_told() -> None:
    seen: list[float] = []
    search(
        0,
        lambda *_: (0, 1.0),
        target=0.5,
        bracket=Bracket(upper=1.0, lower=0.9, threshold=0.95, tolerance=0.06),
        iterations=1,
        watch=lambda trial: seen.append(trial.bracket.threshold),
    )
    assert seen == [0.95]


@pytest.mark.parametrize(("upper", "lower"), [(0.5, 0.5), (1.5, 0.5), (1.0, -0.1)])
def test_wrong_bounds_are_refused(upper: float, lower: float) -> None:
    with pytest.raises(InputRefused, match="the sparsity thresholds are searched from"):
        first_bracket(upper=upper, lower=lower)


def test_wrong_counts_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        first_bracket(tolerance=0)
    assert str(caught.value) == "the search's tolerance is 0\n  accepted: above 0, at most 1"
    with pytest.raises(InputRefused) as caught:
        first_bracket(upper=0.7, lower=0.6, tolerance=0.2)
    assert str(caught.value) == (
        "the search's tolerance is 0.2, and the sparsity thresholds are searched from 0.6 to 0.7: "
        "there would be no trial\n  accepted: a tolerance no larger than that interval"
    )
    with pytest.raises(InputRefused) as caught:
        search(0, lambda *_: (0, 1.0), target=0, bracket=first_bracket(), iterations=0)
    assert str(caught.value) == "0 iterations were asked for\n  accepted: 1 or more"
