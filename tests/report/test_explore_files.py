"""explore.json, explore.csv, the page and the terminal's table."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.report.explore_csv import to_csv
from fpgaflow.report.explore_json import exploration_json, read_exploration
from fpgaflow.report.explore_page import explore_html
from fpgaflow.report.explore_plots import draw_exploration
from fpgaflow.report.explore_rows import show_time
from fpgaflow.report.explore_terminal import print_exploration
from tests.golden_files import check_golden
from tests.report.small_explorations import small_exploration, unmarked


def test_json_comes_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "explore.json"
    text = exploration_json(small_exploration())
    path.write_text(text)
    assert read_exploration(path) == small_exploration()
    check_golden("report/explore.json", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "{path}: No such file or directory"),
        ("{", "{path} is no JSON file: "),
        ('{"schema": 7}', "{path} has schema 7\n  accepted: schema 1\n"),
        ('{"schema": 1, "fpgaflow": 2}', "{path}: fpgaflow is 2\n  accepted: a text\n"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "explore.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputRefused) as caught:
        read_exploration(path)
    assert str(caught.value).startswith(message.replace("{path}", str(path)))


def test_csv_has_a_row_for_each_point() -> None:
    text = to_csv(small_exploration())
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 9
    assert rows[3]["front"] == "speed size"
    assert (rows[3]["lut"], rows[3]["lut_low"], rows[3]["lut_high"]) == ("700", "350", "1400")
    assert (rows[4]["fits"], rows[4]["top1_fixed"]) == ("false", "0.91")
    assert rows[7]["refused"] == "conv1: the sums of <c> fit no int64"
    assert (rows[7]["fits"], rows[7]["dsp"], rows[7]["top1_fixed"]) == ("", "", "")
    check_golden("report/explore.csv", text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_is_whole() -> None:
    page = explore_html(small_exploration())
    reader = _Reader()
    reader.feed(page)
    assert "script" not in reader.tags
    assert not [link for link in reader.links if not link.startswith("#")]
    assert "<c>" not in page
    assert "conv1: the sums of &lt;c&gt; fit no int64" in page
    assert "6 bits for weights and activations would fit" in page
    assert page.count('<tr class="member">') == 5
    assert page.count("<pre") == 5


def test_every_dot_tells_its_point() -> None:
    small, big = draw_exploration(small_exploration())
    hints = re.findall(r"<title>([^<]*)</title>", small.svg)
    # Once in each of the two axes; what was refused has no place there.
    assert len(hints) == 2 * 7
    assert (
        "m, 12 bits, small at 100 MHz: accuracy 91.00 %, 400 images/s, LUT 130 %, does not fit"
    ) in hints
    assert "&lt;c&gt;, 8 bits, small at 150 MHz: accuracy 85.00 %, 900 images/s, LUT 75 %" in hints
    assert len(re.findall("<title>", big.svg)) == 2


def test_the_terminal_shows_fronts_and_commands(capsys: pytest.CaptureFixture[str]) -> None:
    print_exploration(small_exploration())
    text = capsys.readouterr().out
    assert "Small: designs that no other one beats" in text
    assert text.count("fpgaflow compile m.safetensors --board small") == 5
    assert text.endswith(
        "9 points: 7 fit, 1 too large, 1 refused\n  refused: conv1: the sums of <c> fit no int64\n"
    )


def test_the_terminal_says_where_nothing_fits(capsys: pytest.CaptureFixture[str]) -> None:
    print_exploration(replace(unmarked(), points=unmarked().points[4:5]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Small: no design fits"
    assert lines[-1] == "1 points: 0 fit, 1 too large"


def test_the_page_stands_without_fronts() -> None:
    page = explore_html(replace(unmarked(), points=unmarked().points[7:8]))
    assert "<svg" not in page
    assert "<pre" not in page


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0.5, "0.5 µs"), (999.0, "999 µs"), (6020.0, "6.02 ms"), (2e6, "2 s")],
)
def test_times_are_short(microseconds: float, text: str) -> None:
    assert show_time(microseconds) == text
