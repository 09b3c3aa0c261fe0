"""The page's plots: SVG that takes its text colour and font from the page around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fpgaflow.report.numbers import format_bytes, format_count
from fpgaflow.report.schema import LayerRow, Report
from fpgaflow.report.schema_parts import LayerTraffic

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

BLUE, ORANGE, GREEN = "#4c8bf5", "#e8833a", "#2f9e6e"
_INK = "#010203"  # stands for the page's text colour until the SVG is written
_MOST_LABELS = 45
_MOST_LEVEL_LABELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot.

    Attributes:
        title: its heading.
        caption: what is shown, and where the figures come from.
        svg: the drawing; text in it is escaped.
    """

    title: str
    caption: str
    svg: str


def draw_plots(report: Report) -> tuple[Plot, ...]:
    """Draw multiply-accumulates, bits and memory accesses of every layer that has any."""
    working = [layer for layer in report.layers if layer.macs]
    moving = [layer for layer in report.memory.compressed.layers if layer.on_chip.total.accesses]
    plots: list[Plot] = []
    if working:
        plots = [
            Plot(
                title="Multiply-accumulates",
                caption="For one image, of every convolution and fully connected layer; counted.",
                svg=draw_axes("macs", 1, lambda axes: _macs(axes[0], working)),
            ),
            Plot(
                title="Bits",
                caption="Width of weights, of the layer's output and of its accumulator, which is "
                "proven to hold every partial sum.",
                svg=draw_axes("bits", 1, lambda axes: _bits(axes[0], working)),
            ),
        ]
    if moving:
        traffic = Plot(
            title="On-chip memory traffic",
            caption="Bytes for one image, read and written: weights above, feature maps below; "
            f"{report.memory.source}.",
            svg=draw_axes("traffic", 2, lambda axes: _traffic(axes, moving)),
        )
        plots.append(traffic)
    return tuple(plots)


def _macs(axes: Axes, layers: Sequence[LayerRow]) -> None:
    axes.bar(range(len(layers)), [layer.macs for layer in layers], color=BLUE, width=0.75)
    axes.yaxis.set_major_formatter(FuncFormatter(_count_tick))
    label_layers(axes, [layer.name for layer in layers])


def _bits(axes: Axes, layers: Sequence[LayerRow]) -> None:
    at = range(len(layers))
    series = (
        ("accumulator", GREEN, "^", 5, [layer.accumulator_bits or 0 for layer in layers]),
        ("weight", BLUE, "s", 7, [layer.weight_bits or 0 for layer in layers]),
        ("activation", ORANGE, "o", 3.5, [layer.activation_bits for layer in layers]),
    )
    # The sizes differ so that equal widths lie one inside the other.
    for name, color, marker, size, values in series:
        axes.plot(at, values, marker, label=name, color=color, markersize=size, linestyle="none")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    show_legend(axes, 3)
    label_layers(axes, [layer.name for layer in layers])


def _traffic(axes: Sequence[Axes], layers: Sequence[LayerTraffic]) -> None:
    at = range(len(layers))
    weights = [layer.on_chip.weight.read_bytes for layer in layers]
    axes[0].bar(at, weights, color=BLUE, width=0.75, label="weights read")
    reads = [layer.on_chip.feature_map.read_bytes for layer in layers]
    writes = [layer.on_chip.feature_map.write_bytes for layer in layers]
    axes[1].bar(at, reads, color=GREEN, width=0.75, label="feature maps read")
    axes[1].bar(at, writes, bottom=reads, color=ORANGE, width=0.75, label="feature maps written")
    for part in axes:
        part.yaxis.set_major_formatter(FuncFormatter(_bytes_tick))
        show_legend(part, 2)
    names = [layer.name for layer in layers]
    label_layers(axes[1], names)
    label_layers(axes[0], names)
    axes[0].tick_params(axis="x", labelbottom=False)


def show_legend(axes: Axes, columns: int) -> None:
    """Show the legend above the axes."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, borderpad=0)


def label_layers(axes: Axes, names: Sequence[str]) -> None:
    """Write the names of layers at 0, 1, 2 ... below the axes; not all, where they are many."""
    step = -(-len(names) // _MOST_LABELS)
    turned = 90 if len(names) > _MOST_LEVEL_LABELS else 0
    axes.set_xticks(range(0, len(names), step), names[::step], rotation=turned)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.7, len(names) - 0.3)


def _count_tick(value: float, _position: int | None) -> str:
    return format_count(value)


def _bytes_tick(value: float, _position: int | None) -> str:
    return format_bytes(int(value))


_STYLE: dict[RcKeyType, object] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a layer may be called $x$
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#8888883c",
    "grid.linewidth": 0.7,
    "axes.linewidth": 0.7,
}


def draw_axes(
    name: str,
    rows: int,
    fill: Callable[[Sequence[Axes]], None],
    *,
    columns: int = 1,
    height_inches: float | None = None,
    hints: Mapping[str, str] | None = None,
) -> str:
    """Return the SVG of a figure of `rows` axes, one above the other.

    Args:
        name: of its own among the page's figures.
        rows: how many axes.
        fill: draws on them.
        columns: how many side by side in each row.
        height_inches: of the figure, which is 10.5 wide; by default what rows of bars need.
        hints: texts that the browser shows over an artist, by the artist's gid.
    """
    # Names inside an SVG must differ from those in the page's other ones.
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(10.5, height_inches or 1.9 + 1.4 * rows), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_alpha(0)
        axes = [figure.add_subplot(rows, columns, at + 1) for at in range(rows * columns)]
        for part in axes:
            part.patch.set_alpha(0)
        fill(axes)
        target = StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return _for_page(target.getvalue(), hints or {})


def _for_page(svg: str, hints: Mapping[str, str]) -> str:
    """Cut the file's header, and leave colour of text, font and size to the page."""
    svg = svg[svg.index("<svg") :]
    for gid, hint in hints.items():
        svg = svg.replace(f'<g id="{gid}">', f"<g><title>{escape(hint)}</title>", 1)
    svg = svg.replace(_INK, "currentColor")
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<style.*?</style>", "", svg, count=1, flags=re.DOTALL)
    # The page makes it as wide as there is room, and lets it scroll where that is too little.
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1)
