"""Draws a pipeline: a box for each stage, a line with a FIFO's mark for each stream."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from fpgaflow.report.pipeline_boxes import (
    BOTTLENECK,
    LINE,
    SIDE,
    SMALL_SIZE,
    TAG_HEIGHT,
    TEXT_SIZE,
    StageBox,
    describe_boxes,
    describe_stream,
    stage_name,
    stream_text,
)
from fpgaflow.report.pipeline_geometry import Place, Route
from fpgaflow.report.pipeline_layout import lay_out
from fpgaflow.report.pipeline_legend import MARK_CLASSES, draw_legend
from fpgaflow.report.pipeline_svg import escaped, number, path, rectangle, svg, text
from fpgaflow.report.schema import LayerRow
from fpgaflow.report.schema_pipeline import Pipeline, PipelineStream

WIDTH = 1170.0
"""The page's width inside a section, in pixels: at full width the picture is shown one to one."""

_LEGEND_HEIGHT = 30.0
_CORNER = 6.0
_ARROW = (6.0, 3.2)
_BAR = 5.0


def draw_pipeline(pipeline: Pipeline, layers: Sequence[LayerRow]) -> str:
    """Return the picture as SVG text.

    Args:
        pipeline: what is drawn, all of it.
        layers: the report's, with each layer that a stage works for.
    """
    boxes = describe_boxes(pipeline, layers)
    links = [describe_stream(stream) for stream in pipeline.streams]
    layout = lay_out([box.size for box in boxes], links, WIDTH)
    parts = [draw_legend(pipeline), f'<g transform="translate(0 {number(_LEGEND_HEIGHT)})">']
    for link, route in zip(links, layout.routes, strict=True):
        parts.append(_line(route, skips=link.reader > link.writer + 1))
    for stream, route in zip(pipeline.streams, layout.routes, strict=True):
        parts.append(_label(stream, route, pipeline))
    parts += [_box(box, place, SIDE) for box, place in zip(boxes, layout.boxes, strict=True)]
    parts.append("</g>")
    return svg(
        "pipeline",
        "The stages of the design and the FIFOs between them",
        _description(pipeline, boxes),
        (layout.width, layout.height + _LEGEND_HEIGHT),
        parts,
    )


def _description(pipeline: Pipeline, boxes: Sequence[StageBox]) -> str:
    slowest = [
        stage_name(stage) for stage, box in zip(pipeline.stages, boxes, strict=True) if box.slowest
    ]
    return (
        f"{len(pipeline.stages)} stages and {len(pipeline.streams)} FIFOs, from the image to the "
        f"output. {pipeline.interval_cycles:,} cycles between two images; bottleneck: "
        f"{', '.join(slowest)}."
    )


def _box(box: StageBox, place: Place, side: float) -> str:
    slowest = " slowest" if box.slowest else ""
    around = "" if box.own else " around"
    parts = [
        f"<g><title>{escaped(box.description)}</title>",
        rectangle(place.x, place.y, place.width, place.height, f"box{around}{slowest}", radius=5),
    ]
    y = place.y
    if box.slowest:
        parts.append(rectangle(place.x, y, place.width, TAG_HEIGHT, "tag", radius=3))
        middle = place.x + place.width / 2
        parts.append(text(middle, y + 11, BOTTLENECK, TEXT_SIZE, classes="ontag", anchor="middle"))
        y += TAG_HEIGHT
    for row, line in enumerate(box.lines, start=1):
        classes = "strong" if line.bold else ""
        parts.append(text(place.x + side, y + LINE * row, line.text, line.size, classes=classes))
    room, top = place.width - 2 * side, place.bottom - _BAR - 4
    parts.append(rectangle(place.x + side, top, room, _BAR, "track"))
    filled = "hot" if box.slowest else "bar"
    parts.append(rectangle(place.x + side, top, room * box.utilization, _BAR, filled))
    return "".join([*parts, "</g>"])


def _label(stream: PipelineStream, route: Route, pipeline: Pipeline) -> str:
    ends = f"{_end(pipeline, stream.writer)} to {_end(pipeline, stream.reader)}"
    title = (
        f"FIFO from {ends}: {stream.depth_words} words of {stream.word_bits} bits, "
        f"{stream.bits:,} bits, {stream.memory}"
    )
    mark, place = route.mark, route.text
    return "".join(
        (
            f"<g><title>{escaped(title)}</title>",
            rectangle(place.x - 4, place.y, place.width + 4, place.height, "ground"),
            rectangle(
                mark.x, mark.y, mark.width, mark.height, MARK_CLASSES[stream.memory], radius=1
            ),
            text(
                place.x + place.width / 2,
                place.bottom - 2.5,
                stream_text(stream),
                SMALL_SIZE,
                anchor="middle",
            ),
            "</g>",
        )
    )


def _end(pipeline: Pipeline, stage: int) -> str:
    return stage_name(pipeline.stages[stage])


def _line(route: Route, *, skips: bool) -> str:
    classes, head = ("line skip", "skiphead") if skips else ("line", "head")
    (x0, _), (x, y) = route.points[-2:]
    length, half = _ARROW
    if x0 == x:
        arrow = f"M{number(x)} {number(y)}l{number(-half)} {number(-length)}h{number(2 * half)}z"
    else:
        arrow = f"M{number(x)} {number(y)}l{number(-length)} {number(-half)}v{number(2 * half)}z"
    return path(_rounded(route.points), classes) + path(arrow, head)


def _rounded(points: Sequence[tuple[float, float]]) -> str:
    """Return a line with rounded corners."""
    steps = [f"M{_point(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        steps.append(f"L{_point(_toward(corner, before))}")
        steps.append(f"Q{_point(corner)} {_point(_toward(corner, after))}")
    steps.append(f"L{_point(points[-1])}")
    return "".join(steps)


def _toward(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the point a corner's radius away, or half way where that is nearer."""
    width, height = other[0] - corner[0], other[1] - corner[1]
    distance = hypot(width, height)
    part = min(_CORNER, distance / 2) / distance if distance else 0.0
    return corner[0] + width * part, corner[1] + height * part


def _point(at: tuple[float, float]) -> str:
    return f"{number(at[0])} {number(at[1])}"
