"""The picture of the folding benchmark: each stage, planned and with one reuse factor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from folding import Row

PLANNED, UNIFORM, ROOF = "#2a78d6", "#eb6834", "#52514e"


def draw(rows: list[Row], path: Path) -> None:
    """Draw the cycles of every layer's stage, one panel for each network; modelled."""
    shown = [row for row in rows if row.uniform is not None and row.confidence == "likely"]
    figure = Figure(figsize=(10, 4.2 * len(shown)), layout="constrained")
    for index, row in enumerate(shown):
        axes = figure.add_subplot(len(shown), 1, index + 1)
        assert row.uniform is not None
        names = row.planned.stages.names
        places = range(len(names))
        for design, color, shift in ((row.planned, PLANNED, -0.2), (row.uniform, UNIFORM, 0.2)):
            axes.bar(
                [place + shift for place in places],
                design.stages.cycles,
                width=0.38,
                color=color,
                label=f"{design.way}: {design.images_per_second:,.0f} images/s, {design.dsp} DSP",
            )
        floor = 1e8 / row.roofline
        roofline = f"roofline: {row.roofline:,.0f} images/s"
        axes.axhline(floor, color=ROOF, linewidth=1, linestyle="--", label=roofline)
        axes.set_yscale("log")
        axes.set_ylabel("clock cycles an image (modelled)")
        axes.set_xticks(list(places), names, rotation=60, ha="right", fontsize=7)
        axes.set_title(f"{row.network} on {row.board}", loc="left", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e6e6e3", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, 1.0), ncols=3)
        highest = max(*row.planned.stages.cycles, *row.uniform.stages.cycles)
        axes.set_ylim(top=highest * 3)
    figure.savefig(path, dpi=130)
