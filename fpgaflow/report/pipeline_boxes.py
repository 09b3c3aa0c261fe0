"""What stands in the boxes of a pipeline's picture, and how large that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.report.pipeline_geometry import Link, Size
from fpgaflow.report.pipeline_text import clean_text, shorten, text_width
from fpgaflow.report.schema import LayerRow
from fpgaflow.report.schema_pipeline import Pipeline, PipelineStage, PipelineStream

NAME_SIZE = 11.0
TEXT_SIZE = 10.0
SMALL_SIZE = 9.0
LINE = 13.0
SIDE = 7.0
"""Room at each side of a box's text."""

TAG_HEIGHT = 15.0
"""Of the strip that says `bottleneck`."""

_ABOVE, _BELOW = 3.0, 12.0
_WIDEST_NAME = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line of a box."""

    text: str
    size: float
    bold: bool = False

    @property
    def width(self) -> float:
        """By the model of `pipeline_text`."""
        return text_width(self.text, self.size, bold=self.bold)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBox:
    """One stage.

    Attributes:
        description: all that is known of it, for a pointer that rests on it.
        lines: what is written in it, from the top.
        utilization: the part of the interval that it works, in [0, 1].
        slowest: whether it works all the time, so that no image can follow sooner.
        own: whether it is a layer's own stage, not one around it.
    """

    description: str
    lines: tuple[TextLine, ...]
    utilization: float
    slowest: bool
    own: bool

    @property
    def size(self) -> Size:
        """What the box needs."""
        widest = max(line.width for line in self.lines)
        if self.slowest:
            widest = max(widest, text_width(BOTTLENECK, TEXT_SIZE, bold=True))
        height = _ABOVE + LINE * len(self.lines) + _BELOW
        return Size(width=widest + 2 * SIDE, height=height + (TAG_HEIGHT if self.slowest else 0.0))


BOTTLENECK = "bottleneck"


def describe_boxes(pipeline: Pipeline, layers: Sequence[LayerRow]) -> tuple[StageBox, ...]:
    """Return a box for each stage; `layers` are the report's."""
    rows = {layer.name: layer for layer in layers}
    return tuple(_box(stage, rows[stage.layer], pipeline) for stage in pipeline.stages)


def is_slowest(stage: PipelineStage, pipeline: Pipeline) -> bool:
    """Say whether a stage sets the pace; several may."""
    return stage.busy_cycles == pipeline.interval_cycles


def stage_name(stage: PipelineStage) -> str:
    """Return what a stage is called beside others, on one line."""
    layer = clean_text(stage.layer)
    return layer if stage.role == "layer" else f"{stage.role} of {layer}"


def stream_text(stream: PipelineStream) -> str:
    """Return a FIFO's words and the bits of each."""
    return f"{stream.depth_words} × {stream.word_bits}"


def describe_stream(stream: PipelineStream) -> Link:
    """Return what a stream needs in the picture."""
    return Link(
        writer=stream.writer,
        reader=stream.reader,
        mark=6 + 1.2 * stream.bits.bit_length(),
        text=text_width(stream_text(stream), SMALL_SIZE),
    )


def cycles(count: int) -> str:
    """Return a number of clock cycles, e.g. `1,364 cycles`."""
    return "1 cycle" if count == 1 else f"{count:,} cycles"


def percent(part: float) -> str:
    """Return a part of the interval, e.g. `37 %`; only all of it is `100 %`."""
    if 0 < part < 0.01:
        return "< 1 %"
    return f"{min(int(part * 100 + 0.5), 99 if part < 1 else 100)} %"


def _box(stage: PipelineStage, layer: LayerRow, pipeline: Pipeline) -> StageBox:
    own = stage.role == "layer"
    return StageBox(
        description=_description(stage, layer),
        lines=_own_lines(stage, layer) if own else _lines_around(stage),
        utilization=stage.utilization,
        slowest=is_slowest(stage, pipeline),
        own=own,
    )


def _own_lines(stage: PipelineStage, layer: LayerRow) -> tuple[TextLine, ...]:
    name = shorten(clean_text(stage.layer), NAME_SIZE, _WIDEST_NAME, bold=True)
    shape = "×".join(map(str, layer.shape))
    texts = [f"{layer.operation} {shape}"]
    if layer.reuse_factor is not None:
        texts.append(f"reuse {layer.reuse_factor}, {layer.multipliers} mult.")
    texts.append(f"{cycles(stage.busy_cycles)}, {percent(stage.utilization)}")
    lines = (
        TextLine(text=shorten(text, TEXT_SIZE, _WIDEST_NAME), size=TEXT_SIZE) for text in texts
    )
    return (TextLine(text=name, size=NAME_SIZE, bold=True), *lines)


def _lines_around(stage: PipelineStage) -> tuple[TextLine, ...]:
    texts = (stage.role, cycles(stage.busy_cycles), percent(stage.utilization))
    return tuple(TextLine(text=text, size=SMALL_SIZE) for text in texts)


def _description(stage: PipelineStage, layer: LayerRow) -> str:
    parts = [f"{stage_name(stage)}: {layer.operation}, {'×'.join(map(str, layer.shape))}"]
    if stage.role == "layer" and layer.reuse_factor is not None:
        parts.append(f"reuse factor {layer.reuse_factor}, {layer.multipliers} multipliers")
    parts.append(
        f"works {cycles(stage.busy_cycles)} an image, {percent(stage.utilization)} of the interval"
    )
    parts.append(f"from cycle {stage.start_cycle:,} to {stage.end_cycle:,} of an image")
    return "; ".join(parts)
