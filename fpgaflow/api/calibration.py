"""Holds measured designs against the resource model, and keeps them for later compilations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.calibration_file import default_file, read_calibration, write_calibration
from fpgaflow.api.layout import REPORT
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.calibration import (
    MODEL,
    RESOURCES,
    AcceleratorUse,
    Calibration,
    MeasuredDesign,
)
from fpgaflow.hardware.resource_bands import make_band
from fpgaflow.ir.serialize import GRAPH_FILE, PARAMETERS_FILE
from fpgaflow.report.json import read_json
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_measured import Implementation
from fpgaflow.report.schema_parts import AcceleratorBand, AcceleratorModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedUse:
    """One resource of one design, modelled beside measured.

    Attributes:
        design: the network's name.
        board: compiled for.
        resource: `lut`, `ff`, `bram36` or `dsp`.
        low: of the model's band, as it comes.
        likely: of it.
        high: of it.
        measured: what Vivado found.
        ratio: measured over likely; None where nothing was modelled.
        inside: whether the band holds the measured number.
    """

    design: str
    board: str
    resource: str
    low: int
    likely: int
    high: int
    measured: float
    ratio: float | None
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """How a calibration moves the bands of one resource, as factors of the likely number."""

    resource: str
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What `calibrate` found.

    Attributes:
        rows: a row for each resource of each design given.
        calibration: all designs of the file, as it is now.
        file: the file.
        written: whether it was changed.
        factors: of each resource that the calibration moves.
    """

    rows: tuple[ComparedUse, ...]
    calibration: Calibration
    file: Path
    written: bool
    factors: tuple[Factors, ...]


def calibrate(
    builds: Sequence[str | Path],
    *,
    file: str | Path | None = None,
    remove: bool = False,
    dry_run: bool = False,
) -> Calibrated:
    """Add the measured figures of builds to a file, which `compile` then uses.

    Args:
        builds: build folders that `fpgaflow synthesize` has placed and routed; none to look at the
            file alone.
        file: of measured designs; by default `default_file()`.
        remove: take these builds out of the file instead.
        dry_run: change nothing.

    Raises:
        InputRefused: a build has no measured figures, or the file cannot be used. Then the file is
            as it was.
    """
    place = default_file() if file is None else Path(file)
    before = read_calibration(place) if place.exists() else Calibration(designs=())
    found = [_read(Path(build), remove=remove) for build in builds]
    if remove:
        after = before.without(frozenset(one.build for one, _ in found))
    else:
        after = before.with_designs(tuple(one for one, _ in found))
    written = not dry_run and after != before
    if written:
        write_calibration(place, after)
    shown = before if dry_run else after
    return Calibrated(
        rows=tuple(row for one, model in found for row in _compare(one, model)),
        calibration=shown,
        file=place,
        written=written,
        factors=_factors(shown),
    )


def _read(build: Path, *, remove: bool) -> tuple[MeasuredDesign, AcceleratorModel]:
    report = read_json(build / REPORT)
    model = report.fit.accelerator
    if report.style == "engine":
        raise InputRefused(
            f"{build} is a program for the engine, whose resources follow no model",
            accepted="a build of the spatial style",
        )
    if model is None or model.version != MODEL:
        raise InputRefused(
            f"{build} was compiled by a version of fpgaflow with another resource model",
            accepted=f"a build with resource model {MODEL}",
            remedy="compile and synthesize it again with this version",
        )
    placed = None if report.measured is None else report.measured.implementation
    if placed is None:
        what = "no measured figures"
        if report.measured is not None:
            what = "no figures but the estimates of Vitis HLS, which measure nothing"
        raise InputRefused(
            f"{build} has {what}",
            accepted="a build that fpgaflow synthesize has placed and routed",
            remedy=f"fpgaflow synthesize {build}",
        )
    return _design(report, model, placed), model


def _design(report: Report, model: AcceleratorModel, placed: Implementation) -> MeasuredDesign:
    used = placed.accelerator
    return MeasuredDesign(
        name=report.model.name,
        board=report.board.name,
        build=_identity(report),
        tool=placed.tool,
        modelled=AcceleratorUse(
            lut=model.lut.likely,
            ff=model.ff.likely,
            bram36=model.bram36.likely,
            dsp=model.dsp.likely,
        ),
        measured=AcceleratorUse(lut=used.lut, ff=used.ff, bram36=used.bram36, dsp=used.dsp),
    )


def _identity(report: Report) -> str:
    """Return what two builds of one design have in common: network, board and foldings."""
    files = {entry.path: entry.sha256 for entry in report.files}
    lines = [report.board.part, f"{report.board.clock_mhz:g}"]
    lines += [files.get(name, "") for name in (GRAPH_FILE, PARAMETERS_FILE)]
    lines += [f"{row.name} {row.strategy} {row.reuse_factor}" for row in report.layers]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _compare(design: MeasuredDesign, model: AcceleratorModel) -> tuple[ComparedUse, ...]:
    rows: list[ComparedUse] = []
    for name in RESOURCES:
        band: AcceleratorBand = getattr(model, name)
        measured: float = getattr(design.measured, name)
        rows.append(
            ComparedUse(
                design=design.name,
                board=design.board,
                resource=name,
                low=band.low,
                likely=band.likely,
                high=band.high,
                measured=measured,
                ratio=measured / band.likely if band.likely else None,
                inside=band.low <= measured <= band.high,
            )
        )
    return tuple(rows)


def _factors(calibration: Calibration) -> tuple[Factors, ...]:
    """Return what becomes of a likely number of a million, in millionths."""
    million = 1_000_000
    found: list[Factors] = []
    for name, adjust in calibration.adjustments().items():
        band = make_band(name, million, million, million, adjust)
        low, likely, high = (end / million for end in (band.low, band.likely, band.high))
        found.append(Factors(resource=name, low=low, likely=likely, high=high))
    return tuple(found)
