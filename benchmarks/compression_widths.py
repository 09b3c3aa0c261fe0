"""Output channels of every convolution, before and after."""

from __future__ import annotations

from collections.abc import Sequence

from compression_collect import Collected
from compression_colors import BLUE, GREY
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fpgaflow.compress.record import WidthRow

Panel = tuple[str, tuple[WidthRow, ...]]


def width_panels(found: Collected) -> tuple[Panel, ...]:
    """Return the commands' widths by name; those with the same widths as an earlier one left out.

    Commands that changed none are left out too.
    """
    panels: dict[tuple[WidthRow, ...], str] = {}
    for step in found.steps:
        rows = step.record.widths
        if any(row.before != row.after for row in rows):
            panels[rows] = f"{panels[rows]}, {step.name}" if rows in panels else step.name
    return tuple((name, rows) for rows, name in panels.items())


def draw_widths(figure: Figure, panels: Sequence[Panel]) -> str:
    """Draw one panel for each; return the caption."""
    columns = figure.subplots(len(panels), 1, squeeze=False, sharex=len(panels) > 1)
    for axes, (name, rows) in zip(columns[:, 0], panels, strict=True):
        at = range(len(rows))
        axes.bar(at, [row.before for row in rows], color=GREY, alpha=0.35, width=0.85)
        axes.bar(at, [row.after for row in rows], color=BLUE, width=0.5)
        for place, row in zip(at, rows, strict=True):
            axes.text(place, row.before, str(row.after), ha="center", va="bottom", fontsize=7)
        axes.set_title(name)
        axes.set_ylabel("channels")
        axes.grid(visible=False, axis="x")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.01, y=0.15)
    names = [row.layer for row in panels[-1][1]]
    columns[-1, 0].set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    return (
        "Grey: output channels of each convolution before; blue, and the number: after. 0: it was "
        "removed with its block."
    )
