"""The line above a pipeline's picture that says what its marks mean."""

from __future__ import annotations

from fpgaflow.report.pipeline_boxes import BOTTLENECK, SMALL_SIZE, TEXT_SIZE
from fpgaflow.report.pipeline_svg import line, rectangle, text
from fpgaflow.report.pipeline_text import text_width
from fpgaflow.report.schema_pipeline import FifoMemory, Pipeline

_BASE = 14.0
_APART = 16.0
MARK_CLASSES: dict[FifoMemory, str] = {
    "shift register": "shift",
    "distributed RAM": "distributed",
    "block RAM": "block",
}


def draw_legend(pipeline: Pipeline) -> str:
    """Return the legend; it names the kinds of memory that the FIFOs have."""
    parts: list[str] = []
    x = 6.0

    def add(sample: str, width: float, words: str) -> None:
        nonlocal x
        parts.append(sample)
        parts.append(text(x + width + 5, _BASE, words, TEXT_SIZE))
        x += width + 5 + text_width(words, TEXT_SIZE) + _APART

    tag = text_width(BOTTLENECK, SMALL_SIZE, bold=True) + 8
    sample = rectangle(x, _BASE - 11, tag, 14, "tag", radius=3)
    words = text(x + tag / 2, _BASE - 1, BOTTLENECK, SMALL_SIZE, classes="ontag", anchor="middle")
    add(sample + words, tag, "always at work, sets the pace")
    add(
        rectangle(x + 0.5, _BASE - 10, 20, 12, "box around", radius=3),
        20,
        "around the layers",
    )
    bar = rectangle(x, _BASE - 7, 34, 5, "track") + rectangle(x, _BASE - 7, 20, 5, "bar")
    add(bar, 34, "share of time at work")
    if any(stream.reader > stream.writer + 1 for stream in pipeline.streams):
        add(line(x, _BASE - 4, x + 26, _BASE - 4, "line skip"), 26, "past other stages")
    used = {stream.memory for stream in pipeline.streams}
    add("", -5, "FIFO, words × bits, longer for more:")
    x -= _APART - 8
    for memory, classes in MARK_CLASSES.items():
        if memory in used:
            add(rectangle(x, _BASE - 9, 18, 9, classes, radius=1), 18, memory)
    return f"<g>{''.join(parts)}</g>"
