"""What one reuse factor for the whole network would give: hls4ml's way, for comparison.

hls4ml takes one reuse factor and one strategy for a model, and gives each layer the nearest legal
factor. All factors that make a difference are tried: where some layer's nearest one changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.hardware.plan import FoldingPlan, Planner
from fpgaflow.hardware.plan_needs import as_folding, decided


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformPlan:
    """The fastest design with one reuse factor that takes no more than is allowed. All modelled.

    Attributes:
        reuse_factor: what was asked of every layer.
        folding: the nearest legal one of each.
        interval: clock cycles of the slowest stage.
        fit: the verdict on it.
    """

    reuse_factor: int
    folding: Folding
    interval: int
    fit: FitReport


def nearest(factors: Sequence[int], wanted: int) -> int:
    """Return the legal reuse factor that hls4ml takes for another one: the lower of two as near."""
    place = bisect_left(factors, wanted)
    if place == 0:
        return factors[0]
    if place == len(factors):
        return factors[-1]
    below, above = factors[place - 1], factors[place]
    return above if above - wanted < wanted - below else below


def plan_uniform(planner: Planner, plan: FoldingPlan, max_utilization: float) -> UniformPlan | None:
    """Return the fastest design with one reuse factor for all layers, within the same bounds.

    Of a resource that no folding can bring within bounds it may take a tenth more than `plan`.

    Args:
        planner: of the network and the board.
        plan: the planned design that it is to be compared with.
        max_utilization: as in the wish that `plan` came from.

    Returns:
        The design; None where not even the most folded one is within bounds.
    """
    bounds = np.maximum(planner.budget(max_utilization), planner.beyond(plan))
    for factor, layers in _designs(planner):
        if not planner.may_fit(plan, layers, bounds):
            continue
        folding = as_folding(layers)
        fit = planner.check(folding, planned_streams(planner.graph, folding))
        if (decided(fit) <= bounds).all():
            interval = max(folding.interval, planner.unfolded)
            return UniformPlan(reuse_factor=factor, folding=folding, interval=interval, fit=fit)
    return None


def _designs(planner: Planner) -> list[tuple[int, Mapping[str, LayerFolding]]]:
    """Return every different design with the lowest factor that gives it, the fastest first."""
    folded = {
        name: [one for one in choices if one.strategy == "resource"]
        for name, choices in planner.options.items()
    }
    legal = {name: [one.reuse_factor for one in choices] for name, choices in folded.items()}
    designs: dict[tuple[int, ...], tuple[int, Mapping[str, LayerFolding]]] = {}
    for wanted in _turning_points(legal.values()):
        factors = {name: nearest(choices, wanted) for name, choices in legal.items()}
        layers = {name: folded[name][legal[name].index(factor)] for name, factor in factors.items()}
        designs.setdefault(tuple(factors.values()), (wanted, layers))
    constants = {name: choices[0] for name, choices in planner.options.items()}
    found = [*designs.values(), (1, constants)]
    return sorted(found, key=lambda one: as_folding(one[1]).interval)


def _turning_points(legal: Collection[list[int]]) -> list[int]:
    """Return 1 and every factor from which on some layer takes another one."""
    points = {1}
    for factors in legal:
        points.update((below + above) // 2 + 1 for below, above in pairwise(factors))
    return sorted(points)
