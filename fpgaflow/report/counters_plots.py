"""The plot of what moves off the chip, and of the relative energy: on PyTorch and in the design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from fpgaflow.report.numbers import format_bytes, format_energy
from fpgaflow.report.plots import BLUE, GREEN, ORANGE, Plot, draw_axes
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_energy import EnergyParts
from fpgaflow.report.schema_parts import TrafficCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One network, run one way."""

    title: str
    off_chip: TrafficCounts
    energy: EnergyParts


def draw_counters(report: Report) -> tuple[Plot, ...]:
    """Draw bytes off the chip and relative energy; nothing for a report without energy."""
    bars = _bars(report)
    if not bars:
        return ()
    plot = Plot(
        title="DRAM traffic and relative energy",
        caption="For one image. Above, bytes to and from DRAM, on a logarithmic scale; below, "
        "energy by a model with constants of 45 nm silicon, of which only ratios mean something. "
        "On PyTorch: layer by layer in float32, without what moves in a processor's caches. "
        "Modelled.",
        svg=draw_axes("counters", 2, lambda axes: _draw(axes, bars)),
    )
    return (plot,)


def _bars(report: Report) -> tuple[_Bar, ...]:
    energy, saved = report.energy, report.compression
    if energy is None:
        return ()
    reference, design = report.memory.original, report.memory.compressed
    own = (
        _Bar(title="PyTorch", off_chip=reference.off_chip, energy=energy.reference),
        _Bar(title="this design", off_chip=design.off_chip, energy=energy.design),
    )
    if saved is None:
        return own
    old = saved.original
    if old.energy is None or old.reference.energy is None:
        return own
    return (
        _Bar(
            title="original on PyTorch",
            off_chip=old.reference.off_chip,
            energy=old.reference.energy,
        ),
        _Bar(title="compressed on PyTorch", off_chip=reference.off_chip, energy=energy.reference),
        _Bar(title="original in this style", off_chip=old.memory.off_chip, energy=old.energy),
        _Bar(title="this design", off_chip=design.off_chip, energy=energy.design),
    )


def _draw(axes: Sequence[Axes], bars: Sequence[_Bar]) -> None:
    at = range(len(bars))
    sizes = [bar.off_chip.total.bytes for bar in bars]
    drawn = axes[0].barh(at, sizes, height=0.6, color=BLUE)
    axes[0].bar_label(drawn, [format_bytes(size) for size in sizes], fontsize=8, padding=3)
    axes[0].set_xscale("log")
    axes[0].set_xlim(1, 12 * max(1, *sizes))
    axes[0].xaxis.set_major_formatter(FuncFormatter(_bytes_tick))
    axes[0].xaxis.set_minor_formatter(NullFormatter())
    axes[0].set_title("DRAM traffic", loc="right", fontsize=9)
    _energy(axes[1], bars)
    for part in axes:
        part.set_yticks(at, [bar.title for bar in bars])
        part.invert_yaxis()
        part.tick_params(axis="y", length=0)
        part.grid(visible=False, axis="y")
        part.grid(visible=True, axis="x")


def _energy(axes: Axes, bars: Sequence[_Bar]) -> None:
    at = range(len(bars))
    ends = [0.0] * len(bars)
    for title, color, parts in (
        ("off chip", BLUE, [bar.energy.off_chip_pj for bar in bars]),
        ("on chip", GREEN, [bar.energy.on_chip_pj for bar in bars]),
        ("arithmetic", ORANGE, [bar.energy.mac_pj for bar in bars]),
    ):
        drawn = axes.barh(at, parts, left=ends, height=0.6, color=color, label=title)
        ends = [end + part for end, part in zip(ends, parts, strict=True)]
        if title == "arithmetic":
            texts = [format_energy(bar.energy.total_pj) for bar in bars]
            axes.bar_label(drawn, texts, fontsize=8, padding=3)
    axes.set_xlim(0, 1.12 * max(1.0, *ends))
    axes.xaxis.set_major_formatter(FuncFormatter(_energy_tick))
    axes.set_title("relative energy", loc="right", fontsize=9)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderpad=0)


def _bytes_tick(value: float, _position: int | None) -> str:
    return format_bytes(int(value))


def _energy_tick(value: float, _position: int | None) -> str:
    return "0" if not value else format_energy(value)
