"""What synthesis adds to the report, the terminal and the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fpgaflow.report.json import read_json, write_json
from fpgaflow.report.page import render_html
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_measured import HlsEstimate, Implementation, Measured, UsedResources
from fpgaflow.report.terminal import render_text
from tests.golden_files import check_golden
from tests.report.small_reports import tiny_report

HLS = HlsEstimate(
    tool="Vitis HLS 2023.2",
    clock_target_ns=10.0,
    clock_estimate_ns=7.3,
    latency_cycles=880,
    interval_cycles=461,
    lut=5000,
    ff=4100,
    bram18=3,
    dsp=6,
    uram=0,
)
PLACED = Implementation(
    tool="Vivado 2023.2",
    timing_met=True,
    wns_ns=0.5,
    whs_ns=0.02,
    failing_endpoints=0,
    clock_mhz=100.0,
    fastest_mhz=105.3,
    accelerator=UsedResources(lut=2100, ff=3000, bram36=1.5, dsp=6, uram=0),
    design=UsedResources(lut=6100, ff=8000, bram36=4.5, dsp=6, uram=0),
)
WHOLE = Measured(hls=HLS, implementation=PLACED, bitstream=True)


def with_measured(measured: Measured) -> Report:
    return replace(tiny_report(), measured=measured)


def section(measured: Measured) -> str:
    text = render_text(with_measured(measured))
    return text[text.index("Synthesis (measured)") :]


def test_golden_text_of_a_finished_synthesis() -> None:
    check_golden("report/terminal_measured.txt", section(WHOLE))


def test_before_placing_the_columns_are_empty() -> None:
    text = section(replace(WHOLE, implementation=None, bitstream=False))
    assert "BRAM36            5            1.5         –              –      140" in text
    assert "not placed and routed yet\nno bitstream yet\n" in text


def test_a_clock_that_is_not_kept() -> None:
    late = replace(PLACED, timing_met=False, wns_ns=-1.25, failing_endpoints=37, fastest_mhz=88.89)
    assert (
        "timing NOT met at 100 MHz: 37 registers miss it, the worst by 1.25 ns; about 88.89 MHz "
        "would do"
    ) in " ".join(section(replace(WHOLE, implementation=late)).split())
    html = render_html(with_measured(replace(WHOLE, implementation=late)))
    assert '<span class="verdict no">timing not met</span>' in html


def test_hold_fails_at_any_clock() -> None:
    hold = replace(PLACED, timing_met=False, whs_ns=-0.1)
    assert "timing NOT met: hold fails by 0.1 ns, at any clock (Vivado 2023.2)" in section(
        replace(WHOLE, implementation=hold)
    )


def test_the_page_shows_measured_beside_modelled() -> None:
    html = render_html(with_measured(WHOLE))
    assert '<th scope="row">LUT</th>' in html
    assert "<td>5000</td><td>2100</td><td>6100</td><td>53200</td>" in html
    assert "timing met at 100 MHz, slack 0.5 ns: up to 105.3 MHz (Vivado 2023.2)." in html
    assert "Synthesis" not in render_html(tiny_report())


def test_report_json_keeps_what_was_measured(tmp_path: Path) -> None:
    report = with_measured(WHOLE)
    write_json(report, tmp_path / "report.json")
    assert read_json(tmp_path / "report.json") == report
