"""What the report says of the folding."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.plan import Planner, Wish
from fpgaflow.hardware.plan_uniform import plan_uniform
from fpgaflow.report.folding_build import describe_folding, roofline_images_per_second
from fpgaflow.report.folding_rows import folding_rows
from fpgaflow.report.page import render_html
from fpgaflow.report.schema_folding import FoldedResources, FoldingChoice, UniformFolding
from fpgaflow.report.terminal import render_text
from tests.hardware.small_graphs import Builder, resnet
from tests.report.small_reports import tiny_report

BOARD = load_board("pynq-z2")
CHOICE = FoldingChoice(
    target_fps=None,
    max_utilization=0.9,
    proven=True,
    beyond=(),
    roofline_images_per_second=542.5,
    part_of_roofline=0.75,
    latency_cycles=2423,
    latency_cycles_in_a_row=3555,
    uniform=UniformFolding(
        reuse_factor=433,
        cycles_per_image=6930,
        images_per_second=14_430.0,
        fits=True,
        resources=FoldedResources(lut=61_743, ff=69_721, bram36=36, dsp=135),
    ),
)


def rows(choice: FoldingChoice | None) -> dict[str, str]:
    return dict(folding_rows(replace(tiny_report(), folding=choice)))


def test_a_plan_beside_one_reuse_factor_and_the_roofline() -> None:
    graph = resnet(8, size=16, widths=(4, 8, 16))
    planner = Planner(graph, BOARD)
    plan = planner.plan(Wish())
    uniform = plan_uniform(planner, plan, 0.9)
    choice = describe_folding(graph, BOARD, Wish(), plan, uniform)
    assert uniform is not None
    assert choice.uniform is not None
    assert choice.uniform.cycles_per_image == uniform.interval
    assert choice.uniform.resources.dsp == uniform.fit.resources.dsp.used
    assert choice.part_of_roofline is not None
    roofline = roofline_images_per_second(graph, BOARD)
    assert roofline is not None
    assert abs(choice.part_of_roofline - 1e8 / plan.interval / roofline) < 1e-3
    assert choice.latency_cycles <= choice.latency_cycles_in_a_row


def test_no_multiplications_have_no_roofline() -> None:
    b = Builder((4, 4, 1))
    assert roofline_images_per_second(b.graph("bare", "image"), BOARD) is None


def test_rows_in_words() -> None:
    assert rows(None) == {}
    assert rows(CHOICE) == {
        "folding": "the fastest within 90% of each resource",
        "one reuse factor for all": "433: 14.43 k images/s, 10.0 times slower, with 135 DSP, "
        "36 BRAM36, 61743 LUT",
        "roofline": "75.00 % of 542.5 images/s: a MAC per DSP and cycle",
        "cycles until the result": "2,423; 3,555 with images behind",
    }
    target = replace(CHOICE, target_fps=200.0, uniform=None, roofline_images_per_second=None)
    assert rows(target)["folding"] == (
        "the smallest that reaches 200 images/s within 90% of each resource"
    )
    assert rows(target)["one reuse factor for all"] == "none stays within the same bounds"
    assert rows(target)["roofline"] == "–"
    assert rows(replace(CHOICE, beyond=("lut", "ff")))["folding"] == (
        "the fastest within 90% of each resource, but for LUT, FF: no folding brings it there"
    )
    assert rows(replace(CHOICE, proven=False))["folding"] == (
        "the fastest within 90% of each resource that was found; a better one is not ruled out"
    )


def test_terminal_and_page_show_them() -> None:
    report = replace(tiny_report(), folding=CHOICE)
    assert "3,555 with images behind" in render_text(report)
    assert "<dt>One reuse factor for all</dt><dd>433: 14.43 k images/s" in render_html(report)
