"""An exploration as rows of text, for the page and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.report.explore_schema import Exploration, ExploredDesign, ExploredPoint
from fpgaflow.report.numbers import (
    NOT_KNOWN,
    RESOURCE_NAMES,
    format_bits,
    format_bytes,
    format_count,
    format_percent,
)
from fpgaflow.report.schema_parts import ResourceCount


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownUse:
    """One resource: its likely use, and the band where there is one."""

    used: str
    band: str
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPoint:
    """One point; figures that were not obtained are dashes.

    Attributes:
        front: the fronts that it is a member of; empty for none.
        state: the same, else `does not fit` or `refused`; empty for a design that is beaten.
        model: the model's name.
        bits: its widths.
        board: the board's name.
        clock: with its unit.
        style: of the design.
        score: accuracy or agreement, whatever the fronts go by.
        agreement: with the float network.
        speed: images a second.
        latency: of one image alone.
        limiting: the limiting resource and its share.
        uses: LUT, FF, BRAM36 and DSP.
        weights: bits of weights.
        on_chip: accesses.
        off_chip: bytes.
        fits: whether it is a design that fits.
        why: why it was refused, or what would help where it does not fit.
    """

    front: str
    state: str
    model: str
    bits: str
    board: str
    clock: str
    style: str
    score: str
    agreement: str
    speed: str
    latency: str
    limiting: str
    uses: tuple[ShownUse, ...]
    weights: str
    on_chip: str
    off_chip: str
    fits: bool
    why: str


def sorted_points(found: Exploration, board: str) -> list[ExploredPoint]:
    """Return a board's points: members of a front, others that fit, the rest; best score first."""

    def rank(point: ExploredPoint) -> tuple[bool, bool, float, float]:
        design = point.design
        score = found.score_of(point)
        return (
            not point.fronts,
            design is None or not design.fits,
            -1.0 if score is None else -score,
            0.0 if design is None else -design.images_per_second,
        )

    return sorted((point for point in found.points if point.board == board), key=rank)


def show_point(found: Exploration, point: ExploredPoint) -> ShownPoint:
    """Return a point as text."""
    design, accuracy = point.design, point.accuracy
    front = " + ".join(point.fronts)
    return ShownPoint(
        front=front,
        state=front or _state(design),
        model=point.model,
        bits=point.bits,
        board=point.board,
        clock=f"{point.clock_mhz:g} MHz",
        style=point.style,
        score=format_percent(found.score_of(point)),
        agreement=format_percent(None if accuracy is None else accuracy.top1_agreement),
        speed=NOT_KNOWN if design is None else format_count(design.images_per_second),
        latency=NOT_KNOWN if design is None else show_time(design.latency_us),
        limiting=NOT_KNOWN if design is None else show_limiting(design),
        uses=_uses(design),
        weights=NOT_KNOWN if design is None else format_bits(design.weight_bits_total),
        on_chip=NOT_KNOWN if design is None else format_count(float(design.on_chip_accesses)),
        off_chip=NOT_KNOWN if design is None else format_bytes(design.off_chip_bytes),
        fits=design is not None and design.fits,
        why=point.refused or ("" if design is None else "; ".join(design.advice)),
    )


def show_limiting(design: ExploredDesign) -> str:
    """Return e.g. `LUT 72 %`."""
    share = design.limiting_percent
    shown = NOT_KNOWN if share is None else f"{share:.3g} %"
    return f"{RESOURCE_NAMES[design.limiting]} {shown}"


def show_time(microseconds: float) -> str:
    """Return e.g. `940 µs`, `6.02 ms`, `1.2 s`."""
    for limit, unit in ((1e6, "s"), (1e3, "ms")):
        if microseconds >= limit:
            return f"{microseconds / limit:.3g} {unit}"
    return f"{microseconds:.3g} µs"


def count_points(points: Sequence[ExploredPoint]) -> tuple[int, int, int]:
    """Return how many fit, do not fit, and were refused."""
    fitting = sum(p.design is not None and p.design.fits for p in points)
    refused = sum(p.design is None for p in points)
    return fitting, len(points) - fitting - refused, refused


def _uses(design: ExploredDesign | None) -> tuple[ShownUse, ...]:
    if design is None:
        return (ShownUse(used=NOT_KNOWN, band="", over=False),) * 4
    has = design.resources
    return tuple(_use(count) for count in (has.lut, has.ff, has.bram36, has.dsp))


def _use(count: ResourceCount) -> ShownUse:
    if count.used is None:
        return ShownUse(used=NOT_KNOWN, band="", over=False)
    band = "" if count.low == count.high else f"{count.low:,} to {count.high:,}"
    return ShownUse(used=f"{count.used:,}", band=band, over=count.used > count.available)


def _state(design: ExploredDesign | None) -> str:
    if design is None:
        return "refused"
    return "" if design.fits else "does not fit"
