"""The exact choice of one option a layer, against trying all of them."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.hardware import plan_choice
from fpgaflow.hardware.plan_choice import Amounts, Choice, choose, undominated

PRICE = np.array([1.0, 0.5, 0.25])


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Amounts], Amounts]:
    option = st.tuples(*[st.integers(0, 6)] * 3)
    layers = draw(st.lists(st.lists(option, min_size=1, max_size=4), min_size=1, max_size=5))
    budget = draw(st.tuples(*[st.integers(0, 20)] * 3))
    return [np.array(layer) for layer in layers], np.array(budget)


def cheapest_of_all(layers: list[Amounts], budget: Amounts) -> float | None:
    sums = [sum(rows) for rows in product(*layers)]
    return min((float(one @ PRICE) for one in sums if (one <= budget).all()), default=None)


def cost(layers: list[Amounts], options: tuple[int, ...]) -> float:
    return sum(float(layer[i] @ PRICE) for layer, i in zip(layers, options, strict=True))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(problems())
def test_the_choice_is_the_cheapest_of_all(problem: tuple[list[Amounts], Amounts]) -> None:
    layers, budget = problem
    found, expected = choose(layers, budget, PRICE), cheapest_of_all(layers, budget)
    assert found.proven
    if found.options is None:
        assert expected is None
        return
    assert cost(layers, found.options) == expected
    taken = sum(layer[i] for layer, i in zip(layers, found.options, strict=True))
    assert (taken <= budget).all()


def test_too_many_sums_are_said_to_be_cut(monkeypatch: object) -> None:
    layers = [np.array([[4, 0, 0], [0, 4, 0], [0, 0, 4], [1, 1, 1]])] * 4
    budget = np.array([7, 7, 9])
    assert choose(layers, budget, PRICE).proven
    before, plan_choice.MOST_SUMS = plan_choice.MOST_SUMS, 2
    try:
        assert not choose(layers, budget, PRICE).proven
    finally:
        plan_choice.MOST_SUMS = before


def test_no_layers_and_no_room() -> None:
    assert choose([], np.array([0]), np.array([1.0])) == Choice(options=(), proven=True)
    assert choose([np.array([[2]])], np.array([1]), np.array([1.0])).options is None


def test_undominated_rows() -> None:
    rows = np.array([[1, 5], [2, 2], [1, 5], [3, 3], [5, 1]])
    assert undominated(rows).tolist() == [0, 1, 4]
