"""Reading csynth.xml, utilization and timing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fpgaflow.backend.synthesis.csynth_report import CsynthReport, read_csynth
from fpgaflow.backend.synthesis.phases import phase_of
from fpgaflow.backend.synthesis.vivado_reports import (
    Timing,
    Utilization,
    read_timing,
    read_utilization,
)
from fpgaflow.errors import ToolFailed
from tests.backend.synthesis.fake_tools import CSYNTH, TIMING, UTILIZATION


def write(folder: Path, text: str) -> Path:
    path = folder / "report"
    path.write_text(text)
    return path


def test_csynth(tmp_path: Path) -> None:
    assert read_csynth(write(tmp_path, CSYNTH)) == CsynthReport(
        version="2023.2",
        clock_target_ns=10.0,
        clock_estimate_ns=7.283,
        latency_cycles=880,
        interval_cycles=461,
        lut=5000,
        ff=4100,
        bram18=3,
        dsp=6,
        uram=0,
    )


def test_csynth_of_an_unbounded_loop(tmp_path: Path) -> None:
    text = CSYNTH.replace(">880<", ">undef<").replace(">461<", ">undef<")
    found = read_csynth(write(tmp_path, text))
    assert found.latency_cycles is None
    assert found.interval_cycles is None


def test_utilization_of_7_series(tmp_path: Path) -> None:
    text = UTILIZATION.format(lut=6100, ff=8000, bram="4.5")
    assert read_utilization(write(tmp_path, text)) == Utilization(
        lut=6100, ff=8000, bram36=4.5, dsp=6, uram=0
    )


def test_utilization_of_ultrascale(tmp_path: Path) -> None:
    text = UTILIZATION.format(lut=6100, ff=8000, bram="4.5")
    text = text.replace("Slice LUTs ", "CLB LUTs*").replace("Slice Registers", "CLB Registers")
    text += "| URAM           |   12 |     0 |          0 |        96 | 12.50 |\n"
    assert read_utilization(write(tmp_path, text)) == Utilization(
        lut=6100, ff=8000, bram36=4.5, dsp=6, uram=12
    )


@pytest.mark.parametrize(("wns", "failing", "met"), [(0.5, 0, True), (-1.25, 37, False)])
def test_timing(tmp_path: Path, wns: float, failing: int, met: bool) -> None:
    found = read_timing(write(tmp_path, TIMING.format(wns=f"{wns:.3f}", failing=failing)))
    assert found == Timing(wns_ns=wns, whs_ns=0.021, failing_endpoints=failing, period_ns=10.0)
    assert found.met == met


@pytest.mark.parametrize(
    ("read", "text", "why"),
    [
        (read_csynth, "", "of Vitis HLS: it has no PerformanceEstimates"),
        (
            read_csynth,
            CSYNTH.replace("<LUT>5000", "<LUT>many", 1),
            "of Vitis HLS: its LUT is 'many'",
        ),
        (read_utilization, "", "of Vivado: it has no row LUTs"),
        (read_timing, "", "of Vivado: it has no Design Timing Summary with figures"),
        (
            read_timing,
            TIMING.format(wns="NA", failing="NA"),
            "of Vivado: it has no Design Timing Summary with figures",
        ),
        (
            read_timing,
            TIMING.format(wns="0.1", failing="0").replace("clk_fpga_0", "x"),
            "of Vivado: it lists no clock",
        ),
    ],
)
def test_a_damaged_report(
    tmp_path: Path, read: Callable[[Path], object], text: str, why: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ToolFailed) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} is no report {why}\n  what to do: remove it, then run fpgaflow synthesize again"
    )


@pytest.mark.parametrize("read", [read_csynth, read_utilization, read_timing])
def test_a_report_that_is_not_there(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(ToolFailed, match="No such file or directory"):
        read(tmp_path / "none")


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("INFO: [HLS 200-42] -- Implementing module 'dense_resource'", "module dense_resource"),
        (
            "INFO: [HLS 200-10] Analyzing design file '../hls/firmware/net.cpp' ... ",
            "reading net.cpp",
        ),
        ("Start RTL Component Statistics ", "RTL Component Statistics"),
        ("Start Technology Mapping", "Technology Mapping"),
        ("Starting Synthesize : Time (s): cpu = 00:00:02 ; elapsed = 00:00:02", "Synthesize"),
        ("Starting Placer Task", "Placer Task"),
        ("Phase 3 Initial Routing", "Phase 3: Initial Routing"),
        ("Creating bitstream...", "writing the bitstream"),
        ("INFO: [HLS 200-10] On os Ubuntu 22.04.3 LTS", None),
        ("Phase 1.1 Placer Initialization Netlist Sorting | Checksum: 1a2b", None),
        ("", None),
    ],
)
def test_phases(line: str, phase: str | None) -> None:
    assert phase_of(line) == phase
