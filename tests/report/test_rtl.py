"""What `fpgaflow cosim` adds to the report, the terminal and the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fpgaflow.report.json import read_json, write_json
from fpgaflow.report.page import render_html
from fpgaflow.report.rtl_build import add_rtl
from fpgaflow.report.rtl_rows import shown_rtl
from fpgaflow.report.schema_counters import CountedValue, CounterReading
from fpgaflow.report.schema_rtl import RtlSimulation
from fpgaflow.report.terminal import render_text
from tests.golden_files import check_golden
from tests.report.small_reports import tiny_report

COUNTS = {"frames_done": 3, "cycles_busy": 2210, "cycles_stalled_input": 12,
          "cycles_stalled_output": 0}  # fmt: skip
READING = CounterReading(
    by="RTL simulation",
    images=3,
    counts=tuple(
        CountedValue(
            name=name,
            unit="cycles" if name.startswith("cycles") else "images",
            layer=None,
            count=count,
        )
        for name, count in COUNTS.items()
    ),
    source="simulated",
)
FREE = RtlSimulation(
    rtl="Vitis HLS 2023.2",
    rtl_sha256="ef" * 32,
    from_build=True,
    simulator="Verilator 5.48.0",
    images=3,
    mismatches=0,
    counters=READING,
    stalls=None,
    first_output_cycles=1103,
    first_image_cycles=1104,
    interval_cycles=731.5,
    modelled_first_image_cycles=1130,
    modelled_interval_cycles=724,
    cycles=3011,
    seconds_per_image=0.004,
)
PAUSED = replace(
    FREE, rtl=None, from_build=False, images=1, stalls=7, interval_cycles=None, cycles=1900
)


def section(text: str) -> str:
    return text[text.index("RTL simulation") : text.index("Memory accesses for one image")]


def test_as_text() -> None:
    report = add_rtl(add_rtl(tiny_report(), PAUSED), FREE)
    check_golden("report/terminal_rtl.txt", section(render_text(report)).rstrip() + "\n")


def test_on_the_page() -> None:
    text = render_html(add_rtl(tiny_report(), FREE))
    assert '<th scope="row">cycles between two images</th><td>731.5</td><td>724</td>' in text
    assert "3 images: every integer equal, 1 counter as predicted (RTL of Vitis HLS" in text


def test_nothing_was_simulated() -> None:
    assert shown_rtl(tiny_report()) is None
    assert "RTL simulation" not in render_text(tiny_report())
    assert "RTL simulation" not in render_html(tiny_report())


def test_one_of_each_kind_is_kept() -> None:
    report = add_rtl(add_rtl(tiny_report(), PAUSED), FREE)
    assert report.verification.rtl == (FREE, PAUSED)
    again = replace(PAUSED, stalls=8)
    assert add_rtl(report, again).verification.rtl == (FREE, again)
    other = replace(FREE, rtl_sha256="12" * 32)
    assert add_rtl(report, other).verification.rtl == (other,)


def test_in_the_file(tmp_path: Path) -> None:
    report = add_rtl(add_rtl(tiny_report(), PAUSED), FREE)
    write_json(report, tmp_path / "report.json")
    assert read_json(tmp_path / "report.json") == report
