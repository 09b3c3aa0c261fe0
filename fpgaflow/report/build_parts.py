"""Resources, speed and memory accesses of one design, as the report has them."""

from __future__ import annotations

from fpgaflow.hardware.advice import Advice, Remedy
from fpgaflow.hardware.advice_shortage import Shortage
from fpgaflow.hardware.advice_text import advice_lines
from fpgaflow.hardware.calibration import MODEL, Calibration
from fpgaflow.hardware.cost import Cost
from fpgaflow.hardware.cycles import PipelineCycles
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.memory import Access, MemoryModel, Traffic
from fpgaflow.hardware.resource_bands import Band
from fpgaflow.hardware.resource_totals import AcceleratorBands, Resources, ResourceUse
from fpgaflow.report.schema_parts import (
    AcceleratorBand,
    AcceleratorModel,
    CalibrationUsed,
    Fit,
    FittingDesign,
    LayerTakes,
    LayerTraffic,
    Moved,
    NetworkTraffic,
    Performance,
    ResourceCount,
    ResourceCounts,
    ShortResource,
    TrafficCounts,
)


def describe_fit(fit: FitReport, advice: Advice | None = None) -> Fit:
    """Return the verdict and the numbers behind it, and what would fit where it was looked for."""
    return Fit(
        fits=fit.fits,
        limiting=fit.limiting,
        resources=_counts(fit.resources),
        weight_bram36=fit.weight_bram36,
        fifo_bram36=fit.fifo_bram36,
        fifo_bits=fit.fifo_bits,
        default_fifo_bits=fit.default_fifo_bits,
        advice=() if advice is None else advice_lines(advice, fit.confidence),
        confidence=fit.confidence,
        accelerator=_accelerator(fit.accelerator),
        calibration=_calibration(fit.calibration),
        shortages=() if advice is None else tuple(map(_shortage, advice.shortages)),
        remedies=() if advice is None else tuple(map(_remedy, advice.remedies)),
    )


def _counts(uses: Resources) -> ResourceCounts:
    return ResourceCounts(
        lut=_count(uses.lut),
        ff=_count(uses.ff),
        bram36=_count(uses.bram36),
        dsp=_count(uses.dsp),
        uram=_count(uses.uram),
    )


def _shortage(short: Shortage) -> ShortResource:
    return ShortResource(
        resource=short.resource,
        needs=short.needs,
        available=short.available,
        layers=tuple(
            LayerTakes(name=one.name, amount=one.amount, percent=round_figure(100 * one.share))
            for one in short.layers
        ),
    )


def _remedy(remedy: Remedy) -> FittingDesign:
    design = remedy.design
    return FittingDesign(
        kind=remedy.kind,
        what=remedy.what,
        how=remedy.how,
        board=design.board.name,
        resources=_counts(design.resources),
        images_per_second=round_figure(design.images_per_second),
        weight_bits_total=design.weight_bits,
    )


def _accelerator(bands: AcceleratorBands) -> AcceleratorModel:
    return AcceleratorModel(
        version=MODEL,
        lut=_band(bands.lut),
        ff=_band(bands.ff),
        bram36=_band(bands.bram36),
        dsp=_band(bands.dsp),
    )


def _band(band: Band) -> AcceleratorBand:
    return AcceleratorBand(low=band.low, likely=band.likely, high=band.high)


def _calibration(calibration: Calibration | None) -> CalibrationUsed | None:
    if calibration is None or not calibration.designs:
        return None
    return CalibrationUsed(designs=len(calibration.designs), sha256=calibration.sha256)


def _count(use: ResourceUse) -> ResourceCount:
    return ResourceCount(
        used=use.used,
        low=use.low,
        high=use.high,
        available=use.available,
        percent=round_figure(100 * use.used / use.available) if use.available else None,
        source=use.source,
    )


def describe_performance(
    cost: Cost, cycles: PipelineCycles, fit: FitReport, clock_mhz: float
) -> Performance:
    """Return how fast a spatial design runs, by the cycle model."""
    slowest = cycles.slowest
    dsp = fit.resources.dsp.used
    return Performance(
        cycles_per_image=slowest.cycles,
        images_per_second=round_figure(clock_mhz * 1e6 / slowest.cycles),
        macs_per_dsp_per_cycle=round_figure(cost.macs / (dsp * slowest.cycles)) if dsp else None,
        slowest_layer=slowest.name,
        source="modelled",
    )


def round_figure(value: float) -> float:
    """Keep four significant digits: a model knows no more."""
    return float(f"{value:.4g}")


def describe_traffic(style: str, model: MemoryModel) -> NetworkTraffic:
    """Return what a network moves for one image, layer by layer and in total."""
    return NetworkTraffic(
        style=style,
        off_chip=describe_counts(model.off_chip),
        on_chip=describe_counts(model.on_chip),
        layers=tuple(
            LayerTraffic(
                name=layer.name,
                off_chip=describe_counts(layer.off_chip),
                on_chip=describe_counts(layer.on_chip),
            )
            for layer in model.layers
        ),
    )


def describe_counts(traffic: Traffic) -> TrafficCounts:
    """Return accesses by what is moved."""
    return TrafficCounts(
        total=_moved(traffic.total),
        input=_moved(traffic.input),
        weight=_moved(traffic.weight),
        feature_map=_moved(traffic.feature_map),
        output=_moved(traffic.output),
    )


def _moved(access: Access) -> Moved:
    return Moved(
        accesses=access.accesses,
        bytes=access.bytes,
        read_accesses=access.read_accesses,
        read_bytes=access.read_bytes,
        write_accesses=access.write_accesses,
        write_bytes=access.write_bytes,
    )
