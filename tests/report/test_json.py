"""report.json: its text, and what is refused."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.errors import InputRefused
from fpgaflow.report.json import read_json, to_json, write_json
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_compression import NetworkFigures
from tests.golden_files import check_golden
from tests.report.small_reports import compressed_report, oversize_report, tiny_report


def test_golden_text() -> None:
    check_golden("report/report.json", to_json(tiny_report()))


def test_golden_text_of_what_compression_saved() -> None:
    report = compressed_report()
    assert report.compression is not None
    # The traffic of single layers is held by the golden text above.
    short = replace(
        report.compression,
        original=without_layers(report.compression.original),
        compressed=without_layers(report.compression.compressed),
    )
    held = json.loads(to_json(replace(report, compression=short)))["compression"]
    check_golden("report/compression.json", json.dumps(held, indent=1, ensure_ascii=False) + "\n")


def without_layers(figures: NetworkFigures) -> NetworkFigures:
    return replace(figures, memory=replace(figures.memory, layers=()))


@pytest.mark.parametrize("make", [tiny_report, oversize_report, compressed_report])
def test_what_is_written_is_read_back(make: object, tmp_path: Path) -> None:
    assert callable(make)
    report = make()
    write_json(report, tmp_path / "report.json")
    assert read_json(tmp_path / "report.json") == report
    assert json.loads((tmp_path / "report.json").read_text())["schema"] == 1


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        read_json(path)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert refusal(path) == (
        f"{path}: No such file or directory\n  accepted: the report.json of a build folder"
    )


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"schema": 1,')
    assert refusal(path) == (
        f"{path} is no JSON file: Expecting property name enclosed in double quotes: "
        "line 1 column 14 (char 13)\n"
        "  accepted: the report.json of a build folder\n"
        "  what to do: compile again: the file is damaged"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"schema": 2}', "2"),
        ('{"schema": true}', "true"),
        ('{"schema": 1.5}', "1.5"),
        ("{}", "null"),
        ("[1]", "null"),
    ],
)
def test_another_schema_is_refused(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    assert refusal(path) == (
        f"{path} has schema {found}\n"
        "  accepted: schema 1\n"
        "  what to do: compile again with this version of fpgaflow"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"clock_mhz": 100.0', '"clock_mhz": "fast"', 'board.clock_mhz is "fast"|a number'),
        ('"images": 3744', '"images": 1.5', "quantization.images is 1.5|a whole number"),
        ('"fits": true', '"fits": 1', "fit.fits is 1|true or false"),
        ('"style": "spatial"', '"style": "other"', 'style is "other"|spatial or engine'),
        (
            '"shape": [4, 4, 2]',
            '"shape": [4, null, 2]',
            "layers[0].shape[1] is null|a whole number",
        ),
        ('"advice": []', '"advice": 0', "fit.advice is 0|a list"),
        ('"csim": {', '"interpreter": 3, "csim": 7, "x": {', "verification.csim is 7|an object"),
        ('"name": "tiny"', '"name": 3', "model.name is 3|a text"),
    ],
)
def test_a_wrong_value_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = to_json(tiny_report())
    assert old in text
    path = tmp_path / "report.json"
    path.write_text(text.replace(old, new, 1))
    found, accepted = message.split("|")
    assert refusal(path) == (
        f"{path}: {found}\n  accepted: {accepted}\n  what to do: compile again: the file is damaged"
    )


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(to_json(tiny_report()).replace('"limiting"', '"limited"', 1))
    assert refusal(path) == (
        f"{path}: fit.limiting is missing\n"
        "  accepted: a report.json of schema 1\n"
        "  what to do: compile again: the file is damaged"
    )


def test_keys_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(to_json(tiny_report()).replace('"fits"', '"new": [1], "fits"', 1))
    assert read_json(path) == tiny_report()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1" + "0" * 400, "9007199254740993"])
def test_numbers_that_are_none_are_refused(number: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(to_json(tiny_report()).replace('"clock_mhz": 100.0', f'"clock_mhz": {number}'))
    refusal(path)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.binary(min_size=0, max_size=8), st.integers(0, 40))
def test_a_damaged_file_gives_a_report_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, at: int, put: bytes, cut: int
) -> None:
    data = to_json(tiny_report()).encode()
    at %= len(data)
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(data[:at] + put + data[at + cut :])
    with contextlib.suppress(InputRefused):
        assert isinstance(read_json(path), Report)
