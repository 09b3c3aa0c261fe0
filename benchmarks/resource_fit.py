"""Fits the resource model's coefficients, and predicts networks that were held out of the fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations

import click
import numpy as np
from numpy.typing import NDArray
from resource_designs import Design, stage_cost

from fpgaflow.hardware.resource_coefficients import Coefficients
from fpgaflow.hardware.resource_structures import Cost

RESOURCES = ("lut", "ff", "bram18", "dsp")
NAMES = tuple(field.name for field in fields(Coefficients))
NONE = Coefficients(**dict.fromkeys(NAMES, 0.0))

Spread = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A figure of a design whose network took no part in fit and spread.

    Attributes:
        design: its name.
        resource: one of `RESOURCES`.
        low: of the band.
        likely: the model's number.
        high: of the band.
        vivado: the measured number.
    """

    design: str
    resource: str
    low: float
    likely: float
    high: float
    vivado: float

    @property
    def inside(self) -> bool:
        """Whether the band holds the measured number."""
        return bool(self.low <= self.vivado <= self.high)


def fit(designs: Iterable[Design]) -> Coefficients:
    """Fit all coefficients: least squares of the relative error, none below zero.

    Stages where Vivado tells of stages, whole designs otherwise. Only streamed designs: the layers
    of others have other interfaces.
    """
    streamed = [design for design in designs if design.streamed]
    found: dict[str, float] = {}
    for resource in ("lut", "ff"):
        names = [name for name in NAMES if name.startswith(resource)]
        rows = [row for design in streamed for row in _equations(design, resource, names)]
        found |= dict(zip(names, _solve(np.array(rows)), strict=True))
    return Coefficients(**{name: float(value) for name, value in found.items()})


def _equations(design: Design, resource: str, names: Sequence[str]) -> list[list[float]]:
    """Return rows [a number for each coefficient, right-hand side] over the measured number."""

    def row(measured: float, stages: Sequence[Mapping[str, object]]) -> list[float]:
        def likely(c: Coefficients) -> float:
            return sum(getattr(stage_cost(one, c, design.family), resource) for one in stages)

        base = likely(NONE)
        parts = [likely(replace(NONE, **{name: 1.0})) - base for name in names]
        return [*(part / measured for part in parts), (measured - base) / measured]

    if not design.measured_stages:
        return [row(design.measured[resource], design.stages)]
    return [
        row(design.measured_stages[stage["stage"]][resource], [stage])
        for stage in design.stages
        if stage["kind"] == "multiply"
    ]


def _solve(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the non-negative least squares of a few unknowns: the best of all subsets."""
    matrix, target = rows[:, :-1], rows[:, -1]
    best, least = np.zeros(matrix.shape[1]), float(target @ target)
    for size in range(1, matrix.shape[1] + 1):
        for chosen in combinations(range(matrix.shape[1]), size):
            part = matrix[:, chosen]
            values = np.linalg.lstsq(part, target, rcond=None)[0]
            rest = float(np.sum((part @ values - target) ** 2))
            if (values >= 0).all() and rest < least - 1e-12:
                best, least = np.zeros(matrix.shape[1]), rest
                best[list(chosen)] = values
    return best


def spread_of(designs: Sequence[Design]) -> Spread:
    """Return how far below and above the model's range designs lie that are held out in turn."""
    misses: dict[str, list[tuple[float, float]]] = {name: [] for name in RESOURCES}
    for network in networks(designs):
        rest = fit(design for design in designs if design.network != network)
        for design in designs:
            if design.network != network:
                continue
            cost = design.cost(rest)
            for name in RESOURCES:
                low, _, high = ends(cost, name)
                measured = design.measured[name]
                misses[name].append((low / measured, measured / max(high, 1.0)))
    return {
        name: (
            float(max(1.0, *(below for below, _ in found))),
            float(max(1.0, *(above for _, above in found))),
        )
        for name, found in misses.items()
    }


def hold_out(designs: Sequence[Design]) -> tuple[HeldOut, ...]:
    """Predict each network by coefficients and spreads of all others alone.

    Raises:
        click.UsageError: there are too few networks.
    """
    if len(networks(designs)) < 3:
        raise click.UsageError("to hold networks out takes three of them at the least")
    rows: list[HeldOut] = []
    for network in networks(designs):
        others = [design for design in designs if design.network != network]
        coefficients, spread = fit(others), spread_of(others)
        for design in designs:
            if design.network == network:
                rows += [_row(design, name, coefficients, spread) for name in RESOURCES]
    return tuple(rows)


def _row(design: Design, name: str, coefficients: Coefficients, spread: Spread) -> HeldOut:
    low, likely, high = ends(design.cost(coefficients), name)
    below, above = spread[name]
    return HeldOut(
        design=design.name,
        resource=name,
        low=low / below,
        likely=likely,
        high=high * above,
        vivado=design.measured[name],
    )


def networks(designs: Iterable[Design]) -> tuple[str, ...]:
    """Return the networks, each once, in order."""
    return tuple(dict.fromkeys(design.network for design in designs))


def ends(cost: Cost, name: str) -> tuple[float, float, float]:
    """Return a resource's range before any spread."""
    if name in ("lut", "ff"):
        likely = getattr(cost, name)
        return likely, likely, likely
    return getattr(cost, f"{name}_low"), getattr(cost, name), getattr(cost, f"{name}_high")
