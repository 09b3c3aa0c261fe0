"""`fpgaflow compile --style` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fpgaflow.resources import share_dir
from tests.api.explorations import save_files
from tests.cli.conftest import Invoke


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny.onnx and images.npz."""
    return save_files(tmp_path_factory.mktemp("files"))


def options(files: Path, *others: object) -> list[object]:
    return [
        *("compile", files / "tiny.onnx", "--calibration", files / "images.npz"),
        *("--calibration-images", "16", "--mean", "0", "--std", "1", *others),
    ]


def test_an_engine_build_is_told(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    result = invoke(*options(files, "--style", "engine", "-o", tmp_path / "out"))
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "style engine, as asked" in lines
    assert any(line.startswith("spatial style ") for line in lines)
    assert "Where the cycles of an image go (modelled)" in lines
    assert f"build folder: {tmp_path}/out" in result.stdout


def test_auto_says_what_it_took(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    given = ("--style", "auto", "--simulate", "0", "--json", "-o", tmp_path / "out")
    result = invoke(*options(files, *given))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    rates = {one["style"]: one["images_per_second"] for one in report["choice"]["options"]}
    assert report["choice"]["asked"] == "auto"
    assert report["choice"]["chosen"] == report["style"] == max(rates, key=lambda name: rates[name])


def test_a_board_without_an_engine_is_refused(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    text = (share_dir("boards") / "pynq-z2" / "board.toml").read_text()
    start, end = text.index("[engine]"), text.index("[sources]")
    lines = (text[:start] + text[end:]).splitlines(keepends=True)
    board = tmp_path / "board.toml"
    board.write_text("".join(line for line in lines if not line.startswith("engine = ")))
    result = invoke(*options(files, "--style", "engine", "--board", board))
    assert result.exit_code == 3
    assert result.stderr.startswith(
        "error: --style engine: no engine is made for pynq-z2\n  accepted: "
    )


def test_another_style_is_a_usage_error(invoke: Invoke, files: Path) -> None:
    result = invoke(*options(files, "--style", "fast"))
    assert result.exit_code == 2
    assert "'fast' is not one of 'spatial', 'engine', 'auto'" in result.stderr
