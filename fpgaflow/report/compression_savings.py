"""The figures that are held against each other: one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fpgaflow.report.schema_compression import NetworkFigures, Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """One figure: its key and title, its unit, and where it is in a network's figures."""

    key: str
    title: str
    unit: Literal["count", "bits", "bytes"]
    read: Callable[[NetworkFigures], int | None]


_FIGURES = (
    _Figure(key="macs", title="MACs", unit="count", read=lambda net: net.macs),
    _Figure(key="parameters", title="parameters", unit="count", read=lambda net: net.parameters),
    _Figure(
        key="weight_bits",
        title="bits of weights",
        unit="bits",
        read=lambda net: net.weight_bits_total,
    ),
    _Figure(
        key="feature_map_bits",
        title="bits of feature maps",
        unit="bits",
        read=lambda net: net.feature_map_bits,
    ),
    _Figure(
        key="on_chip_accesses",
        title="on-chip accesses",
        unit="count",
        read=lambda net: net.memory.on_chip.total.accesses,
    ),
    _Figure(
        key="on_chip_weight_accesses",
        title="on-chip weight accesses",
        unit="count",
        read=lambda net: net.memory.on_chip.weight.accesses,
    ),
    _Figure(
        key="on_chip_feature_map_accesses",
        title="on-chip feature-map accesses",
        unit="count",
        read=lambda net: net.memory.on_chip.feature_map.accesses,
    ),
    _Figure(
        key="on_chip_bytes",
        title="on-chip traffic",
        unit="bytes",
        read=lambda net: net.memory.on_chip.total.bytes,
    ),
    _Figure(
        key="off_chip_accesses",
        title="off-chip accesses",
        unit="count",
        read=lambda net: net.memory.off_chip.total.accesses,
    ),
    _Figure(
        key="off_chip_bytes",
        title="off-chip traffic",
        unit="bytes",
        read=lambda net: net.memory.off_chip.total.bytes,
    ),
    _Figure(
        key="reference_accesses",
        title="float32 DRAM accesses",
        unit="count",
        read=lambda net: net.reference.off_chip.total.accesses,
    ),
    _Figure(
        key="reference_bytes",
        title="float32 DRAM traffic",
        unit="bytes",
        read=lambda net: net.reference.off_chip.total.bytes,
    ),
    _Figure(
        key="paper_read_write_bytes",
        title="float32 Mem R+W",
        unit="bytes",
        read=lambda net: net.reference.paper_read_write_bytes,
    ),
    _Figure(
        key="paper_memory_bytes",
        title="float32 memory",
        unit="bytes",
        read=lambda net: net.reference.paper_memory_bytes,
    ),
    _Figure(key="lut", title="LUT", unit="count", read=lambda net: net.fit.resources.lut.used),
    _Figure(key="ff", title="FF", unit="count", read=lambda net: net.fit.resources.ff.used),
    _Figure(
        key="bram36", title="BRAM36", unit="count", read=lambda net: net.fit.resources.bram36.used
    ),
    _Figure(key="dsp", title="DSP", unit="count", read=lambda net: net.fit.resources.dsp.used),
    _Figure(
        key="cycles_per_image",
        title="cycles per image",
        unit="count",
        read=lambda net: net.performance.cycles_per_image,
    ),
)


def list_savings(original: NetworkFigures, compressed: NetworkFigures) -> tuple[Saving, ...]:
    """Return every figure that both networks have, with the part that was saved."""
    rows: list[Saving] = []
    for figure in _FIGURES:
        before, after = figure.read(original), figure.read(compressed)
        if before is None or after is None:
            continue
        rows.append(
            Saving(
                figure=figure.key,
                title=figure.title,
                unit=figure.unit,
                original=before,
                compressed=after,
                saved=round(1 - after / before, 6) if before else None,
                source=original.source,
            )
        )
    return tuple(rows)
