"""`fpgaflow bundle` and `fpgaflow emulate`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.cli.emulate import FAULTS
from fpgaflow.runtime import read_bundle
from fpgaflow.runtime.emulation.faults import Fault
from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.cli.test_base_install import run_in_base_install


@pytest.fixture(scope="module")
def bundle(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from fpgaflow.api.bundle import make_bundle

    return make_bundle(fpgaflow.load(build), tmp_path_factory.mktemp("bundle") / "b.zip")


def test_bundle_writes_one_file(
    invoke: Invoke, build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("bundle", build)
    assert result.exit_code == 0, result.output
    path = tmp_path / "build.fpgaflow.zip"
    size = path.stat().st_size
    assert result.stdout == f"bundle: build.fpgaflow.zip ({size:,} bytes)\n"
    found = read_bundle(path)
    assert found.manifest.board.name == "pynq-z2"
    assert np.array_equal(found.golden_images, np.load(build / "images.npz")["images"])
    assert found.files["report.json"] == (build / "report.json").read_bytes()
    before = path.read_bytes()
    again = invoke("bundle", build)
    assert again.exit_code == 3
    assert "error: the output build.fpgaflow.zip exists already" in again.stderr
    assert invoke("bundle", build, "--force").exit_code == 0
    assert path.read_bytes() == before
    assert left_behind(tmp_path) == ["build.fpgaflow.zip"]


def test_images_of_ones_own_become_the_golden_ones(
    invoke: Invoke, build: Path, files: Path, tmp_path: Path
) -> None:
    given = np.load(files / "images.npz")
    options = ("--images", files / "images.npz", "--limit", 5, "-o", tmp_path / "b.zip")
    result = invoke("bundle", build, *options)
    assert result.exit_code == 0, result.output
    found = read_bundle(tmp_path / "b.zip")
    assert np.array_equal(found.golden_images, given["images"][:5])
    assert found.golden_labels is not None
    assert np.array_equal(found.golden_labels, given["labels"][:5])


def test_a_limit_alone_is_refused(invoke: Invoke, build: Path) -> None:
    result = invoke("bundle", build, "--limit", 5)
    assert result.exit_code == 2
    assert "--limit is for --images: give both" in result.stderr


def test_a_bundle_for_another_device_is_refused(
    invoke: Invoke, build: Path, tmp_path: Path
) -> None:
    board = Path("boards/zcu104/board.toml").resolve()
    result = invoke("bundle", build, "--board", board, "-o", tmp_path / "b.zip")
    assert result.exit_code == 3
    assert result.stderr.startswith(
        "error: the board zcu104 has the device xczu7ev-ffvc1156-2-e\n"
        f"  accepted: xc7z020clg400-1, which {build} was compiled for\n"
    )


def test_one_file_of_a_synthesis_is_not_enough(invoke: Invoke, build: Path, tmp_path: Path) -> None:
    bitstream = build / "net_tiny.bit"
    bitstream.write_bytes(b"bits")
    try:
        result = invoke("bundle", build, "-o", tmp_path / "b.zip")
    finally:
        bitstream.unlink()
    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {bitstream} is there, net_tiny.hwh is not\n")


def test_emulate_shows_classes_and_counters(invoke: Invoke, build: Path) -> None:
    result = invoke("emulate", build, "--limit", 12)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"emulated PYNQ-Z2,? with(out)? pynq.*, 100 MHz \(100 asked\)", lines[0])
    assert lines[1].split() == ["image", "label", "class"]
    assert "... and 2 more; --json shows all" in lines
    assert any(re.match(r"12 images, every score equal .*, accuracy \d", line) for line in lines)
    assert any(line.split() == ["frames_done", "images", "12", "12"] for line in lines)
    assert any(line.split() == ["cycles_busy", "cycles", "0"] for line in lines)
    assert lines[-1] == "counters: as predicted"


def test_emulate_json_of_a_bundle(invoke: Invoke, build: Path, bundle: Path, files: Path) -> None:
    result = invoke("emulate", bundle, "--images", files / "images.npz", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    expected = fpgaflow.load(build).run(np.load(files / "images.npz")["images"])
    assert found["classes"] == expected.classes.tolist()
    assert found["counters_equal"]
    assert {row["name"]: row["counted"] for row in found["counters"]}["bytes_in"] == 40 * 40


@pytest.mark.csim
def test_emulate_by_the_c_simulation_gives_the_same(
    invoke: Invoke, build: Path, csim_work: Path
) -> None:
    options = ("emulate", build, "--limit", 11)
    simulated = invoke(*options, "--core", "csim", "--work", csim_work, "--json")
    assert simulated.exit_code == 0, simulated.output
    found = json.loads(simulated.stdout)
    expected = json.loads(invoke(*options, "--json").stdout)
    assert (found.pop("core"), expected.pop("core")) == ("csim", "interpreter")
    assert found == expected
    assert found["counters_equal"]

    shown = invoke(*options, "--core", "csim", "--work", csim_work)
    assert re.search(
        r"^11 images, computed by the C-simulation, every score equal to the exact interpreter's, "
        r"accuracy [\d.]+%$",
        shown.stdout,
        re.MULTILINE,
    )
    assert shown.stdout.endswith("\ncounters: as predicted\n")

    failed = invoke(*options, "--core", "csim", "--work", csim_work, "--fault", "short-packet")
    assert failed.exit_code == 9
    assert failed.stderr.splitlines()[-2].startswith("error: a short packet: ")
    assert failed.stdout == ""

    slow = invoke(*options, "--core", "csim", "--work", csim_work, "--time-limit", 1e-6)
    assert slow.exit_code == 7
    assert "error: C-simulation: running the design took more than 1e-06 s" in slow.stderr


def test_a_bundle_holds_nothing_to_simulate(invoke: Invoke, bundle: Path) -> None:
    result = invoke("emulate", bundle, "--core", "csim")
    assert result.exit_code == 3
    assert result.stderr == (
        f"error: {bundle} is a bundle, which holds no C++ to simulate\n"
        "  accepted: the build folder that it was made of\n"
    )


def test_the_c_simulation_without_a_compiler_is_refused(
    invoke: Invoke, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    result = invoke("emulate", build, "--core", "csim")
    assert result.exit_code == 6
    assert "error: the C++ compiler no-such-compiler was not found\n" in result.stderr


@pytest.mark.parametrize(("fault", "code"), [("dma-halt", 9), ("stale-hwh", 9), ("bit-flip", 8)])
def test_a_fault_is_told(fault: str, code: int, invoke: Invoke, bundle: Path) -> None:
    result = invoke("emulate", bundle, "--fault", fault)
    assert result.exit_code == code
    assert result.stderr.startswith("error: ")
    assert result.stdout == ""


def test_every_fault_can_be_asked_for() -> None:
    assert set(FAULTS) == {fault.value for fault in Fault}


def test_a_damaged_bundle_is_refused(invoke: Invoke, bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    data = bytearray(bundle.read_bytes())
    data[data.index(b'"format"')] ^= 1
    path.write_bytes(data)
    result = invoke("emulate", path)
    assert result.exit_code == 3
    assert f"error: {path} is damaged or no bundle: Bad CRC-32 for file" in result.stderr


def test_both_need_no_more_than_a_base_installation(build: Path, tmp_path: Path) -> None:
    made = run_in_base_install("bundle", build, "-o", tmp_path / "b.zip")
    assert made.returncode == 0, made.stderr
    done = run_in_base_install("emulate", tmp_path / "b.zip", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counters_equal"]
