"""explore.csv: one row a point, one column a figure."""

from __future__ import annotations

import csv
import io

from fpgaflow.report.explore_schema import Exploration, ExploredPoint

_RESOURCES = ("lut", "ff", "bram36", "dsp", "uram")
_DESIGN = (
    "fits",
    "limiting",
    "limiting_percent",
    "images_per_second",
    "cycles_per_image",
    "slowest_layer",
    "latency_us",
    "weight_bits_total",
    "on_chip_accesses",
    "on_chip_bytes",
    "off_chip_accesses",
    "off_chip_bytes",
)
_ACCURACY = ("images", "top1_agreement", "top1_float", "top1_fixed")


def to_csv(found: Exploration) -> str:
    """Return the file's text; what was not obtained is empty."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_header())
    for point in found.points:
        writer.writerow(_row(point))
    return target.getvalue()


def _header() -> list[str]:
    bands = [f"{name}{end}" for name in _RESOURCES for end in ("", "_low", "_high", "_available")]
    return [
        *("model", "weight_bits", "activation_bits", "board", "clock_mhz", "style", "front"),
        *_ACCURACY,
        *_DESIGN,
        *bands,
        *("refused", "command"),
    ]


def _row(point: ExploredPoint) -> list[object]:
    bits = (point.weight_bits, point.activation_bits)
    place = (point.model, *bits, point.board, point.clock_mhz, point.style)
    accuracy = [getattr(point.accuracy, name, None) for name in _ACCURACY]
    design = [_plain(getattr(point.design, name, None)) for name in _DESIGN]
    return [
        *(*place, " ".join(point.fronts)),
        *accuracy,
        *design,
        *_bands(point),
        *(point.refused, point.command),
    ]


def _bands(point: ExploredPoint) -> list[object]:
    cells: list[object] = []
    for name in _RESOURCES:
        use = None if point.design is None else getattr(point.design.resources, name)
        cells += [getattr(use, key, None) for key in ("used", "low", "high", "available")]
    return cells


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
