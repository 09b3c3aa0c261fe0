"""The planned folding: optimal against all of them, and what it says when it cannot be done."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.errors import DoesNotFit, InputRefused
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.cycles import model_cycles
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.plan import Planner, Wish, plan_folding
from fpgaflow.hardware.plan_choice import Amounts
from fpgaflow.hardware.plan_needs import RESOURCES, as_folding, available, decided, total
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import Builder, resnet, tiny_residual

BOARD = load_board("pynq-z2")


@st.composite
def chains(draw: st.DrawFn) -> Graph:
    """Two or three convolutions and a fully connected layer, with some dozens of foldings each."""
    b = Builder((4, 4, 2))
    value, wide = "image", 2
    for number in range(draw(st.integers(1, 2))):
        channels = draw(st.integers(1, 4))
        kernel = draw(st.sampled_from([1, 3]))
        stride = draw(st.integers(1, 2)) if number == 0 else 1
        value = b.conv(f"c{number}", value, (wide, channels), kernel=kernel, stride=stride)
        wide = channels
    return b.graph("chain", value)


def with_resources(dsp: int, lut: int, bram36: int) -> Board:
    return replace(BOARD, resources=replace(BOARD.resources, dsp=dsp, lut=lut, bram36=bram36))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(chains(), st.integers(2, 60), st.integers(300, 9000), st.integers(1, 8))
def test_no_folding_that_fits_is_faster(graph: Graph, dsp: int, lut: int, bram18: int) -> None:
    planner = Planner(graph, BOARD)
    limit = np.array([lut, 10**6, bram18, dsp])
    found, beyond = planner.find(limit, None)
    best = exhaustive(planner, limit)
    assert found.proven
    if best is None:
        assert beyond
        return
    assert beyond == ()
    assert (found.needs <= limit).all()
    interval = max([planner.unfolded, *(one.interval for one in found.layers.values())])
    assert (interval, pytest.approx(float(found.needs @ planner.price))) == best


def exhaustive(planner: Planner, limit: Amounts) -> tuple[int, float] | None:
    """Return the shortest interval of all designs that fit, and the lowest price at it."""
    best: tuple[int, float] | None = None
    ways = [range(len(choices)) for choices in planner.options.values()]
    for numbers in product(*ways):
        named = list(zip(planner.options.items(), numbers, strict=True))
        needs = total([planner.needs.layers[name][number] for (name, _), number in named])
        if (needs <= limit).all():
            stages = [choices[number].interval for (_, choices), number in named]
            found = (max([planner.unfolded, *stages]), float(needs @ planner.price))
            best = found if best is None else min(best, found)
    return best


@pytest.mark.parametrize("name", ["pynq-z2", "zcu104"])
def test_a_plan_keeps_its_word(name: str) -> None:
    graph, board = resnet(8, size=16, widths=(4, 8, 16)), load_board(name)
    plan = plan_folding(graph, board)
    assert plan.proven
    assert plan.beyond == ()
    assert plan.fit.fits
    assert (decided(plan.fit) <= available(board) * 0.9).all()
    assert plan.interval == model_cycles(graph, plan.folding).slowest.cycles
    streams = planned_streams(graph, plan.folding)
    assert plan.fit.depths == tuple(stream.depth for stream in streams)


def test_more_room_is_never_slower() -> None:
    graph = resnet(8, size=16, widths=(4, 8, 16))
    intervals = [
        plan_folding(graph, BOARD, Wish(max_utilization=part)).interval for part in (0.3, 0.6, 1.0)
    ]
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[0] > intervals[-1]


def test_a_target_takes_the_smallest_design() -> None:
    graph = resnet(8, size=16, widths=(4, 8, 16))
    fastest = plan_folding(graph, BOARD)
    enough = plan_folding(graph, BOARD, Wish(target_fps=1000))
    assert BOARD.clock_mhz * 1e6 / enough.interval >= 1000
    assert enough.folding.multipliers < fastest.folding.multipliers
    price = 1 / np.maximum(available(BOARD), 1)
    assert float(decided(enough.fit) @ price) < float(decided(fastest.fit) @ price)


def test_a_target_that_no_stage_reaches() -> None:
    with pytest.raises(InputRefused) as refused:
        plan_folding(tiny_residual(), BOARD, Wish(target_fps=2e6))
    assert str(refused.value) == (
        "--target-fps 2e+06 means an image each 50 clock cycles at 100 MHz; stem takes 147, "
        "however it is folded\n"
        "  accepted: at most 6.803e+05 images a second"
    )


def test_a_target_that_does_not_fit() -> None:
    graph = resnet(8, size=16, widths=(4, 8, 16))
    few = with_resources(dsp=40, lut=30_000, bram36=140)
    fastest = plan_folding(graph, few)
    with pytest.raises(DoesNotFit) as refused:
        plan_folding(graph, few, Wish(target_fps=20_000))
    assert str(refused.value) == (
        "no folding of resnet8 that reaches 20000 images a second fits 90% of pynq-z2\n"
        f"  accepted: at most {1e8 / fastest.interval:.4g} images a second, by the model\n"
        "  what to do: a network with fewer multiply-accumulates, fewer bits, or a larger board"
    )
    anyway = plan_folding(graph, few, Wish(target_fps=20_000, allow_oversize=True))
    assert anyway.interval <= 5000
    assert anyway.beyond


def test_what_no_folding_mends_is_named() -> None:
    graph = resnet(8, size=16, widths=(4, 8, 16))
    plan = plan_folding(graph, with_resources(dsp=220, lut=3000, bram36=140))
    assert plan.beyond == ("lut",)
    assert not plan.fit.fits
    dsp = RESOURCES.index("dsp")
    assert decided(plan.fit)[dsp] <= 198


def test_a_network_without_weights() -> None:
    b = Builder((4, 4, 1))
    graph = b.graph("bare", "image")
    plan = plan_folding(graph, BOARD)
    assert (dict(plan.folding.layers), plan.interval) == ({}, 20)
    assert as_folding({}) == plan.folding


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (
            {"max_utilization": 1.5},
            "--max-utilization is 1.5\n  accepted: above 0, and 1 at the most",
        ),
        (
            {"max_utilization": 0.0},
            "--max-utilization is 0\n  accepted: above 0, and 1 at the most",
        ),
        ({"target_fps": 0.0}, "--target-fps is 0\n  accepted: images a second, above 0"),
        ({"target_fps": float("inf")}, "--target-fps is inf\n  accepted: images a second, above 0"),
    ],
)
def test_wishes_that_no_design_has(wish: dict[str, float], message: str) -> None:
    with pytest.raises(InputRefused) as refused:
        replace(Wish(), **wish)
    assert str(refused.value) == message
