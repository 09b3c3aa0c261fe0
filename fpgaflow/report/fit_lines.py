"""What a report says of how its verdict on the board came about, and of what would fit."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.numbers import NOT_KNOWN, RESOURCE_NAMES, format_count
from fpgaflow.report.schema_parts import Fit, ResourceCount

_DECIDES = {
    "low": "the low end of each resource's band decides",
    "likely": "the likely number of each resource decides",
    "high": "the high end of each resource's band decides",
}


_SHOWN = ("lut", "ff", "bram36", "dsp")

REMEDY_RESOURCES = tuple(RESOURCE_NAMES[name] for name in _SHOWN)
"""The columns of `RemedyRow.figures`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyRow:
    """One thing that would fit.

    Attributes:
        what: is changed.
        how: options or commands.
        figures: of each of `REMEDY_RESOURCES` what it takes, and which part of the board that is.
        rate: images a second.
    """

    what: str
    how: str
    figures: tuple[tuple[str, str], ...]
    rate: str


def verdict_line(fit: Fit) -> str:
    """Return which end of the bands the verdict asked, and what moved them."""
    used = fit.calibration
    if used is None:
        return _DECIDES[fit.confidence]
    designs = "1 measured design" if used.designs == 1 else f"{used.designs} measured designs"
    return f"{_DECIDES[fit.confidence]}; the bands follow {designs} ({used.sha256[:12]})"


def unknown_resources(fit: Fit) -> str:
    """Return the resources that were not obtained, as words; empty where all were."""
    names = [name for name in RESOURCE_NAMES if getattr(fit.resources, name).used is None]
    return " and ".join(RESOURCE_NAMES[name] for name in names)


def shortage_lines(fit: Fit) -> list[str]:
    """Return, for each resource that is short, the layers that take the most of it."""
    return [
        f"most {RESOURCE_NAMES[short.resource]}: "
        + ", ".join(f"{one.name} {one.amount:.6g} ({one.percent:.0f} %)" for one in short.layers)
        for short in fit.shortages
    ]


def remedy_rows(fit: Fit) -> list[RemedyRow]:
    """Return what would fit, in the report's order."""
    return [
        RemedyRow(
            what=one.what,
            how=one.how,
            figures=tuple(_takes(getattr(one.resources, name), fit.confidence) for name in _SHOWN),
            rate=format_count(one.images_per_second),
        )
        for one in fit.remedies
    ]


def _takes(use: ResourceCount, confidence: str) -> tuple[str, str]:
    """Return the likely number, that at the end which decides where it differs, and its part."""
    decides = {"low": use.low, "likely": use.used, "high": use.high}[confidence]
    if decides is None:
        return NOT_KNOWN, NOT_KNOWN
    number = str(use.used) if confidence == "likely" else f"{use.used} ({confidence} {decides})"
    percent = f"{100 * decides / use.available:.0f} %" if use.available else NOT_KNOWN
    return number, percent
