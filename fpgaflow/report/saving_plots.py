"""The plots of what compression saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from fpgaflow.report.numbers import format_bits, format_count
from fpgaflow.report.plots import (
    BLUE,
    ORANGE,
    Plot,
    draw_axes,
    label_layers,
    show_legend,
)
from fpgaflow.report.schema_compression import Compression, LayerChange, LayerFigures
from fpgaflow.report.schema_parts import TrafficCounts

_KINDS = ("input", "weights", "feature maps", "output")


def draw_savings(compression: Compression) -> tuple[Plot, ...]:
    """Draw both networks' layers side by side, and their memory accesses by kind."""
    layers = [row for row in compression.layers if _works(row.original) or _works(row.compressed)]
    plots: list[Plot] = []
    if layers:
        plots.append(
            Plot(
                title="Layers, original and compressed",
                caption="Multiply-accumulates for one image above, bits of weights below, of every "
                "convolution and fully connected layer; a cross marks a layer that is gone. "
                f"{compression.original.source.capitalize()}.",
                svg=draw_axes("saved-layers", 2, lambda axes: _layers(axes, layers)),
            )
        )
    plots.append(
        Plot(
            title="Memory accesses by kind, original and compressed",
            caption="Numbers read and written for one image: inside the chip by this design, and "
            "through DRAM by float32 layers on PyTorch. "
            f"{compression.original.source.capitalize()}.",
            svg=draw_axes("saved-accesses", 2, lambda axes: _accesses(axes, compression)),
        )
    )
    return tuple(plots)


def _works(layer: LayerFigures | None) -> bool:
    return layer is not None and layer.macs > 0


def _layers(axes: Sequence[Axes], rows: Sequence[LayerChange]) -> None:
    readers: tuple[Callable[[LayerFigures], int], ...] = (
        lambda layer: layer.macs,
        lambda layer: layer.weight_bits,
    )
    names = [row.name for row in rows]
    for part, read in zip(axes, readers, strict=True):
        before = [0 if row.original is None else read(row.original) for row in rows]
        after = [0 if row.compressed is None else read(row.compressed) for row in rows]
        at = range(len(rows))
        part.bar(at, before, color=ORANGE, alpha=0.45, width=0.8, label="original")
        part.bar(at, after, color=BLUE, width=0.5, label="compressed")
        gone = [x for x, row in enumerate(rows) if row.compressed is None]
        if gone:
            heights = [before[x] / 2 for x in gone]
            part.plot(gone, heights, "x", color=ORANGE, markersize=7, label="gone")
        label_layers(part, names)
    show_legend(axes[0], 3)
    axes[0].set_ylabel("MACs")
    axes[0].yaxis.set_major_formatter(FuncFormatter(_count_tick))
    axes[0].tick_params(axis="x", labelbottom=False)
    axes[1].set_ylabel("weights")
    axes[1].yaxis.set_major_formatter(FuncFormatter(_bits_tick))


def _accesses(axes: Sequence[Axes], found: Compression) -> None:
    old, new = found.original, found.compressed
    _by_kind(axes[0], "on chip, this design", old.memory.on_chip, new.memory.on_chip)
    _by_kind(axes[1], "DRAM, float32 on PyTorch", old.reference.off_chip, new.reference.off_chip)
    show_legend(axes[0], 2)


def _by_kind(axes: Axes, title: str, before: TrafficCounts, after: TrafficCounts) -> None:
    most = 1
    for traffic, side, color, alpha, name in (
        (before, -0.2, ORANGE, 0.6, "original"),
        (after, 0.2, BLUE, 1.0, "compressed"),
    ):
        kinds = (traffic.input, traffic.weight, traffic.feature_map, traffic.output)
        counts = [kind.accesses for kind in kinds]
        most = max(most, *counts)
        at = [number + side for number in range(len(counts))]
        bars = axes.barh(at, counts, height=0.38, color=color, alpha=alpha, label=name)
        axes.bar_label(bars, [f" {format_count(count)}" for count in counts], fontsize=8)
    axes.set_yticks(range(len(_KINDS)), _KINDS)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_xlim(0, 1.12 * most)
    axes.xaxis.set_major_formatter(FuncFormatter(_count_tick))
    axes.set_title(title, loc="right", fontsize=9)


def _count_tick(value: float, _position: int | None) -> str:
    return format_count(value)


def _bits_tick(value: float, _position: int | None) -> str:
    return format_bits(int(value))
