"""The picture of a pipeline: golden SVG, everything drawn once and inside, odd names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.report.pipeline_boxes import (
    describe_boxes,
    percent,
    stage_name,
    stream_text,
)
from fpgaflow.report.pipeline_legend import draw_legend
from fpgaflow.report.pipeline_picture import WIDTH, draw_pipeline
from fpgaflow.report.pipeline_text import text_width
from fpgaflow.report.pipeline_timetable import draw_timetable
from fpgaflow.report.schema import LayerRow
from fpgaflow.report.schema_pipeline import Pipeline, StageRole
from tests.golden_files import check_golden
from tests.report.small_pipelines import (
    CHAIN,
    CHAIN_LAYERS,
    CONCAT,
    CONCAT_LAYERS,
    RESIDUAL,
    RESIDUAL_LAYERS,
    Work,
    layer,
    pipeline,
)
from tests.report.test_page import HOSTILE, outline

QUICK = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    """Stages in a row, each reading from earlier ones."""
    count = draw(st.integers(2, 14))
    roles: list[StageRole] = ["layer", "padding", "copying"]
    works: list[Work] = [
        (f"n{number}", draw(st.sampled_from(roles)), busy, 3, 3 + busy)
        for number in range(count)
        for busy in [draw(st.integers(1, 10**9))]
    ]
    fifos = [
        (draw(st.integers(0, reader - 1)), reader, words, draw(st.integers(1, 10**5)))
        for reader in range(1, count)
        for words in draw(st.lists(st.integers(2, 10**6), min_size=1, max_size=3))
    ]
    return pipeline(works, fifos)


def layers_of(drawn: Pipeline) -> tuple[LayerRow, ...]:
    return tuple(layer(stage.layer, "conv", 8, 8, 4, reuse=9) for stage in drawn.stages)


def rectangles(text: str) -> list[tuple[float, ...]]:
    found = re.findall(r'<rect x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"', text)
    return [tuple(map(float, numbers)) for numbers in found]


def assert_inside(text: str) -> None:
    box = re.search(r'viewBox="0 0 (\S+) (\S+)"', text)
    assert box is not None
    width, height = float(box[1]), float(box[2])
    moved = re.search(r"translate\(0 (\S+)\)", text)
    down = float(moved[1]) if moved else 0.0
    for x, y, wide, high in rectangles(text):
        assert x >= 0
        assert y >= 0
        assert x + wide <= width + 0.2
        assert y + high + down <= height + 0.2


@pytest.mark.parametrize(
    ("name", "drawn", "layers"),
    [
        ("chain", CHAIN, CHAIN_LAYERS),
        ("residual", RESIDUAL, RESIDUAL_LAYERS),
        ("concat", CONCAT, CONCAT_LAYERS),
    ],
)
def test_golden_pictures(name: str, drawn: Pipeline, layers: tuple[LayerRow, ...]) -> None:
    text = draw_pipeline(drawn, layers)
    outline(text)
    assert_inside(text)
    check_golden(f"report/pipeline_{name}.svg", text)


@QUICK
@given(pipelines())
def test_every_stage_and_stream_is_drawn_once(drawn: Pipeline) -> None:
    text = draw_pipeline(drawn, layers_of(drawn))
    outline(text)
    assert_inside(text)
    body = text[text.index("translate") :]
    assert len(re.findall('class="pl-box', body)) == len(drawn.stages)
    assert len(re.findall('class="pl-line', body)) == len(drawn.streams)
    for number, stage in enumerate(drawn.stages):
        assert body.count(f"<title>{stage_name(stage)}:") == 1, number
    for stream in drawn.streams:
        written = f">{stream_text(stream)}</text>"
        assert body.count(written) == [stream_text(s) for s in drawn.streams].count(
            stream_text(stream)
        )


@QUICK
@given(pipelines())
def test_text_stays_in_its_box(drawn: Pipeline) -> None:
    for box in describe_boxes(drawn, layers_of(drawn)):
        assert all(line.width <= box.size.width for line in box.lines)
        assert box.size.width < 200


@QUICK
@given(pipelines())
def test_every_stage_has_a_bar_for_each_image(drawn: Pipeline) -> None:
    text = draw_timetable(drawn)
    outline(text)
    assert_inside(text)
    assert len(re.findall('class="pl-(?:bar|hot)"', text)) == len(drawn.stages)
    assert len(re.findall('class="pl-(?:next|hotnext)"', text)) == len(drawn.stages)


def test_the_slowest_stages_are_marked_by_a_word_too() -> None:
    text = draw_pipeline(RESIDUAL, RESIDUAL_LAYERS)
    body = text[text.index("translate") :]
    assert body.count(">bottleneck</text>") == 2
    assert "bottleneck: first, second." in text


def test_the_legend_fits_the_page() -> None:
    streams = (*CONCAT.streams, replace(CONCAT.streams[0], memory="block RAM"))
    legend = draw_legend(replace(CONCAT, streams=streams))
    found = re.findall(r'<text x="(\S+)" y="\S+" font-size="10">([^<]*)<', legend)
    assert [words for _, words in found[-3:]] == ["shift register", "distributed RAM", "block RAM"]
    assert all(float(x) + text_width(words, 10) <= WIDTH for x, words in found)


def test_no_rule_of_the_page_reaches_into_a_picture() -> None:
    for text in (draw_pipeline(CONCAT, CONCAT_LAYERS), draw_timetable(CONCAT)):
        names = {name for found in re.findall('class="([^"]*)"', text) for name in found.split()}
        assert all(name == "pl" or name.startswith("pl-") for name in names)
        assert {f".{name} " in text for name in names} == {True}


def test_odd_names_are_text() -> None:
    for name in (HOSTILE, "a\nb\0\x1b<&>\"'", "卷积" * 60, "x" * 4000, ""):
        layers = tuple(replace(one, name=name, operation=name) for one in CHAIN_LAYERS)
        stages = tuple(replace(one, name=name, layer=name) for one in CHAIN.stages)
        odd = replace(CHAIN, stages=stages)
        for text in (draw_pipeline(odd, layers), draw_timetable(odd)):
            assert "script" not in outline(text).tags
            assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
            assert_inside(text)


def test_a_part_of_the_interval_is_never_rounded_to_none_or_all() -> None:
    assert [percent(part) for part in (0.0, 0.001, 0.01, 0.506, 0.999, 1.0)] == [
        "0 %",
        "< 1 %",
        "1 %",
        "51 %",
        "99 %",
        "100 %",
    ]
