"""`fpgaflow explore` on the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from fpgaflow.cli.compile import command as compile_command
from tests.api.explorations import save_files
from tests.cli.conftest import Invoke


def options(files: Path, output: Path) -> list[object]:
    return [
        *("explore", files / "tiny.onnx", "--calibration", files / "images.npz"),
        *("--calibration-images", "16", "--workers", "1", "--std", "1.0"),
        *("--mean", "0", "--bits", "4:6", "--clocks-mhz", "100,125.5", "-o", output),
        *("--styles", "spatial"),
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny.onnx and images.npz."""
    return save_files(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "out"


def test_the_front_and_what_compiles_it(invoke: Invoke, files: Path, output: Path) -> None:
    result = invoke(*options(files, output))
    assert result.exit_code == 0, result.output
    assert "PYNQ-Z2: designs that no other one beats" in result.stdout
    assert result.stdout.endswith("2 points: 2 fit, 0 too large\n")
    (line,) = [line for line in result.stdout.splitlines() if "fpgaflow compile" in line]
    assert line == (
        f"  fpgaflow compile {files}/tiny.onnx --board pynq-z2 --clock-mhz 125.5 --weight-bits 4 "
        f"--activation-bits 6 --calibration {files}/images.npz --calibration-images 16 "
        "--mean 0.0 --std 1.0"
    )


def test_the_engine_stands_beside_the_pipeline(invoke: Invoke, files: Path, output: Path) -> None:
    result = invoke(*options(files, output.with_name("both"))[:-2], "--json")
    assert result.exit_code == 0, result.output
    points = json.loads(result.stdout)["points"]
    assert [(point["clock_mhz"], point["style"]) for point in points] == [
        (100.0, "spatial"),
        (100.0, "engine"),
        (125.5, "spatial"),
        (125.5, "engine"),
    ]
    engine = points[3]
    assert engine["design"]["resources"]["dsp"]["used"] == 192
    assert engine["design"]["latency_cycles"] > engine["design"]["cycles_per_image"]
    assert "--clock-mhz 125.5 --style engine --weight-bits 4" in engine["command"]
    table = (output.with_name("both") / "explore.csv").read_text().splitlines()
    assert table[2].split(",")[4:6] == ["100.0", "engine"]


def test_json_holds_what_compile_takes(invoke: Invoke, files: Path, output: Path) -> None:
    result = invoke(*options(files, output), "--json")
    assert result.exit_code == 0, result.output
    assert result.stdout == (output / "explore.json").read_text()
    assert json.loads(result.stdout)["points"][1]["clock_mhz"] == 125.5
    command = json.loads(result.stdout)["points"][1]["command"]
    words = shlex.split(command)
    assert words[:2] == ["fpgaflow", "compile"]
    given = compile_command.make_context("compile", words[2:]).params
    assert (given["model"], given["clock_mhz"]) == (f"{files}/tiny.onnx", 125.5)
    assert (given["weight_bits"], given["activation_bits"]) == (4, 6)
    assert (given["mean"], given["std"]) == ((0.0,), (1.0,))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (("--bits", "4,x"), 'error: --bits: "x"\n  accepted: widths such as 4,6,8, and pairs '),
        (("--boards", "pynq-z3"), 'error: no board is called "pynq-z3"; nearest: pynq-z'),
        (("--clocks-mhz", "400"), "error: --clocks-mhz: 400 MHz for pynq-z2\n  accepted: above 0"),
    ],
)
def test_mistakes_end_with_code_3(
    invoke: Invoke, files: Path, tmp_path: Path, extra: tuple[str, ...], message: str
) -> None:
    result = invoke(*options(files, tmp_path / "out"), *extra)
    assert result.exit_code == 3
    assert result.stderr.startswith(message)
    assert not (tmp_path / "out").exists()


def test_dask_is_an_extra(
    invoke: Invoke, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fpgaflow.api import packages

    real = packages.find_spec
    monkeypatch.setattr(
        packages, "find_spec", lambda name: None if name == "distributed" else real(name)
    )
    arguments = [part for part in options(files, tmp_path) if part not in ("--workers", "1")]
    result = invoke(*arguments, "--scheduler", "tcp://localhost:8786")
    assert result.exit_code == 6
    assert result.stderr == (
        "error: --scheduler needs packages that are not installed: distributed\n"
        "  what to do: pip install 'fpgaflow[cluster]'\n"
    )
