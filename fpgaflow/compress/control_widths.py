"""One fraction of the channels of every group, so that a network has at most so many MACs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from torch import nn

from fpgaflow.compress.control_macs import Counts, MacsOf, Part, Shape
from fpgaflow.compress.selection import Limits
from fpgaflow.errors import InputRefused

_Step = tuple[Fraction, Counts]
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """How many channels of every part stay.

    Attributes:
        fraction: of every part's channels, rounded down or up by turns.
        counts: of the parts, in their order.
        macs: of the network that is left.
        next_macs: with the next larger widths; None where every channel stays.
    """

    fraction: Fraction
    counts: Counts
    macs: int
    next_macs: int | None


def choose_widths(
    module: nn.Module, input_shape: Shape, parts: Sequence[Part], target: int, limits: Limits
) -> Widths | None:
    """Return the largest widths of one fraction with at most `target` MACs; None if there are none.

    Every part keeps the fraction of its channels, at least one, within the limits. Parts round the
    fraction at places spread over the network, so that from one step to the next few channels are
    added, and the MACs come near the target.

    Args:
        module: the network.
        input_shape: (channels, height, width).
        parts: of the groups that may lose channels.
        target: multiply-accumulates of one image.
        limits: of every part.
    """
    steps = _rounding(parts, limits).steps()
    macs = MacsOf(module, input_shape, parts)
    at = _last_within(steps, target, macs)
    if at < 0:
        return None
    fraction, counts = steps[at]
    following = macs.exact(steps[at + 1][1]) if at + 1 < len(steps) else None
    return Widths(fraction=fraction, counts=counts, macs=macs.exact(counts), next_macs=following)


def _last_within(steps: Sequence[_Step], target: int, macs: MacsOf) -> int:
    """Return the last step with at most `target` MACs; -1 where the first has more."""
    # To make a deep network takes seconds, so the step is predicted, and then proven.
    guess = bisect_right(steps, target, key=lambda step: macs.predicted(step[1])) - 1
    for at in (guess, guess - 1, guess + 1):
        if not -1 <= at < len(steps):
            continue
        fits = at < 0 or macs.exact(steps[at][1]) <= target
        if fits and (at + 1 == len(steps) or macs.exact(steps[at + 1][1]) > target):
            return at
    return bisect_right(steps, target, key=lambda step: macs.exact(step[1])) - 1


def least_macs(module: nn.Module, input_shape: Shape, parts: Sequence[Part], limits: Limits) -> int:
    """Return the MACs of the narrowest network that `choose_widths` could choose."""
    return MacsOf(module, input_shape, parts).exact(_rounding(parts, limits).counts(Fraction(0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rounding:
    """How a fraction of each part's channels becomes a number of them.

    Attributes:
        parts: of the groups.
        phases: what each part adds before it rounds down.
        minima: what each part keeps at least.
        limits: of every group.
    """

    parts: Sequence[Part]
    phases: Sequence[Fraction]
    minima: Sequence[int]
    limits: Limits

    def counts(self, fraction: Fraction) -> Counts:
        """Return how many channels of each part stay."""
        wanted = (
            (len(part.channels), max(least, int(fraction * len(part.channels) + phase)))
            for part, phase, least in zip(self.parts, self.phases, self.minima, strict=True)
        )
        return tuple(self.limits.count(count, size) for size, count in wanted)

    def steps(self) -> list[_Step]:
        """Return every choice of widths that a fraction gives, the narrowest first."""
        fractions = {Fraction(0)}
        for part, phase in zip(self.parts, self.phases, strict=True):
            size = len(part.channels)
            fractions.update((wanted - phase) / size for wanted in range(1, size + 1))
        steps: list[_Step] = []
        for fraction in sorted(fractions):
            counts = self.counts(fraction)
            if not steps or counts != steps[-1][1]:
                steps.append((fraction, counts))
        return steps


def _rounding(parts: Sequence[Part], limits: Limits) -> _Rounding:
    return _Rounding(
        parts=parts,
        phases=_phases(len(parts)),
        minima=_minima(parts, limits.min_channels),
        limits=replace(limits, min_channels=1),
    )


def _minima(parts: Sequence[Part], min_channels: int) -> list[int]:
    """Return how many channels each part keeps at least, so that no layer falls below the limit.

    A layer of a later stage holds the parts of those before, too: what these keep counts.
    """
    held: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        for path, share in part.makes:
            if share:
                held.setdefault(path, []).append(number)
    minima = [1] * len(parts)
    for numbers in sorted(held.values(), key=lambda numbers: numbers[-1]):
        *before, last = numbers
        wanted = min(min_channels, sum(len(parts[number].channels) for number in numbers))
        missing = wanted - sum(minima[number] for number in before)
        minima[last] = max(minima[last], min(missing, len(parts[last].channels)))
    return minima


def _phases(count: int) -> list[Fraction]:
    """Return what each part adds before it rounds down: 0 to below 1, neighbours far apart."""
    order = sorted(range(count), key=lambda number: number * _GOLDEN % 1)
    phases = [Fraction(0)] * count
    for rank, number in enumerate(order):
        phases[number] = Fraction(rank, count)
    return phases


def refuse_unreachable(least: int, target: int) -> InputRefused:
    """Return the error for a network that stays above its target at any width."""
    return InputRefused(
        f"with the fewest channels in every group the network has {least} MACs, more than the "
        f"{target} that it is to have at most",
        accepted=f"a compression to {least} MACs or more, or a control with new weights",
        remedy="lower --min-channels and --round-channels, or use --kind scratch",
    )
