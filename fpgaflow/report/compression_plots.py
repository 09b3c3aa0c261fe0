"""The plots of a compression."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from fpgaflow.compress.record import FusedRow, Record, SparsityRow, TrialRow, Tuning, WidthRow
from fpgaflow.report.plots import (
    BLUE,
    GREEN,
    ORANGE,
    Plot,
    draw_axes,
    label_layers,
    show_legend,
)


def draw_compression(record: Record) -> tuple[Plot, ...]:
    """Draw whatever there is: widths, sparsity, trials, fused layers, learning curves."""
    plots: list[Plot] = []
    if record.widths:
        plots.append(
            Plot(
                title="Widths",
                caption="Output channels of every convolution, before and after; 0 where its "
                "block was removed.",
                svg=draw_axes("widths", 1, lambda axes: _widths(axes[0], record.widths)),
            )
        )
    if record.sparsity:
        plots.append(
            Plot(
                title="Sparsity",
                caption="Part of zeros of every channel's feature map in the network as given, "
                "over the validation images: one dot a channel, one column a group.",
                svg=draw_axes("sparsity", 1, lambda axes: _sparsity(axes[0], record.sparsity)),
            )
        )
    if record.trials:
        plots.append(
            Plot(
                title="Trials",
                caption="Each trial's threshold, and its accuracy after fine-tuning against the "
                "target.",
                svg=draw_axes(
                    "trials", 2, lambda axes: _trials(axes, record.trials, record.target)
                ),
            )
        )
    if record.fused:
        plots.append(
            Plot(
                title="Fused layers",
                caption="Accuracy after each long tuning, against the blocks removed so far; the "
                "result is filled.",
                svg=draw_axes(
                    "fused", 1, lambda axes: _fused(axes[0], record.fused, record.fused_from)
                ),
            )
        )
    if record.tunings:
        plots.append(
            Plot(
                title="Learning curves",
                caption="Loss and validation accuracy of every epoch of every training, one after "
                "the other.",
                svg=draw_axes("curves", 2, lambda axes: _curves(axes, record.tunings)),
            )
        )
    return tuple(plots)


def _widths(axes: Axes, rows: Sequence[WidthRow]) -> None:
    at = range(len(rows))
    axes.bar(at, [row.before for row in rows], color=ORANGE, alpha=0.45, width=0.8, label="before")
    axes.bar(at, [row.after for row in rows], color=BLUE, width=0.5, label="after")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    show_legend(axes, 2)
    label_layers(axes, [row.layer for row in rows])


def _sparsity(axes: Axes, rows: Sequence[SparsityRow]) -> None:
    for at, row in enumerate(rows):
        axes.plot([at] * len(row.zeros), row.zeros, "o", color=BLUE, markersize=3, alpha=0.5)
    axes.set_ylim(-0.02, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    label_layers(axes, [row.group for row in rows])


def _trials(axes: Sequence[Axes], rows: Sequence[TrialRow], target: float | None) -> None:
    names = [f"{row.iteration}.{row.number}" for row in rows]
    at = range(len(rows))
    bounds = [row.lower for row in rows], [row.upper for row in rows]
    axes[0].vlines(at, *bounds, color=BLUE, linewidth=4, alpha=0.35, label="searched interval")
    axes[0].plot(at, [row.threshold for row in rows], "o", color=BLUE, label="threshold")
    show_legend(axes[0], 2)
    for reached, color, name in ((True, GREEN, "reached"), (False, ORANGE, "missed")):
        chosen = [(x, row.accuracy) for x, row in enumerate(rows) if row.reached is reached]
        if chosen:
            axes[1].plot(*zip(*chosen, strict=True), "o", color=color, label=name)
    if target is not None:
        axes[1].axhline(target, color=BLUE, linewidth=1, linestyle="--", label="target")
    axes[1].yaxis.set_major_formatter(PercentFormatter(xmax=1))
    show_legend(axes[1], 3)
    for part in axes:
        label_layers(part, names)
    axes[0].tick_params(axis="x", labelbottom=False)
    axes[1].set_xlabel("iteration and trial")


def _fused(axes: Axes, rows: Sequence[FusedRow], before: float | None) -> None:
    points = [(row.blocks, row.accuracy) for row in rows]
    if before is not None:
        points.insert(0, (0, before))
    blocks, accuracies = zip(*points, strict=True)
    axes.plot(blocks, accuracies, "o-", color=BLUE, markerfacecolor="none")
    for row in rows:
        if row.chosen:
            axes.plot([row.blocks], [row.accuracy], "o", color=BLUE)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes.set_xlabel("removed blocks")


def _curves(axes: Sequence[Axes], tunings: Sequence[Tuning]) -> None:
    began = 0
    for number, tuning in enumerate(tunings):
        rows = tuning.history.rows
        at = [began + row.epoch for row in rows]
        color = (BLUE, ORANGE)[number % 2]
        marker = "." if len(rows) < 30 else ""
        axes[0].plot(at, [row.loss for row in rows], marker=marker, color=color)
        axes[1].plot(at, [row.accuracy for row in rows], marker=marker, color=color)
        began += len(rows)
    for part in axes:
        part.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylabel("loss")
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylabel("accuracy")
    axes[1].yaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes[1].set_xlabel("epochs of all trainings")
