"""The pipeline's pictures on the page: captions, sources, and figures beside the modelled ones."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.report.page import render_html
from fpgaflow.report.pipeline_plots import draw_pictures
from fpgaflow.report.pipeline_timetable import Beside, draw_timetable
from fpgaflow.report.schema import Report
from tests.golden_files import check_golden
from tests.report.small_pipelines import CHAIN, RESIDUAL, RESIDUAL_LAYERS
from tests.report.small_reports import tiny_report
from tests.report.test_measured import WHOLE
from tests.report.test_page import HOSTILE, outline


def report_of_residual() -> Report:
    report = tiny_report()
    memory = report.memory.compressed
    return replace(
        report,
        pipeline=RESIDUAL,
        layers=RESIDUAL_LAYERS,
        memory=replace(report.memory, compressed=replace(memory, layers=memory.layers[:5])),
    )


def test_golden_timetable() -> None:
    check_golden("report/timetable_residual.svg", draw_timetable(RESIDUAL))


def test_captions_count_and_say_what_sets_the_pace() -> None:
    picture, timetable = draw_pictures(report_of_residual())
    assert picture.caption == (
        "All 9 stages and 9 FIFOs, in the order of the data, row by row. All stages work at once; "
        "2 stages, equally slow, set the pace of 2,676 cycles an image. Dashed boxes are what the "
        "hardware needs around the layers."
    )
    one = draw_pictures(replace(report_of_residual(), pipeline=RESIDUAL, layers=RESIDUAL_LAYERS))
    assert one == (picture, timetable)
    assert (picture.source, timetable.source) == ("modelled", "modelled")


def test_a_report_without_a_pipeline_has_no_picture() -> None:
    assert draw_pictures(replace(tiny_report(), pipeline=None)) == ()


def test_the_page_shows_both_pictures_as_modelled() -> None:
    report = report_of_residual()
    text = render_html(report, pictures=draw_pictures(report))
    found = outline(text)
    assert len(found.ids) == len(set(found.ids))
    for title in ("Pipeline", "Timetable of two images"):
        assert f'<h2>{title} <span class="src">modelled</span></h2>' in text


def test_measured_and_simulated_figures_stand_beside_the_modelled_ones() -> None:
    timetable = draw_pictures(replace(report_of_residual(), measured=WHOLE))[1].svg
    assert (
        ">interval, image to image: 2,676 cycles modelled; 461 measured (Vitis HLS 2023.2)</text>"
    ) in timetable
    assert (
        ">latency at most, first word in to last out: 3,088 cycles modelled; 880 measured "
        "(Vitis HLS 2023.2)</text>"
    ) in timetable
    assert "measured" not in draw_pictures(report_of_residual())[1].svg


def test_what_stands_beside_is_text() -> None:
    text = draw_timetable(CHAIN, Beside(interval=HOSTILE, latency="x" * 999))
    assert "script" not in outline(text).tags


def test_odd_names_are_text_on_the_page() -> None:
    report = report_of_residual()
    layers = tuple(replace(layer, name=HOSTILE) for layer in report.layers)
    stages = tuple(replace(stage, name=HOSTILE, layer=HOSTILE) for stage in RESIDUAL.stages)
    hostile = replace(report, layers=layers, pipeline=replace(RESIDUAL, stages=stages))
    assert "script" not in outline(render_html(hostile, pictures=draw_pictures(hostile))).tags
