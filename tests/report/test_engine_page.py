"""The page and the terminal of a network on the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from fpgaflow.report.engine_plots import draw_engine
from fpgaflow.report.json import read_as, to_json
from fpgaflow.report.page import render_html
from fpgaflow.report.schema import Report, Verification
from fpgaflow.report.terminal import render_text
from tests.golden_files import check_golden
from tests.report.small_engine_reports import engine_report
from tests.report.test_page import HOSTILE, outline


def test_golden_terminal() -> None:
    check_golden("report/terminal_engine.txt", render_text(engine_report()))


def test_golden_page() -> None:
    check_golden("report/page_engine.html", render_html(engine_report()))


def test_golden_picture() -> None:
    (picture,) = draw_engine(engine_report())
    check_golden("report/engine_run.svg", picture.svg)
    assert picture.caption.startswith("The 8 instructions one after the other")


def test_a_spatial_design_has_no_picture_of_an_engine() -> None:
    assert draw_engine(replace(engine_report(), engine=None)) == ()


def test_what_was_not_synthesized_and_not_run_is_said() -> None:
    report = replace(engine_report(synthesized=False), verification=Verification())
    text = render_text(report)
    assert "LUT        not synthesized" in text
    assert "Fit: fits, as far as is known, limited by BRAM36" in text
    assert "engine's model               not run" in text
    assert (
        "This configuration of the engine was not synthesized: DSP and block RAM are modelled, LUT "
        "and FF not\nknown.\n"
    ) in text
    page = render_html(report)
    assert "<p>LUT and FF not known, limited by BRAM36 " in page
    assert '<span class="value">not synthesized</span>' in page
    assert "<dt>Engine&#39;s model</dt><dd>not run</dd>" in page


def test_names_are_text_everywhere() -> None:
    report = engine_report()
    engine = report.engine
    assert engine is not None
    hostile = replace(
        engine,
        layers=tuple(replace(layer, name=HOSTILE) for layer in engine.layers),
        timeline=tuple(replace(one, layer=HOSTILE) for one in engine.timeline),
    )
    found = replace(report, engine=hostile)
    assert "script" not in outline(render_html(found, pictures=draw_engine(found))).tags


def test_many_layers_are_cut_in_the_terminal_alone() -> None:
    report = engine_report()
    engine = report.engine
    assert engine is not None
    layers = tuple(
        replace(layer, name=f"{layer.name}_{copy}") for copy in range(4) for layer in engine.layers
    )
    many = replace(report, engine=replace(engine, layers=layers))
    assert "Layers on the engine (modelled; 12 shorter ones are in report.html)" in render_text(
        many
    )
    assert render_html(many).count('<th scope="row">fc_') == 4


def test_the_report_is_read_as_it_was_written() -> None:
    report = engine_report()
    assert read_as(Report, json.loads(to_json(report)), Path("report.json")) == report
