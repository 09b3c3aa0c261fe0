"""What the vendor's tools found, as texts for the terminal and for the page."""

from __future__ import annotations

from fpgaflow.report.numbers import NOT_KNOWN, RESOURCE_NAMES
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_measured import HlsEstimate, Implementation, Measured

COLUMNS = ("resource", "modelled", "HLS estimate", "network", "whole design", "of")


def measured_rows(measured: Measured, report: Report) -> tuple[tuple[str, ...], ...]:
    """Return a row of texts for each resource, as in `COLUMNS`."""
    hls, placed = measured.hls, measured.implementation
    modelled = report.fit.resources
    return tuple(
        (
            RESOURCE_NAMES[key],
            str(use.used),
            NOT_KNOWN if hls is None else _estimate(hls, key),
            NOT_KNOWN if placed is None else f"{getattr(placed.accelerator, key):g}",
            NOT_KNOWN if placed is None else f"{getattr(placed.design, key):g}",
            str(use.available),
        )
        for key, use in (
            ("lut", modelled.lut),
            ("ff", modelled.ff),
            ("bram36", modelled.bram36),
            ("dsp", modelled.dsp),
            ("uram", modelled.uram),
        )
    )


def measured_notes(measured: Measured) -> tuple[str, ...]:
    """Return what is to be said of cycles, clock and files, a line each."""
    hls, placed = measured.hls, measured.implementation
    lines: list[str] = []
    if hls is not None and hls.interval_cycles is not None:
        lines.append(f"{hls.tool} expects {hls.interval_cycles} cycles between two images")
    lines.append("not placed and routed yet" if placed is None else timing_line(placed))
    if not measured.bitstream:
        lines.append("no bitstream yet")
    return tuple(lines)


def timing_line(placed: Implementation) -> str:
    """Return the verdict on the clock."""
    if placed.timing_met:
        return (
            f"timing met at {placed.clock_mhz:g} MHz, slack {placed.wns_ns:g} ns: up to "
            f"{placed.fastest_mhz:g} MHz ({placed.tool})"
        )
    if placed.wns_ns >= 0:
        return f"timing NOT met: hold fails by {-placed.whs_ns:g} ns, at any clock ({placed.tool})"
    return (
        f"timing NOT met at {placed.clock_mhz:g} MHz: {placed.failing_endpoints} registers miss "
        f"it, the worst by {-placed.wns_ns:g} ns; about {placed.fastest_mhz:g} MHz would do "
        f"({placed.tool})"
    )


def _estimate(hls: HlsEstimate, key: str) -> str:
    return f"{hls.bram18 / 2:g}" if key == "bram36" else str(getattr(hls, key))
