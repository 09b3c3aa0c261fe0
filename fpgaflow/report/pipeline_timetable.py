"""Draws when each stage works on two images that follow each other: a bar a stage and image."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.pipeline_boxes import BOTTLENECK, cycles, is_slowest, stage_name
from fpgaflow.report.pipeline_svg import escaped, line, rectangle, svg, text
from fpgaflow.report.pipeline_text import shorten, text_width
from fpgaflow.report.schema_pipeline import Pipeline, PipelineStage

WIDTH = 1170.0
_ROW = 14.0
_SIZE = 9.5
_NAMES = 210.0
_NUMBER = 74.0
_PLOT = _NAMES + 2 * _NUMBER + 16
_RIGHT = WIDTH - 14
_TICKS, _LATENCY, _INTERVAL, _HEAD = 12.0, 38.0, 62.0, 72.0
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class _Scale:
    """Clock cycles across the picture."""

    end: int

    def x(self, cycle: float) -> float:
        return _PLOT + (_RIGHT - _PLOT) * cycle / self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What others found of the two lengths that count; empty where nobody did."""

    latency: str = ""
    interval: str = ""


def draw_timetable(pipeline: Pipeline, beside: Beside = Beside()) -> str:
    """Return the picture as SVG text.

    Args:
        pipeline: what is drawn, all of it.
        beside: what is written beside its latency and interval.
    """
    scale = _Scale(pipeline.latency_cycles + pipeline.interval_cycles)
    bottom = _HEAD + _ROW * len(pipeline.stages)
    parts = [
        _stripes(len(pipeline.stages)),
        _axis(scale, bottom),
        _measures(pipeline, beside, scale),
    ]
    parts += [_ends(pipeline, scale, bottom)]
    parts += [_row(row, stage, pipeline, scale) for row, stage in enumerate(pipeline.stages)]
    return svg(
        "timetable",
        "When each stage works on two images that follow each other",
        f"Each stage has a bar from its first word of an image to its last one. The next image "
        f"follows after {pipeline.interval_cycles:,} cycles; the first result is complete after "
        f"{pipeline.latency_cycles:,} cycles.",
        (WIDTH, bottom + _TICKS + 6),
        parts,
    )


def _stripes(count: int) -> str:
    return "".join(
        rectangle(0, _HEAD + _ROW * row, WIDTH, _ROW, "stripe") for row in range(1, count, 2)
    )


def _axis(scale: _Scale, bottom: float) -> str:
    parts = [
        text(6, _HEAD - 6, "stage", _SIZE, classes="soft"),
        text(_NAMES + _NUMBER, _HEAD - 6, "from cycle", _SIZE, classes="soft", anchor="end"),
        text(_NAMES + 2 * _NUMBER, _HEAD - 6, "to cycle", _SIZE, classes="soft", anchor="end"),
    ]
    step = tick_step(scale.end)
    for cycle in range(0, scale.end + 1, step):
        x = scale.x(cycle)
        words = f"{cycle:,}"
        half = text_width(words, _SIZE) / 2
        parts.append(line(x, _HEAD, x, bottom, "grid"))
        at = min(x, WIDTH - half - 2)
        parts += [
            text(at, y, words, _SIZE, classes="soft", anchor="middle")
            for y in (_TICKS, bottom + _TICKS)
        ]
    return "".join(parts)


def tick_step(end: int) -> int:
    """Return a round number of cycles between two of a few ticks up to `end`."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if end // (step * factor) < _MOST_TICKS:
                return step * factor
        step *= 10


def _measures(pipeline: Pipeline, beside: Beside, scale: _Scale) -> str:
    """Return the two lengths that count, each a line between two ends with its name."""
    source = pipeline.source
    latency = (
        f"latency at most, first word in to last out: {cycles(pipeline.latency_cycles)} {source}"
    )
    interval = f"interval, image to image: {cycles(pipeline.interval_cycles)} {source}"
    return _measure(scale, pipeline.latency_cycles, _LATENCY, latency, beside.latency) + _measure(
        scale, pipeline.interval_cycles, _INTERVAL, interval, beside.interval
    )


def _measure(scale: _Scale, length: int, y: float, name: str, others: str) -> str:
    left, right = scale.x(0), scale.x(length)
    lines = (
        line(left, y, right, y, "measure"),
        line(left, y - 3, left, y + 3, "measure"),
        line(right, y - 3, right, y + 3, "measure"),
    )
    words = shorten(f"{name}; {others}" if others else name, _SIZE, WIDTH - left - 8, bold=True)
    return "".join((*lines, text(left + 4, y - 6, words, _SIZE, classes="strong")))


def _ends(pipeline: Pipeline, scale: _Scale, bottom: float) -> str:
    """Return lines through all rows where the second image begins and the first result is there."""
    lines = (scale.x(pipeline.interval_cycles), scale.x(pipeline.latency_cycles))
    return "".join(line(x, _INTERVAL + 5, x, bottom, "end") for x in lines)


def _row(row: int, stage: PipelineStage, pipeline: Pipeline, scale: _Scale) -> str:
    slowest = is_slowest(stage, pipeline)
    y = _HEAD + _ROW * row
    base = y + _ROW - 4
    tag = text_width(BOTTLENECK, _SIZE - 1, bold=True) + 6 if slowest else 0.0
    classes = "strong" if stage.role == "layer" else "soft"
    room = _NAMES - 10 - tag
    name = shorten(stage_name(stage), _SIZE, room, bold=stage.role == "layer")
    parts = [
        f"<g><title>{escaped(_title(stage))}</title>",
        text(6, base, name, _SIZE, classes=classes),
        text(_NAMES + _NUMBER, base, f"{stage.start_cycle:,}", _SIZE, anchor="end"),
        text(_NAMES + 2 * _NUMBER, base, f"{stage.end_cycle:,}", _SIZE, anchor="end"),
    ]
    if slowest:
        parts.append(rectangle(_NAMES - tag, y + 1, tag, _ROW - 2, "tag", radius=2))
        middle = _NAMES - tag / 2
        parts.append(text(middle, base, BOTTLENECK, _SIZE - 1, classes="ontag", anchor="middle"))
    for image, style in enumerate(("hot", "hotnext") if slowest else ("bar", "next")):
        begin = scale.x(stage.start_cycle + image * pipeline.interval_cycles)
        end = scale.x(stage.end_cycle + image * pipeline.interval_cycles)
        parts.append(rectangle(begin, y + 3, max(end - begin, 1.0), _ROW - 6, style))
    return "".join([*parts, "</g>"])


def _title(stage: PipelineStage) -> str:
    return (
        f"{stage_name(stage)}: cycle {stage.start_cycle:,} to {stage.end_cycle:,} of an image, "
        f"{cycles(stage.busy_cycles)} at work"
    )
