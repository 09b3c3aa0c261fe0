"""One option of each layer, so that all together fit: cheap, and exactly whether it can be done.

This is the multiple-choice knapsack problem with several resources. Three answers are tried:

1. Each layer takes its cheapest option. Where that fits it is the cheapest of all; and where even
   the least of each resource, layer by layer, does not fit, nothing does.
2. Prices: each resource gets a price, each layer takes what is cheapest at these prices, and what
   is used too much gets dearer (multiplicative weights). Where the choice fits it is an answer.
   Where the cheapest choice costs more than the whole budget at the same prices, none fits
   (Lagrange duality): a proof.
3. In the narrow gap between the two, all sums that may still end in an answer are kept layer by
   layer; one is dropped where it cannot fit with the least that the layers behind it need, or where
   another one needs no more of anything. Both are safe, so this decides. Were more sums left than
   `MOST_SUMS`, only the cheapest of them would go on, and a failure would not be proven.

A small problem goes straight to the third step, which then finds the cheapest choice of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.int64]
"""Of each resource, in the last dimension."""

MOST_SUMS = 1000
"""Sums that are kept at most behind a layer."""

SMALL = 5000
"""Choices in all up to which a problem is small."""

_ROUNDS = 150
_STEP = 0.5
_PROOF = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was found.

    Attributes:
        options: the number of each layer's option, in their order; None if nothing fits.
        proven: of a choice, whether no cheaper one fits; else, whether none does.
    """

    options: tuple[int, ...] | None
    proven: bool


def choose(layers: Sequence[Amounts], budget: Amounts, price: NDArray[np.float64]) -> Choice:
    """Return the cheapest choice within a budget.

    Args:
        layers: of each, what its options need: [options, resources], one option at least.
        budget: of each resource.
        price: of a unit of each resource; what is cheapest is the sum over all of them.
    """
    least = _least_behind(layers)
    if (least[0] > budget).any():
        return Choice(options=None, proven=True)
    alone = tuple(int((options @ price).argmin()) for options in layers)
    chosen = np.array([options[number] for options, number in zip(layers, alone, strict=True)])
    if not layers or (chosen.sum(axis=0) <= budget).all():
        return Choice(options=alone, proven=True)
    if prod(len(options) for options in layers) <= SMALL:
        return _search(layers, budget, price, least)
    priced = _by_prices(layers, budget, price)
    return _search(layers, budget, price, least) if priced is None else priced


def _by_prices(
    layers: Sequence[Amounts], budget: Amounts, price: NDArray[np.float64]
) -> Choice | None:
    """Return a choice that fits or a proof that none does; None where prices tell neither."""
    # A resource without a budget is one that no option may need: the least has been looked at.
    shares = [options / np.maximum(budget, 1) for options in layers]
    weight = np.full(len(budget), 1 / len(budget))
    best: tuple[float, tuple[int, ...]] | None = None
    for _ in range(_ROUNDS):
        numbers = tuple(int((one @ weight).argmin()) for one in shares)
        used = np.sum([one[i] for one, i in zip(shares, numbers, strict=True)], axis=0)
        if float(used @ weight) > 1 + _PROOF:
            return Choice(options=None, proven=True)
        if (used <= 1).all():
            pairs = zip(layers, numbers, strict=True)
            cost = sum(float(options[i] @ price) for options, i in pairs)
            best = min(best or (cost, numbers), (cost, numbers))
        weight = weight * np.exp(_STEP * (used - 1))
        weight /= weight.sum()
    return None if best is None else Choice(options=best[1], proven=False)


def undominated(options: Amounts) -> NDArray[np.intp]:
    """Return the rows that no other one undercuts in everything; of equal ones the first."""
    order = np.lexsort(options.T[::-1])
    kept: list[int] = []
    rows = np.empty((len(options), options.shape[1]), np.int64)
    for number in order:
        if not (rows[: len(kept)] <= options[number]).all(axis=1).any():
            rows[len(kept)] = options[number]
            kept.append(int(number))
    return np.array(sorted(kept), np.intp)


def _least_behind(layers: Sequence[Amounts]) -> list[Amounts]:
    """Return the least that the layers from each one on need, and nothing at the end."""
    width = layers[0].shape[1] if layers else 1
    least = [np.zeros(width, np.int64)]
    for options in reversed(layers):
        least.insert(0, least[0] + options.min(axis=0))
    return least


def _search(
    layers: Sequence[Amounts],
    budget: Amounts,
    price: NDArray[np.float64],
    least: Sequence[Amounts],
) -> Choice:
    sums = np.zeros((1, len(budget)), np.int64)
    steps: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    proven = True
    for options, behind in zip(layers, least[1:], strict=True):
        every = sums[:, None, :] + options[None, :, :]
        before, taken = np.nonzero((every + behind <= budget).all(axis=2))
        found = every[before, taken]
        kept = undominated(found)
        if len(kept) > MOST_SUMS:
            proven = False
            kept = kept[np.argsort(found[kept] @ price, kind="stable")[:MOST_SUMS]]
        sums = found[kept]
        steps.append((before[kept], taken[kept]))
        if not len(sums):
            return Choice(options=None, proven=proven)
    place = int((sums @ price).argmin())
    numbers: list[int] = []
    for before, taken in reversed(steps):
        numbers.append(int(taken[place]))
        place = int(before[place])
    return Choice(options=tuple(reversed(numbers)), proven=proven)
