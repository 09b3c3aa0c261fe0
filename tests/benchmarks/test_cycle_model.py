"""The cycle model beside reports made for the test."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cycle_designs import LENET, MNIST, read_rows
from cycle_model import main, summary, table
from cycle_rows import Row

CONV = "conv_2d_cl_array_array_ap_fixed_18_11_5_3_0_32u_config5_s"


def write_reports(folder: Path) -> None:
    module = {"design": f"{MNIST}/", "module": CONV, "interval_min": 846, "interval_max": 14197}
    older = {
        "design": "tutorial_svhn_cnn/",
        "module": "myproject",
        "interval_min": 1028,
        "interval_max": 1028,
        "latency_min": 1044,
        "latency_max": 1044,
    }
    other = {"design": "x", "module": "myproject", "interval_min": 9, "interval_max": 9}
    lenet = {
        "csynth": {"latency": 2374, "interval": 2356},
        "cosimulation": {
            "first_output_cycles": 3555,
            "interval_cycles": 2354,
            "three_frames_cycles": 7131,
        },
    }
    for name, value in (
        ("modules.json", [module, older, other]),
        ("networks.json", {LENET: lenet}),
        (
            "calibration_points.json",
            [
                {"id": "y", "hls": {"ii": 95}},
                {"id": "Keb-L line_buffer model4_latency (conv)", "hls": {"ii": 1204}},
                {"id": "jet QKeras6b 75%sparse", "hls_interval": 95},
            ],
        ),
    ):
        (folder / name).write_text(json.dumps(value), encoding="utf-8")


def test_every_figure_has_a_row(tmp_path: Path) -> None:
    write_reports(tmp_path)
    rows = read_rows(tmp_path)
    errors = {(row.what, row.tool): row.error for row in rows if row.design == "LeNet-5"}
    assert abs(errors["all: interval", "co-simulation"] or 0) < 0.001
    assert abs(errors["all: first output", "co-simulation"] or 0) < 0.01
    assert abs(errors["all: last image, none behind", "co-simulation"] or 0) < 0.01
    assert abs(errors["all: three images", "co-simulation"] or 0) < 0.01
    conv = [row for row in rows if row.design == "MNIST network"]
    assert [(row.low, row.high, row.model) for row in conv] == [
        (846, 14197, 10405),
        (14197, 14197, 14197),
        (846, 846, 846),
    ]
    svhn = [(row.what, row.model) for row in rows if row.design == "SVHN"]
    assert svhn[:2] == [("all: interval", 1027), ("all: latency", 1052)]
    missing = [row.design for row in rows if row.model is None]
    assert missing == ["x", "y"]
    assert "\nNot modelled: 2. " in summary(rows)


def test_the_page_is_filled_in_between_its_marks(tmp_path: Path) -> None:
    write_reports(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- table -->\nold\n<!-- end of table -->\nb\n", encoding="utf-8")
    run = CliRunner().invoke(
        main,
        ["--reports", str(tmp_path), "--page", str(page), "--json", str(tmp_path / "f.json")],
        catch_exceptions=False,
    )
    assert run.exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("a\n<!-- table -->\n| pipeline |")
    assert "\n\n| design | what |" in text
    assert text.endswith("<!-- end of table -->\nb\n")
    assert "old" not in text
    figures = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert len(figures["rows"]) == len(read_rows(tmp_path))


def test_a_range_and_an_unknown_design() -> None:
    row = Row(design="a d", what="w", tool="csynth", low=10, high=20, model=22)
    assert row.error == pytest.approx(0.1)
    unknown = Row(design="d", what="w", tool="csynth", low=10, high=10, model=None)
    other = Row(design="a e", what="w", tool="csynth", low=10, high=20, model=22)
    assert table([row, unknown, other]).splitlines()[2:] == [
        "| a d, e | w | csynth | 10 to 20 | 22 | +10.0% | published |",
        "| d | w | csynth | 10 | not modelled |  | published |",
    ]


def test_the_summary_names_the_largest_error_of_each_kind() -> None:
    rows = [
        Row(design="d", what="all: interval", tool="csynth", low=100, high=100, model=model)
        for model in (100, 90, 105)
    ]
    short = Row(design="d", what="w", tool="csynth", low=2, high=2, model=3)
    assert summary([*rows, short]).splitlines()[2:] == [
        "| as this project's | interval | csynth | 3 | 1 | -10.0% |",
        "",
        "Not modelled: 0. Figures of up to 10 cycles are left out here.",
    ]


def test_no_reports(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match=r"calibration_points|modules|networks"):
        read_rows(tmp_path)
