"""The page: golden text, escaping, and that nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fpgaflow.report.page import render_html, write_html
from fpgaflow.report.plots import draw_plots
from fpgaflow.report.saving_plots import draw_savings
from fpgaflow.report.schema import CSimulation, Verification
from tests.golden_files import check_golden
from tests.report.small_reports import compressed_report, oversize_report, tiny_report

HOSTILE = "<script>alert(1)</script>&$x$"


class Outline(HTMLParser):
    """Checks that tags close in order, and keeps attributes that load something."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "xlink:href", "action", "data"}:
                self.loads.append(value or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(text: str) -> Outline:
    parser = Outline()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def test_golden_text() -> None:
    check_golden("report/page.html", render_html(tiny_report()))


@pytest.mark.parametrize("make", [tiny_report, oversize_report, compressed_report])
def test_the_page_is_well_formed_and_loads_nothing(make: object, tmp_path: Path) -> None:
    assert callable(make)
    write_html(make(), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    found = outline(text)
    assert "script" not in found.tags
    assert all(target.startswith("#") for target in found.loads)
    assert len(found.ids) == len(set(found.ids))
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    assert "@import" not in text


def test_names_from_the_model_are_text_everywhere() -> None:
    report = tiny_report()
    layers = tuple(replace(layer, name=HOSTILE, source=HOSTILE) for layer in report.layers)
    memory = report.memory.compressed
    moved = tuple(replace(layer, name=HOSTILE) for layer in memory.layers)
    hostile = replace(
        report,
        model=replace(report.model, name=HOSTILE, architecture=HOSTILE),
        layers=layers,
        memory=replace(report.memory, compressed=replace(memory, layers=moved)),
    )
    plots = draw_plots(hostile)
    text = render_html(hostile, plots)
    assert "script" not in outline(text).tags
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;$x$" in plots[0].svg


def test_the_page_shows_what_compression_saved() -> None:
    report = compressed_report()
    assert report.compression is not None
    text = render_html(report, (), draw_savings(report.compression))
    for title in (
        "What compression saved, for one image",
        "Layers, original and compressed",
        "Memory accesses by kind, original and compressed",
    ):
        assert f"<h2>{title}</h2>" in text
    assert '<tr class="gone"><th scope="row">layer1_1_conv1</th>' in text
    assert "What compression saved" not in render_html(tiny_report())


def test_names_of_both_networks_are_text_everywhere() -> None:
    report = compressed_report()
    assert report.compression is not None
    layers = tuple(replace(layer, name=HOSTILE) for layer in report.compression.layers)
    original = replace(report.compression.original, file=HOSTILE, architecture=HOSTILE)
    hostile = replace(report.compression, layers=layers, original=original)
    text = render_html(replace(report, compression=hostile), (), draw_savings(hostile))
    assert "script" not in outline(text).tags


def test_a_network_without_weights_has_no_plot_of_them() -> None:
    report = tiny_report()
    layers = tuple(replace(layer, macs=0) for layer in report.layers)
    assert [plot.title for plot in draw_plots(replace(report, layers=layers))] == [
        "On-chip memory traffic"
    ]


def test_the_same_report_gives_the_same_page(tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        write_html(tiny_report(), tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_what_was_not_run_and_what_differs_is_said() -> None:
    report = tiny_report()
    quantization = replace(
        report.quantization, images=0, top1_agreement=None, top1_float=None, top1_fixed=None
    )
    text = render_html(replace(report, quantization=quantization, verification=Verification()))
    assert "The C-simulation was not run." in text
    assert "Not measured: no images were given." in text
    csim = CSimulation(
        images=1, layers_compared=6, mismatches=2, first_mismatch="stem[0]", seconds_per_image=1.0
    )
    text = render_html(replace(report, verification=Verification(csim=csim)))
    assert "2 integers differ" in text
    assert "stem[0]" in text
