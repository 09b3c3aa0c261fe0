"""A whole design's bands on a board: the sums of the layers, and what there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from fpgaflow.hardware.boards import Board
from fpgaflow.hardware.calibration import Calibration, adjustments_of
from fpgaflow.hardware.resource_bands import Adjustment, Band, make_band
from fpgaflow.hardware.resources import AXI_DMA, LayerResources

Source = Literal["measured", "simulated", "modelled"]

Confidence = Literal["low", "likely", "high"]
"""How sure a verdict that a design fits is to be: which end of the band has to fit the board."""

Adjustments = Mapping[str, Adjustment]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUse:
    """How much of one resource a design takes.

    Attributes:
        used: the likely number.
        low: the least that it may be.
        high: the most that it may be.
        available: what the board has.
        source: where the number comes from.
    """

    used: int
    low: int
    high: int
    available: int
    source: Source = "modelled"

    def at(self, confidence: Confidence) -> int:
        """Return the number that has to fit."""
        return {"low": self.low, "likely": self.used, "high": self.high}[confidence]

    def exceeds(self, confidence: Confidence) -> bool:
        """Whether that number is more than the board has."""
        return self.at(confidence) > self.available

    def share(self, confidence: Confidence = "likely") -> float:
        """Return that number over what the board has; 0 where nothing is used."""
        used = self.at(confidence)
        if not used:
            return 0.0
        return used / self.available if self.available else float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """All resources; the units are those of `hardware.board.BoardResources`."""

    lut: ResourceUse
    ff: ResourceUse
    bram36: ResourceUse
    dsp: ResourceUse
    uram: ResourceUse

    def items(self) -> tuple[tuple[str, ResourceUse], ...]:
        """Return each resource's name and use, in a fixed order."""
        return tuple((f.name, getattr(self, f.name)) for f in fields(self))

    def exceed(self, confidence: Confidence) -> tuple[tuple[str, ResourceUse], ...]:
        """Return those that need more than the board has."""
        return tuple(item for item in self.items() if item[1].exceeds(confidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorBands:
    """What the accelerator takes, DMA engine and interconnects left out."""

    lut: Band
    ff: Band
    bram36: Band
    dsp: Band


def accelerator_bands(
    layers: tuple[LayerResources, ...], calibration: Calibration | None = None
) -> AcceleratorBands:
    """Return the accelerator's bands: what a measured design is held against.

    Args:
        layers: from `estimate_layers`; the last row is the DMA engine.
        calibration: measured designs that move the bands.
    """
    rows, adjust = layers[:-1], adjustments_of(calibration)
    return AcceleratorBands(
        lut=_sum("lut", rows, adjust),
        ff=_sum("ff", rows, adjust),
        bram36=_block_ram(rows, adjust),
        dsp=_slices(rows, adjust),
    )


def total_resources(
    layers: tuple[LayerResources, ...], board: Board, calibration: Calibration | None
) -> Resources:
    """Return the bands of a whole design on a board.

    Args:
        layers: from `estimate_layers`; the last row is the DMA engine, which is known.
        board: says what there is.
        calibration: measured designs that move the bands.
    """
    has, dma = board.resources, AXI_DMA
    accelerator = accelerator_bands(layers, calibration)

    def use(band: Band, extra: int, available: int) -> ResourceUse:
        return ResourceUse(
            used=band.likely + extra,
            low=band.low + extra,
            high=band.high + extra,
            available=available,
        )

    return Resources(
        lut=use(accelerator.lut, dma.lut, has.lut),
        ff=use(accelerator.ff, dma.ff, has.ff),
        bram36=use(accelerator.bram36, dma.fifo_bram18 // 2, has.bram36),
        dsp=use(accelerator.dsp, 0, has.dsp),
        # hls4ml binds nothing to UltraRAM.
        uram=ResourceUse(used=0, low=0, high=0, available=has.uram),
    )


def _sum(name: Literal["lut", "ff"], rows: tuple[LayerResources, ...], adjust: Adjustments) -> Band:
    likely = sum(getattr(row, name) for row in rows)
    return make_band(name, likely, likely, likely, adjust.get(name))


def _slices(rows: tuple[LayerResources, ...], adjust: Adjustments) -> Band:
    low, likely, high = (
        sum(row.dsp_low for row in rows),
        sum(row.dsp for row in rows),
        sum(row.dsp_high for row in rows),
    )
    return make_band("dsp", low, likely, high, adjust.get("dsp"))


def _block_ram(rows: tuple[LayerResources, ...], adjust: Adjustments) -> Band:
    low = count_bram36(rows, lambda row: row.weight_bram18_low + row.fifo_bram18)
    likely = count_bram36(rows, lambda row: row.weight_bram18 + row.fifo_bram18)
    high = count_bram36(rows, lambda row: row.weight_bram18 + row.fifo_bram18_hls)
    return make_band("bram36", low, likely, max(likely, high), adjust.get("bram36"))


def count_bram36(
    layers: tuple[LayerResources, ...], bram18: Callable[[LayerResources], int]
) -> int:
    """Return the block RAMs of layers: two of 18 Kbit make one, whichever layers they are of."""
    return -(-sum(map(bram18, layers)) // 2)
