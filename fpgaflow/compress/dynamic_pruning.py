"""The search of dynamic pruning: which sparsity threshold removes most at a target accuracy.

Li, Li, Meng, "Deep Learning Architecture Improvement Based on Dynamic Pruning and Layer Fusion",
Electronics 2023, 12(5), 1208, section 3.2. Channels sparser than a threshold go; the lower it is,
the more go. This file knows nothing of networks: what a trial does is a callback's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from fpgaflow.errors import InputRefused

UPPER, LOWER = 1.0, 0.5
TOLERANCE = 0.03
ITERATIONS = 3

_Network = TypeVar("_Network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """The search between two trials.

    Attributes:
        upper: Pu, the lowest threshold known to reach the target, or where the search began.
        lower: Pl, the highest threshold known to miss it, or where the search began.
        threshold: Pc, what the next trial prunes at.
        tolerance: the search ends when the two are closer than this.
    """

    upper: float
    lower: float
    threshold: float
    tolerance: float = TOLERANCE

    @property
    def done(self) -> bool:
        """Whether no further trial is needed."""
        return self.upper - self.lower < self.tolerance

    def after(self, *, reached: bool) -> Bracket:
        """Return the search after a trial at the threshold.

        Where the target was reached, Pu becomes Pc, then Pc falls by a quarter of the new interval;
        where it was missed, Pl becomes Pc, then Pc rises by half of it.
        """
        if reached:
            interval = self.threshold - self.lower
            threshold = self.threshold - interval / 4
            return replace(self, upper=self.threshold, threshold=threshold)
        interval = self.upper - self.threshold
        return replace(self, lower=self.threshold, threshold=self.threshold + interval / 2)


def first_bracket(
    *, upper: float = UPPER, lower: float = LOWER, tolerance: float = TOLERANCE
) -> Bracket:
    """Return the search before its first trial, which is in the middle.

    Raises:
        InputRefused: the bounds are no parts from 0 to 1 in order, the tolerance is not above 0, or
            there would be no trial.
    """
    if not 0 <= lower < upper <= 1:
        raise InputRefused(
            f"the sparsity thresholds are searched from {lower:g} to {upper:g}",
            accepted="from 0 to 1, the lower bound below the upper one",
        )
    if not 0 < tolerance <= 1:
        raise InputRefused(
            f"the search's tolerance is {tolerance:g}", accepted="above 0, at most 1"
        )
    first = Bracket(upper=upper, lower=lower, threshold=(upper + lower) / 2, tolerance=tolerance)
    if first.done:
        raise InputRefused(
            f"the search's tolerance is {tolerance:g}, and the sparsity thresholds are searched "
            f"from {lower:g} to {upper:g}: there would be no trial",
            accepted="a tolerance no larger than that interval",
        )
    return first


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Generic[_Network]):
    """One trial.

    Attributes:
        iteration: counted from 1.
        number: in its iteration, counted from 1.
        bracket: the search before it.
        accuracy: of the network that came out, from 0 to 1.
        reached: whether that is the target or more.
        network: what came out.
    """

    iteration: int
    number: int
    bracket: Bracket
    accuracy: float
    reached: bool
    network: _Network


Attempt = Callable[[_Network, int, int, float], tuple[_Network, float]]
"""Prunes the iteration's starting network at a threshold and fine-tunes it.

Takes that network, the iteration and the trial (both counted from 1) and the threshold; returns
what came out and its accuracy, from 0 to 1.
"""


def search(
    start: _Network,
    attempt: Attempt[_Network],
    *,
    target: float,
    bracket: Bracket,
    iterations: int = ITERATIONS,
    watch: Callable[[Trial[_Network]], None] = lambda _: None,
) -> tuple[_Network, tuple[Trial[_Network], ...]]:
    """Run every iteration, each on the result of the one before.

    An iteration's result is the network of its last trial that reached the target, which is the
    one at the lowest such threshold; its starting network where no trial did, and then there is no
    further iteration.

    Args:
        start: the network as given.
        attempt: what a trial does.
        target: the accuracy to keep, from 0 to 1.
        bracket: the search before the first trial of each iteration.
        iterations: how many.
        watch: told of every trial.

    Returns:
        The result of the last iteration, and every trial.

    Raises:
        InputRefused: fewer than one iteration.
    """
    if iterations < 1:
        raise InputRefused(f"{iterations} iterations were asked for", accepted="1 or more")
    trials: list[Trial[_Network]] = []
    for iteration in range(1, iterations + 1):
        best, state, number = start, bracket, 0
        while not state.done:
            number += 1
            network, accuracy = attempt(start, iteration, number, state.threshold)
            reached = accuracy >= target
            trial = Trial(
                iteration=iteration,
                number=number,
                bracket=state,
                accuracy=accuracy,
                reached=reached,
                network=network,
            )
            trials.append(trial)
            watch(trial)
            best = network if reached else best
            state = state.after(reached=reached)
        if best is start:
            break  # the next iteration would repeat this one, trial by trial
        start = best
    return start, tuple(trials)
