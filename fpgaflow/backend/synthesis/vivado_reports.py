"""Reads Vivado's reports on utilization and timing."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.errors import ToolFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilization:
    """What a placed design takes.

    Attributes:
        lut: look-up tables.
        ff: flip-flops.
        bram36: block RAMs of 36 Kbit; a half is one of 18 Kbit.
        dsp: DSP slices.
        uram: UltraRAMs; 0 where the device has none.
    """

    lut: int
    ff: int
    bram36: float
    dsp: int
    uram: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Whether the routed design keeps its clock.

    Attributes:
        wns_ns: worst slack of setup; negative where the clock is too fast.
        whs_ns: worst slack of hold.
        failing_endpoints: of setup.
        period_ns: of the slowest clock of the programmable logic that the report lists.
    """

    wns_ns: float
    whs_ns: float
    failing_endpoints: int
    period_ns: float

    @property
    def met(self) -> bool:
        """Whether setup and hold are both kept."""
        return self.wns_ns >= 0 and self.whs_ns >= 0


# 7-series says Slice, UltraScale+ says CLB; a * points to a footnote of the report.
_LUT, _FF = r"(?:Slice|CLB) LUTs", r"(?:Slice|CLB) Registers"


def read_utilization(path: Path) -> Utilization:
    """Read what `report_utilization` wrote.

    Raises:
        ToolFailed: the file is no such report.
    """
    text = _read(path)
    uram = re.search(r"^\|\s*URAM\s*\|\s*(\d+)\s*\|", text, re.MULTILINE)
    return Utilization(
        lut=int(_used(path, text, _LUT, "LUTs")),
        ff=int(_used(path, text, _FF, "Registers")),
        bram36=_used(path, text, "Block RAM Tile", "Block RAM Tile"),
        dsp=int(_used(path, text, "DSPs", "DSPs")),
        uram=0 if uram is None else int(uram[1]),
    )


def read_timing(path: Path) -> Timing:
    """Read what `report_timing_summary` wrote.

    Raises:
        ToolFailed: the file is no such report, or the design has no clock.
    """
    text = _read(path)
    header = re.search(r"^\s*WNS\(ns\)\s+TNS\(ns\).*\n[\s-]*\n(.+)$", text, re.MULTILINE)
    row = [] if header is None else header[1].split()
    # WNS, TNS, failing and all endpoints; WHS, THS, failing and all endpoints; then pulse widths.
    if len(row) < 8 or not all(_is_number(row[index]) for index in (0, 2, 4)):
        raise _damaged(path, "it has no Design Timing Summary with figures")
    clocks = re.findall(
        r"^\s*\S*clk\S*\s+\{[\d.]+ [\d.]+\}\s+([\d.]+)\s+[\d.]+\s*$", text, re.MULTILINE
    )
    if not clocks:
        raise _damaged(path, "it lists no clock")
    return Timing(
        wns_ns=float(row[0]),
        whs_ns=float(row[4]),
        failing_endpoints=int(row[2]),
        period_ns=max(float(period) for period in clocks),
    )


def _used(path: Path, text: str, row: str, name: str) -> float:
    found = re.search(rf"^\|\s*{row}\*?\s*\|\s*(\d+(?:\.\d+)?)\s*\|", text, re.MULTILINE)
    if found is None:
        raise _damaged(path, f"it has no row {name}")
    return float(found[1])


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None and math.isfinite(float(text))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error


def _damaged(path: Path, why: str) -> ToolFailed:
    return ToolFailed(
        f"{path} is no report of Vivado: {why}",
        remedy="remove it, then run fpgaflow synthesize again",
    )
