"""The picture of the engine's benchmark: where each network's cycles go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine_rows import Row
from matplotlib.figure import Figure

COLORS = (
    "#2a78d6",
    "#8fbcec",
    "#f4b740",
    "#eb8a34",
    "#d9542c",
    "#b04a8b",
    "#7d7c78",
    "#2f9e6e",
    "#75c9a4",
    "#a8a7a2",
    "#52514e",
    "#1f1e1c",
)


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw one bar a network; modelled, equal to the RTL."""
    kinds = list(dict.fromkeys(loss.what for one in rows for loss in one.losses))
    figure = Figure(figsize=(10, 0.55 * len(rows) + 1.9), layout="constrained")
    axes = figure.add_subplot()
    labels = [f"{one.network.partition('.')[0]}\n{one.cycles:,} cycles" for one in rows]
    left = [0.0] * len(rows)
    for kind, color in zip(kinds, COLORS, strict=False):
        parts = [sum(loss.percent for loss in one.losses if loss.what == kind) for one in rows]
        axes.barh(range(len(rows)), parts, left=left, color=color, label=kind, height=0.72)
        left = [begin + part for begin, part in zip(left, parts, strict=True)]
    for place, one in enumerate(rows):
        axes.text(
            1,
            place,
            f"{one.macs_per_dsp_per_cycle:.2f} MACs/DSP/cycle",
            va="center",
            color="white",
            fontsize=8,
        )
    axes.set_yticks(range(len(rows)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of an image's cycles")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    figure.savefig(path, dpi=130)
