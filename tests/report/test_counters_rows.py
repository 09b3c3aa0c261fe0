"""The counters side by side: golden text for the terminal, the page's section, and the plot."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from fpgaflow.report.counters_plots import draw_counters
from fpgaflow.report.counters_rows import ORIGINAL, ShownTable, shown_counters
from fpgaflow.report.numbers import format_energy
from fpgaflow.report.page import render_html
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_counters import CountedValue
from fpgaflow.report.terminal_counters import print_counters
from tests.golden_files import check_golden
from tests.report.small_reports import compressed_report, tiny_report


def counted_report(*, images: int = 2, wrong: int = 0, busy: int = 0) -> Report:
    """The small network, simulated and run; `wrong` accesses too many in the stem."""
    report = tiny_report()
    assert report.counters is not None
    predicted = report.counters.predicted
    board = replace(
        predicted,
        by="emulated PYNQ-Z2",
        images=images,
        source="simulated",
        counts=(
            *(
                replace(one, count=one.count * images + wrong * (one.name == "stem_weight_reads"))
                for one in predicted.counts
            ),
            CountedValue(name="cycles_busy", unit="cycles", layer=None, count=busy),
        ),
    )
    simulated = replace(predicted, by="C-simulation", source="simulated")
    counters = replace(
        report.counters, simulated=simulated, not_simulated=None, board=board, not_on_board=None
    )
    return replace(report, counters=counters)


def table(report: Report, *, layers: bool = False) -> ShownTable:
    shown = shown_counters(report, layers=layers)
    assert shown is not None
    return shown


def text(shown: ShownTable, *, color: bool = False) -> str:
    console = Console(
        file=StringIO(),
        width=80,
        color_system="standard" if color else None,
        force_terminal=color,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        print_counters(shown, console)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def test_terminal() -> None:
    shown = table(counted_report(busy=904), layers=True)
    assert shown.verdict == "all 22 equal to the last access, from 3 places"
    assert (shown.counted, shown.wrong) == (True, False)
    check_golden("report/terminal_counters.txt", text(shown))


def test_one_access_too_many_is_red_in_its_row_and_in_the_sums() -> None:
    shown = table(counted_report(wrong=1), layers=True)
    assert shown.verdict == "those marked ! are not as predicted"
    wrong = [
        (row.title, number, cell.text)
        for row in shown.rows
        for number, cell in enumerate(row.cells)
        if cell.wrong
    ]
    assert wrong == [
        ("weight reads", 2, "2,276 1/2"),
        ("all", 2, "3,879 1/2"),
        ("weight reads", 2, "912 1/2"),
    ]
    red = "\x1b[1;31m2,276 1/2 !\x1b[0m"
    assert red in text(shown, color=True)
    # Energy follows from the counts: from wrong ones nothing follows.
    energy = next(row for row in shown.rows if row.title == "arithmetic")
    assert [cell.text for cell in energy.cells] == ["584 pJ", "584 pJ", "–", "10 nJ"]


def test_what_was_not_counted_says_why() -> None:
    shown = table(tiny_report())
    assert shown.verdict == "predicted, nothing has counted yet"
    assert "simulated: no C-simulation has counted" in shown.notes
    assert (
        "board: nothing was run on a board: fpgaflow compare BUILD --emulate, or --board on one"
        in shown.notes
    )
    assert shown_counters(replace(tiny_report(), counters=None)) is None


def test_a_compressed_network_stands_beside_its_original() -> None:
    shown = table(compressed_report(), layers=True)
    assert shown.columns[-1] == ORIGINAL
    assert {len(row.cells) for row in shown.rows} == {0, 5}
    rows = {row.title: row.cells for row in shown.rows if row.title == "of the reference"}
    assert [cell.text for cell in rows["of the reference"]] == [
        "3.00 %",
        "–",
        "–",
        "100.00 %",
        "204.85 %",
    ]


def test_the_page_shows_counters_and_marks_what_is_wrong() -> None:
    good, bad = render_html(counted_report()), render_html(counted_report(wrong=1))
    assert '<span class="verdict yes">all 22 equal to the last access, from 3 places</span>' in good
    assert " !</b>" not in good
    assert '<span class="verdict no">those marked ! are not as predicted</span>' in bad
    assert '<b class="verdict no">2,276 1/2 !</b>' in bad
    assert "Counters for one image" not in render_html(replace(tiny_report(), counters=None))


def test_the_plot_names_every_network() -> None:
    (plain,) = draw_counters(tiny_report())
    (saved,) = draw_counters(compressed_report())
    assert all(f">{name}</text>" in plain.svg for name in ("PyTorch", "this design", "42 B"))
    for name in ("original on PyTorch", "compressed on PyTorch", "original in this style"):
        assert f">{name}</text>" in saved.svg
    assert draw_counters(replace(tiny_report(), energy=None)) == ()
    # A report of an earlier version knows the savings, but no energy of the original.
    report = compressed_report()
    assert report.compression is not None
    older = replace(report.compression.original, energy=None)
    (two,) = draw_counters(replace(report, compression=replace(report.compression, original=older)))
    assert "original on PyTorch" not in two.svg


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0 pJ"), (999.0, "999 pJ"), (1.64e4, "16.4 nJ"), (2.5e6, "2.5 µJ"), (3.83e9, "3.83 mJ")],
)
def test_energies(value: float, text: str) -> None:
    assert format_energy(value) == text
