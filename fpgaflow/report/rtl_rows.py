"""What the RTL showed, as texts for the terminal and for the page."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.numbers import NOT_KNOWN, format_count
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_rtl import RtlSimulation


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRtl:
    """A table of cycles.

    Attributes:
        columns: titles of the figures' columns.
        rows: a title and a text for each column.
        notes: what else is to be said, a line each.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def shown_rtl(report: Report) -> ShownRtl | None:
    """Return the simulations of the RTL beside the model; None where there are none."""
    found = report.verification.rtl
    if not found:
        return None
    return ShownRtl(
        columns=(*(_column(one) for one in found), "modelled"),
        rows=tuple(_rows(found, report.board.clock_mhz)),
        notes=tuple(_note(one) for one in found),
    )


def _column(one: RtlSimulation) -> str:
    return "simulated (RTL)" if one.stalls is None else "simulated (RTL), stalls"


def _rows(found: tuple[RtlSimulation, ...], clock_mhz: float) -> list[tuple[str, ...]]:
    last = found[-1]
    counts = [{value.name: value.count for value in one.counters.counts} for one in found]

    def counted(name: str) -> tuple[str, ...]:
        return (*(_cycles(count.get(name)) for count in counts), NOT_KNOWN)

    return [
        (
            "cycles to the first output",
            *(_cycles(one.first_output_cycles) for one in found),
            NOT_KNOWN,
        ),
        (
            "cycles to the end of an image",
            *(_cycles(one.first_image_cycles) for one in found),
            _cycles(last.modelled_first_image_cycles),
        ),
        (
            "cycles between two images",
            *(_cycles(one.interval_cycles) for one in found),
            _cycles(last.modelled_interval_cycles),
        ),
        (
            f"images/s at {clock_mhz:g} MHz",
            *(_speed(one.interval_cycles, clock_mhz) for one in found),
            _speed(last.modelled_interval_cycles, clock_mhz),
        ),
        ("cycles busy, all images", *counted("cycles_busy")),
        ("cycles stalled on input, all", *counted("cycles_stalled_input")),
        ("cycles stalled on output, all", *counted("cycles_stalled_output")),
    ]


def _cycles(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,.10g}"


def _speed(interval: float | None, clock_mhz: float) -> str:
    return NOT_KNOWN if not interval else format_count(float(f"{clock_mhz * 1e6 / interval:.4g}"))


def _note(one: RtlSimulation) -> str:
    plural = "" if one.images == 1 else "s"
    verdict = f"{one.mismatches} integers differ" if one.mismatches else "every integer equal"
    checked = sum(value.unit != "cycles" for value in one.counters.counts)
    counters = "1 counter" if checked == 1 else f"{checked} counters"
    origin = "RTL" if one.rtl is None else f"RTL of {one.rtl}"
    if not one.from_build:
        origin += ", not known to be made from this build's C++"
    pauses = "" if one.stalls is None else f", random stalls with seed {one.stalls}"
    return (
        f"{one.images} image{plural}{pauses}: {verdict}, {counters} as predicted "
        f"({origin}; {one.simulator}, {one.seconds_per_image:.3g} s an image)"
    )
