"""The folding benchmark on a small network."""

from __future__ import annotations

from pathlib import Path

from common import Subject
from folding import design, plan_seconds, row, table
from folding_figure import draw
from marked_page import fill_page
from torch import nn

from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.plan import Planner, Wish
from tests.hardware.small_graphs import resnet

BOARD = load_board("pynq-z2")
GRAPH = resnet(8, size=16, widths=(4, 8, 16))


def test_a_row_holds_both_ways_and_the_picture_both_bars(tmp_path: Path) -> None:
    network = Subject(name="small", module=nn.Identity(), graph=GRAPH)
    found = row(network, BOARD, "likely", 0.9)
    assert found.uniform is not None
    assert found.faster == found.uniform.interval / found.planned.interval
    assert found.faster > 2
    assert found.planned.fits
    assert found.planned.images_per_second == 1e8 / found.planned.interval
    assert 0 < found.planned.overhead < 1
    lines = table([found], BOARD).splitlines()
    assert lines[2].startswith("| small | likely | planned | ")
    assert lines[3].startswith("| small | likely | one reuse factor, ")
    assert f" | {found.planned.interval:,} | {found.planned.slowest} | " in lines[-1]
    # Loops and what else takes slices cost something; this small one multiplies in tables instead.
    assert 1e8 / found.roofline < found.any_factor
    draw([found], tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000


def test_the_slowest_stage_is_that_of_the_plan() -> None:
    plan = Planner(GRAPH, BOARD).plan(Wish())
    found = design("planned", GRAPH, BOARD, plan.folding, plan.fit)
    assert found.interval == plan.interval
    assert dict(zip(found.stages.names, found.stages.cycles, strict=True)) == {
        name: layer.interval for name, layer in plan.folding.layers.items()
    }


def test_planning_is_timed() -> None:
    wall, processor = plan_seconds(GRAPH, BOARD)
    assert wall > 0
    assert processor > 0


def test_the_page_is_filled_in_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- table -->\nold\n<!-- end of table -->\nb\n", encoding="utf-8")
    fill_page(page, "new")
    assert page.read_text(encoding="utf-8") == (
        "a\n<!-- table -->\nnew\n<!-- end of table -->\nb\n"
    )
