"""Draws a run of the engine: when each layer's instructions work, and what their cycles are for."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.engine_causes import CAUSES, STYLE
from fpgaflow.report.pipeline_svg import escaped, line, rectangle, svg, text
from fpgaflow.report.pipeline_text import shorten, text_width
from fpgaflow.report.pipeline_timetable import tick_step
from fpgaflow.report.schema_engine import EngineDesign, EngineLayer

WIDTH = 1170.0
_ROW = 14.0
_SIZE = 9.5
_LEGEND, _HEAD, _FOOT = 26.0, 62.0, 18.0
_NAMES = 190.0
_FROM, _CYCLES = 262.0, 326.0
_PLOT, _PLOT_END = 342.0, 812.0
_SPLIT, _SPLIT_END = 836.0, 1104.0
_PART = 1158.0
NO_LAYER = "end of the image"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Clock cycles across the plot."""

    end: int

    def x(self, cycle: float) -> float:
        return _PLOT + (_PLOT_END - _PLOT) * cycle / max(self.end, 1)


def layer_name(layer: EngineLayer) -> str:
    """Return what pictures and tables call a layer."""
    return layer.name or NO_LAYER


def draw_timeline(engine: EngineDesign) -> str:
    """Return the picture as SVG text."""
    scale = _Scale(max((one.end_cycle for one in engine.timeline), default=0))
    bottom = _HEAD + _ROW * len(engine.layers)
    parts = [_legend(), _stripes(len(engine.layers)), _heads(), _axis(scale, bottom)]
    parts += [_row(row, layer, engine, scale) for row, layer in enumerate(engine.layers)]
    return svg(
        "engine-run",
        "A run of the engine, layer by layer",
        f"{len(engine.timeline)} instructions of {len(engine.layers)} layers, one after the other, "
        f"in {scale.end:,} cycles. Beside each layer stands what its cycles are spent on.",
        (WIDTH, bottom + _FOOT),
        parts,
        style=STYLE,
    )


def _legend() -> str:
    parts: list[str] = []
    x = 6.0
    for cause in CAUSES:
        parts += [rectangle(x, 5, 14, 9, cause.key), text(x + 18, 13, cause.words, 10)]
        x += 18 + text_width(cause.words, 10) + 14
    return f"<g>{''.join(parts)}</g>"


def _stripes(count: int) -> str:
    return "".join(
        rectangle(0, _HEAD + _ROW * row, WIDTH, _ROW, "stripe") for row in range(1, count, 2)
    )


def _heads() -> str:
    y = _HEAD - 6
    parts = [text(6, y, "layer", _SIZE, classes="soft")]
    for x, words in ((_FROM, "from cycle"), (_CYCLES, "cycles"), (_PART, "at work")):
        parts.append(text(x, y, words, _SIZE, classes="soft", anchor="end"))
    parts.append(text(_PLOT, _LEGEND + 8, "when", _SIZE, classes="strong"))
    parts.append(text(_SPLIT, _LEGEND + 8, "what for", _SIZE, classes="strong"))
    for percent in (0, 50, 100):
        x = _SPLIT + (_SPLIT_END - _SPLIT) * percent / 100
        parts.append(text(x, y, f"{percent} %", _SIZE, classes="soft", anchor="middle"))
    return "".join(parts)


def _axis(scale: _Scale, bottom: float) -> str:
    parts: list[str] = []
    for cycle in range(0, scale.end + 1, tick_step(scale.end)):
        x = scale.x(cycle)
        parts.append(line(x, _HEAD, x, bottom, "grid"))
        parts += [
            text(x, y, f"{cycle:,}", _SIZE, classes="soft", anchor="middle")
            for y in (_HEAD - 6, bottom + 12)
        ]
    return "".join(parts)


def _row(row: int, layer: EngineLayer, engine: EngineDesign, scale: _Scale) -> str:
    y = _HEAD + _ROW * row
    base = y + _ROW - 4
    name = shorten(layer_name(layer), _SIZE, _NAMES - 10, bold=bool(layer.macs))
    parts = [
        f"<g><title>{escaped(_title(layer))}</title>",
        text(6, base, name, _SIZE, classes="strong" if layer.macs else "soft"),
        text(_FROM, base, f"{layer.start_cycle:,}", _SIZE, anchor="end"),
        text(_CYCLES, base, f"{layer.total_cycles:,}", _SIZE, anchor="end"),
    ]
    parts += _when(layer, engine, scale, y)
    x = _SPLIT
    for cause in CAUSES:
        width = (_SPLIT_END - _SPLIT) * cause.part(layer)
        if width >= 0.05:
            parts.append(rectangle(x, y + 3, width, _ROW - 6, cause.key))
        x += width
    if layer.macs:
        parts.append(text(_PART, base, f"{100 * layer.at_work:.0f} %", _SIZE, anchor="end"))
    return "".join([*parts, "</g>"])


def _when(layer: EngineLayer, engine: EngineDesign, scale: _Scale, y: float) -> list[str]:
    """Return a bar for each stretch of the layer's instructions, in the colour of its main use."""
    stretches: list[list[int]] = []
    for one in engine.timeline:
        if one.layer != layer.name:
            continue
        if stretches and stretches[-1][1] == one.start_cycle:
            stretches[-1][1] = one.end_cycle
        else:
            stretches.append([one.start_cycle, one.end_cycle])
    main = max(CAUSES, key=lambda cause: cause.part(layer)).key
    return [
        rectangle(scale.x(start), y + 3, max(scale.x(end) - scale.x(start), 1.0), _ROW - 6, main)
        for start, end in stretches
    ]


def _title(layer: EngineLayer) -> str:
    spent = layer.cycles
    return (
        f"{layer_name(layer)}: {layer.total_cycles:,} cycles, {spent.steps:,} steps, "
        f"{spent.wait_program:,} waiting for the program, {spent.load + spent.store:,} loading and "
        f"storing, {spent.decode + spent.drain:,} decoding and draining"
    )
