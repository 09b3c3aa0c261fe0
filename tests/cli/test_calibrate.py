"""`fpgaflow calibrate`, and what `compile` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import fpgaflow
from fpgaflow.hardware.resources import AXI_DMA
from tests.api.test_calibration import make_build, synthesized
from tests.api.tiny import SHAPE
from tests.cli.conftest import Invoke


@pytest.fixture(autouse=True)
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))


def test_the_table_shows_model_and_measurement(invoke: Invoke, tmp_path: Path) -> None:
    build = make_build(tmp_path / "build", synthesized(12_000))
    result = invoke("calibrate", build)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0] == "design board resource modelled band measured ratio"
    row = next(line for line in lines if line.startswith("tiny pynq-z2 LUT"))
    assert row.split()[5] == "12000"
    assert row.endswith("outside")
    assert any(line.startswith("LUT ") for line in lines)
    assert "1 measured designs, written" in result.output


def test_json_and_taking_out(invoke: Invoke, tmp_path: Path) -> None:
    build = make_build(tmp_path / "build", synthesized(4000))
    found = json.loads(invoke("calibrate", build, "--json").output)
    assert (found["designs"], found["written"]) == (1, True)
    assert [row["resource"] for row in found["rows"]] == ["lut", "ff", "bram36", "dsp"]
    gone = json.loads(invoke("calibrate", build, "--remove", "--json").output)
    assert (gone["designs"], gone["sha256"]) == (0, None)


def test_no_figures_is_exit_code_3(invoke: Invoke, build: Path) -> None:
    result = invoke("calibrate", build)
    assert result.exit_code == 3
    assert "has no measured figures" in result.output


def test_compile_uses_what_was_calibrated(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    report = synthesized(12_000)
    invoke("calibrate", make_build(tmp_path / "measured", report))

    fit = fpgaflow.compile(
        files / "tiny.pt",
        output=tmp_path / "moved",
        example_input=SHAPE,
        calibration=files / "images.npz",
        simulate=0,
        confidence="high",
    ).report.fit
    assert fit.confidence == "high"
    assert fit.calibration is not None
    assert fit.calibration.designs == 1
    assert fit.accelerator is not None
    assert fit.resources.lut.used > fit.accelerator.lut.likely + AXI_DMA.lut
