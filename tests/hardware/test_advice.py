"""What is advised where a design does not fit: that it does fit, and the words of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.errors import DoesNotFit
from fpgaflow.hardware.advice import Advice, advise
from fpgaflow.hardware.advice_text import NO_BOARD, advice_lines, require_fit
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.fit import check_fit
from fpgaflow.hardware.plan import Planner, Wish, plan_folding
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.ir.graph import Graph
from tests.golden_files import check_golden
from tests.hardware.advice_graphs import dense, lenet
from tests.hardware.small_graphs import resnet, resnet20

Z2 = load_board("pynq-z2")


def small(lut: int, dsp: int = 220, bram36: int = 140) -> Board:
    return replace(Z2, resources=replace(Z2.resources, lut=lut, dsp=dsp, bram36=bram36))


def advice_on(graph: Graph, board: Board, wish: Wish | None = None) -> Advice:
    planner = Planner(graph, board)
    plan = planner.plan(wish or Wish())
    assert not plan.fit.fits
    return advise(planner, plan, wish or Wish())


def words(graph: Graph, board: Board) -> str:
    plan = plan_folding(graph, board)
    with pytest.raises(DoesNotFit) as caught:
        require_fit(plan.fit, advice_on(graph, board), allow_oversize=False)
    return f"{caught.value}\n"


@pytest.mark.parametrize(
    ("name", "graph", "board"),
    [
        ("lenet5", lenet(), small(lut=30_000)),
        ("resnet20", resnet20(), Z2),
        ("dense", dense(6, 12), small(lut=24_000)),
    ],
    ids=["lenet5", "resnet20", "dense"],
)
def test_golden_words(name: str, graph: Graph, board: Board) -> None:
    check_golden(f"hardware/advice_{name}.txt", words(graph, board))


@settings(max_examples=6, deadline=None)
@given(
    depth=st.sampled_from([6, 10]),
    width=st.sampled_from([2, 4, 6]),
    lut=st.integers(8_000, 16_000),
    dsp=st.integers(4, 60),
    confidence=st.sampled_from(["low", "likely", "high"]),
)
def test_what_is_advised_fits(
    depth: int, width: int, lut: int, dsp: int, confidence: Confidence
) -> None:
    graph = resnet(depth, size=8, channels=1, widths=(width, 2 * width))
    planner = Planner(graph, small(lut, dsp), confidence=confidence)
    plan = planner.plan(Wish())
    if plan.fit.fits:
        return
    advice = advise(planner, plan, Wish())
    assert advice.shortages
    changes = [one for one in advice.remedies if one.kind not in ("folding", "board")]
    only_boards = all(one.kind == "board" for one in advice.remedies)
    assert bool(advice.nothing) == only_boards
    for one in advice.remedies:
        again = Planner(one.graph, one.design.board, confidence=confidence).plan(one.wish)
        fit = check_fit(one.graph, again.folding, one.design.board, confidence=confidence)
        assert fit.fits
        assert fit.resources == one.design.resources
    lost = [-one.design.weight_bits for one in changes]
    assert lost == sorted(lost)


def test_nothing_is_said_of_a_design_that_fits() -> None:
    fit = plan_folding(resnet(8, size=8, channels=1, widths=(4, 8)), Z2).fit
    assert fit.fits
    require_fit(fit, None, allow_oversize=False)


def test_a_slower_design_comes_first() -> None:
    graph = resnet(8, size=8, channels=1, widths=(8, 16, 32))
    wish = Wish(target_fps=50_000, allow_oversize=True)
    advice = advice_on(graph, small(lut=40_000, dsp=40), wish)
    first = advice.remedies[0]
    assert (first.kind, first.how) == ("folding", "without --target-fps")
    assert first.design.images_per_second < 50_000


def test_where_one_layer_alone_is_too_large() -> None:
    advice = advice_on(resnet(8, size=8, channels=1, widths=(8, 16)), small(lut=300))
    assert all(one.kind == "board" for one in advice.remedies)
    assert " alone likely needs " in advice.nothing


def test_where_no_board_is_large_enough() -> None:
    advice = Advice(shortages=(), remedies=(), nothing="no smaller network fits")
    assert advice_lines(advice, "likely") == ("no smaller network fits", NO_BOARD)
