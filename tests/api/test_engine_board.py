"""A build of the engine's style on its way to a board: bundle, emulation, synthesis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.api.bundle import make_bundle
from fpgaflow.api.cosim import cosimulate
from fpgaflow.api.counted import count_design
from fpgaflow.api.emulated_board import emulated_board
from fpgaflow.api.emulation import emulate
from fpgaflow.api.synthesis import plan_synthesis, synthesize
from fpgaflow.errors import InputRefused, ToolFailed
from fpgaflow.runtime import Accelerator, read_bundle
from tests.api.tiny import SHAPE, tiny_images, tiny_labels, tiny_module
from tests.backend.synthesis.fake_tools import TIMING, UTILIZATION, VIVADO_BANNER

STAGES = ["package", "synth", "impl", "bitstream"]

VIVADO = """#!/bin/sh
here=${0%/*}
case "$1" in -version) cat "$here/banner"; exit ;; esac
script=vivado_project.tcl
[ "$FPGAFLOW_STAGE" = package ] && script=package_ip.tcl
[ "$*" = "-mode batch -nojournal -nolog -notrace -source $script" ] || { echo "got: $*"; exit 99; }
[ -f $script ] || { echo "no $script here"; exit 99; }
echo "$FPGAFLOW_STAGE" >> "$here/calls"
[ -f "$here/results/$FPGAFLOW_STAGE/none" ] && exit 1
cp -R "$here/results/$FPGAFLOW_STAGE/." .
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build for the PYNQ-Z2's engine."""
    build = fpgaflow.compile(
        tiny_module(),
        board="pynq-z2",
        style="engine",
        example_input=SHAPE,
        output=tmp_path_factory.mktemp("engine") / "tiny",
        calibration=(tiny_images(), tiny_labels()),
        calibration_images=24,
    )
    return build.folder


@pytest.fixture
def vivado(tmp_path: Path) -> Path:
    """What stands for Vivado's installation."""
    folder = tmp_path / "Vivado/2023.2"
    here = folder / "bin"
    whole = UTILIZATION.format(lut=41000, ff=60000, bram="134")
    results = {
        "package/ip/component.xml": "<spirit:component/>",
        "synth/vivado/fpgaflow_engine.xpr": "<Project/>",
        "synth/reports/utilization_synth.rpt": whole,
        "impl/reports/utilization.rpt": whole,
        "impl/reports/utilization_accelerator.rpt": whole,
        "impl/reports/timing.rpt": TIMING.format(wns=" 0.500", failing=" 0"),
        "bitstream/fpgaflow_engine.bit": "bitstream",
    }
    for name, text in results.items():
        path = here / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (here / "banner").write_text(VIVADO_BANNER.format(version="2023.2"))
    program = here / "vivado"
    program.write_text(VIVADO)
    program.chmod(0o755)
    return folder


def test_the_bundle_holds_the_program(compiled: Path, tmp_path: Path) -> None:
    build = fpgaflow.load(compiled)
    path = make_bundle(build, tmp_path / "tiny.fpgaflow.zip")
    again = make_bundle(build, tmp_path / "again.fpgaflow.zip")
    assert path.read_bytes() == again.read_bytes()
    bundle = read_bundle(path)
    engine = bundle.manifest.engine
    assert engine is not None
    assert bundle.manifest.dma is None
    assert bundle.files[engine.program] == (compiled / "engine.bin").read_bytes()
    assert bundle.manifest.description == "fpgaflow_engine.hwh"
    assert bundle.manifest.cycles_per_image == build.report.performance.cycles_per_image
    assert {one.layer for one in engine.layers} <= {*bundle.graph.types, ""}
    with Accelerator(path, emulate=True) as accelerator:
        assert accelerator.self_test().images == len(bundle.golden_images)


def test_a_build_runs_on_the_emulated_board(compiled: Path) -> None:
    found = emulate(compiled, limit=5)
    assert found.counters.equal
    assert len(found.images) == 5
    assert found.images.labels is not None
    assert np.array_equal(
        found.predictions.logits, fpgaflow.load(compiled).run(found.images.images).logits
    )


def test_what_an_engine_is_not_is_said(compiled: Path) -> None:
    with pytest.raises(InputRefused) as caught, emulated_board(compiled, core="csim"):
        pass
    assert str(caught.value) == (
        f"{compiled} is for an engine, which has no C++ to simulate\n"
        "  accepted: the core interpreter or rtl"
    )
    with pytest.raises(InputRefused) as caught:
        count_design(compiled)
    assert str(caught.value) == (
        f"{compiled} is a program for the engine, which counts other things\n"
        "  accepted: a design of the spatial style\n"
        "  what to do: fpgaflow emulate shows an engine's counters beside their prediction"
    )
    with pytest.raises(InputRefused) as caught:
        cosimulate(fpgaflow.load(compiled))
    assert str(caught.value) == (
        f"{compiled} is a program for the engine, which no high-level synthesis makes\n"
        "  accepted: a build of the spatial style\n"
        "  what to do: fpgaflow simulate --rtl runs it on the engine's RTL"
    )


def test_a_board_with_another_engine_is_refused(compiled: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    text = (Path(__file__).parents[2] / "boards/pynq-z2/board.toml").read_text()
    own.write_text(text.replace("w_rows = 3072", "w_rows = 2048"))
    with pytest.raises(InputRefused) as caught:
        make_bundle(fpgaflow.load(compiled), tmp_path / "b.zip", board=str(own))
    assert caught.value.found == (
        "pynq-z2 has an engine of 12 x 4 x 8 lanes, 3072 lines and 2048 rows"
    )
    assert caught.value.accepted == (
        "an engine of 12 x 4 x 8 lanes, 3072 lines and 3072 rows, "
        f"which {compiled} was compiled for"
    )
    assert not (tmp_path / "b.zip").exists()


def copy(compiled: Path, target: Path) -> Path:
    for path in compiled.rglob("*"):
        if path.is_file():
            place = target / path.relative_to(compiled)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    return target


def calls(vivado: Path) -> list[str]:
    path = vivado / "bin/calls"
    found = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def test_vivado_alone_makes_the_bitstream(compiled: Path, vivado: Path, tmp_path: Path) -> None:
    build = copy(compiled, tmp_path / "tiny")
    # The .hwh of the engine's overlay, as Vivado would write it, so that a bundle takes it.
    described = read_bundle(make_bundle(fpgaflow.load(build), tmp_path / "b.zip"))
    text = described.files["fpgaflow_engine.hwh"]
    (vivado / "bin/results/bitstream/fpgaflow_engine.hwh").write_bytes(text)
    plan = plan_synthesis(fpgaflow.load(build), vivado=str(vivado))
    assert [one.stage.name for one in plan.commands] == STAGES
    assert plan.missing == ()
    report = synthesize(plan)
    assert calls(vivado) == STAGES
    measured = report.measured
    assert measured is not None
    assert measured.hls is None
    assert measured.bitstream
    assert measured.implementation is not None
    assert measured.implementation.accelerator.lut == 41000
    synthesize(plan_synthesis(fpgaflow.load(build), vivado=str(vivado)))
    assert calls(vivado) == []
    path = make_bundle(fpgaflow.load(build), tmp_path / "with.zip")
    assert read_bundle(path).manifest.bitstream == "fpgaflow_engine.bit"
    # A change of the RTL is packaged again, and all that follows made again.
    source = build / "synthesis/rtl/engine.sv"
    source.write_text(source.read_text() + "\n")
    synthesize(plan_synthesis(fpgaflow.load(build), vivado=str(vivado)))
    assert calls(vivado) == STAGES


def test_a_package_that_fails_is_told(compiled: Path, vivado: Path, tmp_path: Path) -> None:
    build = copy(compiled, tmp_path / "tiny")
    (vivado / "bin/results/package/none").touch()
    with pytest.raises(ToolFailed, match=r"packaging of the IP \(Vivado v?2023\.2"):
        synthesize(plan_synthesis(fpgaflow.load(build), vivado=str(vivado)))
    assert calls(vivado) == ["package"]


def test_without_its_scripts_nothing_is_planned(compiled: Path, tmp_path: Path) -> None:
    build = copy(compiled, tmp_path / "tiny")
    (build / "synthesis/package_ip.tcl").unlink()
    with pytest.raises(InputRefused, match=r"package_ip\.tcl is missing"):
        plan_synthesis(fpgaflow.load(build))
