"""Collects what the vendor's tools reported into the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fpgaflow.backend.synthesis.csynth_report import read_csynth
from fpgaflow.backend.synthesis.stages import (
    ACCELERATOR_REPORT,
    CSYNTH_REPORT,
    TIMING_REPORT,
    UTILIZATION_REPORT,
    StageName,
)
from fpgaflow.backend.synthesis.vivado_reports import Utilization, read_timing, read_utilization
from fpgaflow.report.build import list_files
from fpgaflow.report.schema import FileEntry, Report
from fpgaflow.report.schema_measured import HlsEstimate, Implementation, Measured, UsedResources


def read_measured(folder: Path, done: dict[StageName, str]) -> Measured | None:
    """Return what the finished stages found; None before the first.

    Args:
        folder: the synthesis folder.
        done: name and version of the tool of each finished stage; an engine's design has no
            high-level synthesis.

    Raises:
        ToolFailed: a report cannot be read.
    """
    if not done:
        return None
    return Measured(
        hls=_hls(folder, done["csynth"]) if "csynth" in done else None,
        implementation=_implementation(folder, done["impl"]) if "impl" in done else None,
        bitstream="bitstream" in done,
    )


def add_measured(report: Report, measured: Measured | None, build: Path) -> Report:
    """Return the report with what was measured, and the build's files as they are now.

    The tools' own working files, thousands of them, are not listed; what was listed stays so.
    """
    listed = {entry.path for entry in report.files}
    wanted = {f"synthesis/{CSYNTH_REPORT}", f"synthesis/{TIMING_REPORT}"}
    wanted |= {f"synthesis/{UTILIZATION_REPORT}", f"synthesis/{ACCELERATOR_REPORT}"}

    def belongs(entry: FileEntry) -> bool:
        path = entry.path
        top = "/" not in path and path.endswith((".bit", ".hwh"))
        return path in listed or path in wanted or top

    return replace(
        report,
        measured=measured,
        files=tuple(entry for entry in list_files(build, skip=_WORK) if belongs(entry)),
    )


_WORK = (
    *("synthesis/vivado", "synthesis/hls", "synthesis/package", "synthesis/ip"),
    *("synthesis/logs", "synthesis/stages"),
)


def _hls(folder: Path, tool: str) -> HlsEstimate:
    found = read_csynth(folder / CSYNTH_REPORT)
    return HlsEstimate(
        tool=tool,
        clock_target_ns=found.clock_target_ns,
        clock_estimate_ns=found.clock_estimate_ns,
        latency_cycles=found.latency_cycles,
        interval_cycles=found.interval_cycles,
        lut=found.lut,
        ff=found.ff,
        bram18=found.bram18,
        dsp=found.dsp,
        uram=found.uram,
    )


def _implementation(folder: Path, tool: str) -> Implementation:
    timing = read_timing(folder / TIMING_REPORT)
    return Implementation(
        tool=tool,
        timing_met=timing.met,
        wns_ns=timing.wns_ns,
        whs_ns=timing.whs_ns,
        failing_endpoints=timing.failing_endpoints,
        clock_mhz=_mhz(timing.period_ns),
        fastest_mhz=_mhz(timing.period_ns - timing.wns_ns),
        accelerator=_used(read_utilization(folder / ACCELERATOR_REPORT)),
        design=_used(read_utilization(folder / UTILIZATION_REPORT)),
    )


def _mhz(period_ns: float) -> float:
    return float(f"{1000 / period_ns:.4g}")


def _used(found: Utilization) -> UsedResources:
    return UsedResources(
        lut=found.lut, ff=found.ff, bram36=found.bram36, dsp=found.dsp, uram=found.uram
    )
