"""The resource model's bands against Vivado, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compression_colors import BLUE, GREEN, GREY, ORANGE, RED
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from resource_fit import RESOURCES, HeldOut

_COLORS = {"lut": BLUE, "ff": GREEN, "bram18": ORANGE, "dsp": RED}
TITLES = {"lut": "LUT", "ff": "FF", "bram18": "BRAM18", "dsp": "DSP"}
_DOTS_PER_INCH = 110


def draw(rows: Sequence[HeldOut], path: Path) -> None:
    """Draw a panel for each resource: the band upright, at the place of Vivado's figure."""
    figure = Figure(figsize=(9, 8), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("Held-out bands against Vivado: networks that took no part in the fit")
    panels = figure.subplots(2, 2)
    for axes, name in zip(panels.flat, RESOURCES, strict=True):
        _panel(axes, name, [row for row in rows if row.resource == name])
    figure.savefig(path, dpi=_DOTS_PER_INCH)


def _panel(axes: Axes, name: str, rows: Sequence[HeldOut]) -> None:
    color = _COLORS[name]
    figures = [number for row in rows for number in (row.low, row.high, row.vivado)]
    ends = (min(figures) / 1.6, max(figures) * 1.6)
    axes.plot(ends, ends, color=GREY, linewidth=0.8, zorder=1)
    for row in rows:
        axes.plot([row.vivado] * 2, [row.low, row.high], color=color, linewidth=1.6, alpha=0.55)
        marker, size = ("o", 26) if row.inside else ("X", 60)
        axes.scatter([row.vivado], [row.likely], color=color, marker=marker, s=size, zorder=3)
    inside = sum(row.inside for row in rows)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    axes.set_title(f"{TITLES[name]}: {inside} of {len(rows)} inside (X: outside)", fontsize=10)
    axes.set_xlabel("Vivado (measured)")
    axes.set_ylabel("low, likely, high (modelled)")
    axes.grid(color="#8888883c", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
