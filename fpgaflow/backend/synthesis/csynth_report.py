"""Reads Vitis HLS's csynth.xml: what HLS thinks that the accelerator will take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.errors import ToolFailed

_LARGEST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CsynthReport:
    """HLS's estimates for the top function.

    Attributes:
        version: of Vitis HLS, as the report says it.
        clock_target_ns: the period asked for.
        clock_estimate_ns: the period that HLS expects.
        latency_cycles: from the first input to the last output; None where HLS cannot tell.
        interval_cycles: between two starts; None likewise.
        lut: look-up tables.
        ff: flip-flops.
        bram18: block RAMs of 18 Kbit.
        dsp: DSP slices.
        uram: UltraRAMs.
    """

    version: str
    clock_target_ns: float
    clock_estimate_ns: float
    latency_cycles: int | None
    interval_cycles: int | None
    lut: int
    ff: int
    bram18: int
    dsp: int
    uram: int


def read_csynth(path: Path) -> CsynthReport:
    """Read csynth.xml; the worst case where the report gives a range.

    Raises:
        ToolFailed: the file is no such report.
    """
    text = _read(path)
    performance = _section(path, text, "PerformanceEstimates")
    resources = _section(path, _section(path, text, "AreaEstimates"), "Resources")
    return CsynthReport(
        version=_text(path, text, "Version"),
        clock_target_ns=_number(path, text, "TargetClockPeriod"),
        clock_estimate_ns=_number(path, performance, "EstimatedClockPeriod"),
        latency_cycles=_cycles(performance, "Worst-caseLatency"),
        interval_cycles=_cycles(performance, "Interval-max"),
        lut=int(_number(path, resources, "LUT")),
        ff=int(_number(path, resources, "FF")),
        bram18=int(_number(path, resources, "BRAM_18K")),
        dsp=int(_number(path, resources, "DSP")),
        uram=int(_number(path, resources, "URAM")),
    )


def _read(path: Path) -> str:
    # Plain searches instead of an XML parser: nothing in the file can make them expand or fetch.
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _damaged(path, "it is larger than 64 MB")
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error


def _section(path: Path, text: str, tag: str) -> str:
    start, end = text.find(f"<{tag}>"), text.find(f"</{tag}>")
    if start < 0 or end < start:
        raise _damaged(path, f"it has no {tag}")
    return text[start:end]


def _text(path: Path, text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>\s*([^<]*?)\s*</{tag}>", text)
    if found is None:
        raise _damaged(path, f"it has no {tag}")
    return found[1]


def _number(path: Path, text: str, tag: str) -> float:
    value = _text(path, text, tag)
    if not re.fullmatch(r"\d+(\.\d+)?", value):
        raise _damaged(path, f"its {tag} is {value!r}")
    return float(value)


def _cycles(text: str, tag: str) -> int | None:
    found = re.search(rf"<{tag}>\s*(\d+)\s*</{tag}>", text)
    return None if found is None else int(found[1])


def _damaged(path: Path, why: str) -> ToolFailed:
    return ToolFailed(
        f"{path} is no report of Vitis HLS: {why}",
        remedy="remove it, then run fpgaflow synthesize again",
    )
