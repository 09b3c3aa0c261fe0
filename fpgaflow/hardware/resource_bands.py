"""How far off the resource model may be: from a design's sums to low, likely and high.

The structures leave some things open (`Cost.dsp_low` to `dsp_high`, block RAM likewise); each end
of that range is moved outwards by a factor, the spread, that says how far beyond it Vivado's figure
may lie. The spread is conformal: each of 14 measured designs was predicted by coefficients fitted
without its network, and the spread is the largest factor by which one of them lay outside
(`benchmarks/resource_model.py`, `docs/results/resource-model.md`).

A user's own measured designs move and narrow the band: `Adjustment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, floor, log

SPREAD = {"lut": (1.37, 1.43), "ff": (2.08, 1.79), "bram36": (1.24, 1.0), "dsp": (1.0, 1.0)}
"""How many times below the low and above the high end Vivado's figure may lie, by resource."""

PRIOR_DESIGNS = 2
"""The spread counts as much as so many measured designs of the user's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A number that is not known.

    Attributes:
        low: at the least.
        likely: the best guess.
        high: at the most.
    """

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What measured designs say of one resource.

    Attributes:
        designs: how many.
        mean: of the logarithms of measured over likely numbers.
        least: of these.
        most: of these.
    """

    designs: int
    mean: float
    least: float
    most: float


def adjustment(pairs: tuple[tuple[float, float], ...]) -> Adjustment | None:
    """Return what measured designs say; None where there is nothing to compare.

    Args:
        pairs: for each design the likely and the measured number; one whose likely number is zero
            says nothing.
    """
    # Measured nothing counts as half a unit: the logarithm has to end somewhere.
    found = [log(max(measured, 0.5) / likely) for likely, measured in pairs if likely > 0]
    if not found:
        return None
    return Adjustment(
        designs=len(found), mean=sum(found) / len(found), least=min(found), most=max(found)
    )


def make_band(
    resource: str, low: float, likely: float, high: float, adjust: Adjustment | None = None
) -> Band:
    """Return the band around a design's sums.

    With n measured designs the likely number moves by their mean ratio, as if one more had been as
    the model says; both ends move with it and come nearer by 2 / (2 + n), but stay so wide that
    every measured ratio lies inside.

    Args:
        resource: `lut`, `ff`, `bram36` or `dsp`.
        low: the sum of what the structures take at the least.
        likely: the sum of what they are likely to take.
        high: the sum at the most.
        adjust: from measured designs.
    """
    below, above = SPREAD[resource]
    low, high = low / below, high * above
    if adjust is None or likely <= 0:
        return _whole(low, likely, high)
    shift = adjust.mean * adjust.designs / (adjust.designs + 1)
    nearer = PRIOR_DESIGNS / (PRIOR_DESIGNS + adjust.designs)
    down = log(likely / max(low, 0.5)) * nearer
    up = log(high / likely) * nearer
    return _whole(
        likely * exp(min(shift - down, adjust.least)),
        likely * exp(shift),
        likely * exp(max(shift + up, adjust.most)),
    )


def _whole(low: float, likely: float, high: float) -> Band:
    # Rounding outwards, but not over what floating point adds.
    return Band(low=floor(low + 1e-9), likely=round(likely), high=ceil(high - 1e-9))
