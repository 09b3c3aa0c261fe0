"""`fpgaflow synthesize` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fpgaflow.backend.synthesis import tools
from fpgaflow.cli.group import cli
from tests.backend.synthesis.fake_tools import install
from tests.backend.synthesis.small_build import make_build

BATCH = "-mode batch -nojournal -nolog -notrace -source vivado_project.tcl"


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XILINX_HLS", "XILINX_VITIS", "XILINX_VIVADO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(tools, "INSTALL_FOLDERS", (str(tmp_path / "tools"),))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return make_build(tmp_path / "a build")


def commands(build: Path, vitis: str, vivado: str, jobs: int = 2) -> str:
    return (
        f"cd '{build}/synthesis'\n"
        f"FPGAFLOW_STAGE=csynth {vitis} vitis_hls.tcl\n"
        f"FPGAFLOW_STAGE=export {vitis} vitis_hls.tcl\n"
        f"FPGAFLOW_STAGE=synth FPGAFLOW_JOBS={jobs} {vivado} {BATCH}\n"
        f"FPGAFLOW_STAGE=impl FPGAFLOW_JOBS={jobs} {vivado} {BATCH}\n"
        f"FPGAFLOW_STAGE=bitstream FPGAFLOW_JOBS={jobs} {vivado} {BATCH}\n"
    )


def test_without_tools_it_prints_what_it_would_run(build: Path) -> None:
    done = CliRunner().invoke(cli, ["synthesize", str(build)])
    assert done.exit_code == 6
    assert done.stdout == commands(build, "vitis-run --mode hls --tcl", "vivado")
    assert done.stderr.startswith("error: Vitis HLS and Vivado were not found: not on PATH")


def test_a_dry_run_prints_the_exact_commands(build: Path, tmp_path: Path) -> None:
    vitis = install(tmp_path / "tools", "vitis_hls")
    vivado = install(tmp_path / "tools", "vivado")
    done = CliRunner().invoke(cli, ["synthesize", str(build), "--dry-run", "--jobs", "8"])
    assert done.exit_code == 0
    assert done.stdout == commands(build, f"{vitis}/bin/vitis_hls -f", f"{vivado}/bin/vivado", 8)
    assert done.stderr == ""
    assert not (build / "synthesis/logs").exists()


def test_a_dry_run_says_what_is_missing(build: Path, tmp_path: Path) -> None:
    install(tmp_path / "tools", "vivado")
    done = CliRunner().invoke(cli, ["synthesize", str(build), "--dry-run", "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["missing"] == ["Vitis HLS"]
    assert [item["stage"] for item in found["commands"]] == [
        "csynth", "export", "synth", "impl", "bitstream",
    ]  # fmt: skip
    assert found["commands"][0]["command"][0] == "vitis-run"
    assert found["commands"][2]["variables"] == {"FPGAFLOW_STAGE": "synth", "FPGAFLOW_JOBS": "2"}
    assert done.stderr == "not found: Vitis HLS\n"


def test_the_result_as_tables_and_as_json(build: Path, tmp_path: Path) -> None:
    install(tmp_path / "tools", "vitis-run", "2024.2")
    install(tmp_path / "tools", "vivado", "2024.2")
    done = CliRunner().invoke(cli, ["synthesize", str(build)])
    assert done.exit_code == 0
    assert "Synthesis (measured)" in done.stdout
    assert "timing met at 100 MHz, slack 0.5 ns: up to 105.3 MHz (Vivado 2024.2)" in done.stdout
    assert "placing and routing (Vivado)" in done.stderr
    done = CliRunner().invoke(cli, ["synthesize", str(build), "--json"])
    measured = json.loads(done.stdout)
    assert measured["hls"]["tool"] == "Vitis HLS 2024.2"
    assert measured["implementation"]["timing_met"] is True
    assert measured["bitstream"] is True
    assert measured["source"] == "measured"
