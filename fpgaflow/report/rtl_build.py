"""Puts what the RTL showed into the report."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.report.schema import Report
from fpgaflow.report.schema_rtl import RtlSimulation


def add_rtl(report: Report, found: RtlSimulation) -> Report:
    """Return the report with a simulation of the RTL.

    It keeps one with streams that run freely and one with random pauses, of the same RTL alone.
    """
    others = (
        one
        for one in report.verification.rtl
        if one.rtl_sha256 == found.rtl_sha256 and (one.stalls is None) != (found.stalls is None)
    )
    kept = sorted((*others, found), key=lambda one: one.stalls is not None)
    return replace(report, verification=replace(report.verification, rtl=tuple(kept)))
