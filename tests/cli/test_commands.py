"""Each command does what it says, with text for people and JSON for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.hardware.boards import list_boards
from tests.api.tiny import left_behind, tiny_module
from tests.cli.conftest import Invoke


def test_compile_writes_a_build_and_a_summary(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    result = invoke(
        "compile", files / "tiny.pt", "--input-shape", "1,6,6", "--calibration",
        files / "images.npz", "--calibration-images", 24, "--simulate", 0, "-o", tmp_path / "out",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "PYNQ-Z2 (xc7z020clg400-1) at 100 MHz" in result.stdout
    assert result.stdout.endswith(f"build folder: {tmp_path / 'out'}\n")
    assert "  emit project  " in result.stderr
    assert left_behind(tmp_path) == ["out"]


def test_compile_json_is_the_report(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    result = invoke(
        "compile", files / "tiny.pt", "--input-shape", "1,6,6", "--simulate", 0, "--json",
        "--mean", "0.5", "--std", "0.25", "--weight-bits", 6, "-o", tmp_path / "out",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout == (tmp_path / "out" / "report.json").read_text()
    assert json.loads(result.stdout)["quantization"]["weight_bits"] == 6
    warning = " ".join(result.stderr.split())
    assert "warning: no calibration images were given, so formats are chosen on random" in warning


def test_inspect_lists_the_layers(invoke: Invoke, files: Path) -> None:
    result = invoke("inspect", files / "tiny.pt", "--input-shape", "1,6,6")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{files / 'tiny.pt'}: resnet8")
    parameters = sum(values.numel() for values in tiny_module().parameters())
    assert lines[1] == f"input 6x6x1, {parameters} parameters, 4800 MACs"
    assert any(line.startswith("layer1_0_conv1") for line in lines)


def test_inspect_json(invoke: Invoke, files: Path) -> None:
    result = invoke("inspect", files / "tiny.pt", "--input-shape", "1,6,6", "--json")
    found = json.loads(result.stdout)
    assert found["input_shape"] == [6, 6, 1]
    assert found["macs"] == sum(layer["macs"] for layer in found["layers"])
    assert found["layers"][1]["name"] == "conv1"
    assert result.stderr == ""


def test_run_of_a_build_is_exact(invoke: Invoke, build: Path) -> None:
    result = invoke("run", build, "--json", "--top", 2)
    found = json.loads(result.stdout)
    predictions = fpgaflow.load(build).run(np.load(build / "images.npz")["images"])
    assert found["arithmetic"] == "fixed point"
    assert found["images"] == 16
    assert [row["top"][0]["class"] for row in found["predictions"]] == predictions.classes.tolist()
    assert len(found["predictions"][0]["top"]) == 2
    assert found["accuracy"] is not None


def test_run_of_a_model_is_in_floating_point(invoke: Invoke, files: Path) -> None:
    result = invoke(
        "run", files / "tiny.pt", "--input-shape", "1,6,6", "--images", files / "images.npz"
    )
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["image", "label", *["class", "confidence"] * 3]
    assert lines[-2] == "... and 20 more; --json shows all"
    assert lines[-1] == "40 images, floating point, accuracy 100.00%"


def test_run_of_a_model_needs_images(invoke: Invoke, files: Path) -> None:
    result = invoke("run", files / "tiny.pt", "--input-shape", "1,6,6")
    assert result.exit_code == 3
    assert result.stderr == (
        f"error: no images were given for {files / 'tiny.pt'}\n"
        "  what to do: name some with --images DATA\n"
    )


def test_boards(invoke: Invoke) -> None:
    lines = invoke("boards").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(list_boards())
    found = json.loads(invoke("boards", "--json").stdout)
    assert [board["name"] for board in found] == list(list_boards())
    assert found[0]["resources"]["lut"] > 0


def test_doctor(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    result = invoke("doctor")
    assert result.exit_code == 0
    assert "C-simulation (compile without it: --simulate 0)" in result.stdout
    assert {finding["name"] for finding in json.loads(invoke("doctor", "--json").stdout)} >= {
        "Python",
        "torch",
        "g++",
        "Vitis HLS",
        "Vivado",
    }
    monkeypatch.setenv("CXX", "no-such-compiler")
    missing = invoke("doctor")
    assert missing.exit_code == 6
    assert "no-such-compiler: Debian and Ubuntu: apt install g++; or set CXX\n" in missing.stdout


@pytest.mark.csim
def test_simulate(invoke: Invoke, build: Path, csim_work: Path) -> None:
    work = csim_work
    result = invoke("simulate", build, "--images", 18, "--work", work)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("18 images (2 of them random), ")
    assert " values each: every integer equals the interpreter's; " in result.stdout
    assert " counters of the accelerator: all equal the memory-access model's\n" in result.stdout
    found = json.loads(invoke("simulate", build, "--work", work, "--outputs-only", "--json").stdout)
    assert (found["images"], found["layers_compared"], found["mismatches"]) == (2, 1, 0)
    assert found["counters"]["frames_done"] == 2
