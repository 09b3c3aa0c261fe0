"""A build's RTL against interpreter and models, and what becomes of it in the report."""

from __future__ import annotations

import fcntl
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.build import Build, load
from fpgaflow.api.cosim import CosimOptions, Cosimulation, cosimulate
from fpgaflow.backend.cosimulation.rtl import VERILOG
from fpgaflow.backend.manifest import read_manifest, write_manifest
from fpgaflow.errors import InputRefused, ToolFailed, VerificationFailed
from fpgaflow.interpret.numpy_engine import run as interpret
from fpgaflow.report.json import read_json
from fpgaflow.report.schema import Report
from tests.backend.cosimulation.small_rtl import make_build, pixels, write_rtl


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """The reports whose pages were asked for; drawing their plots takes a second each."""
    shown: list[Report] = []
    monkeypatch.setattr("fpgaflow.api.cosim.write_html", lambda report, _: shown.append(report))
    return shown


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return load(make_build(tmp_path / "build"))


def run(build: Build, work: Path, *faults: str, images: int = 3, **more: object) -> Cosimulation:
    options = CosimOptions(work=work, plusargs=tuple(f"fault_{name}" for name in faults))
    return cosimulate(build, images, replace(options, **more))  # pyright: ignore


def test_the_whole_way(build: Build, compiled_rtl: Path, page: list[Report]) -> None:
    found = run(build, compiled_rtl, images=5)
    assert found.random_images == 2
    summary = found.summary
    assert (summary.rtl, summary.from_build) == ("Vitis HLS 2023.2", True)
    assert summary.simulator.startswith("Verilator 5.")
    assert (summary.images, summary.mismatches, summary.stalls) == (5, 0, None)
    assert summary.first_output_cycles == 67
    assert summary.first_image_cycles == 68
    assert summary.interval_cycles == 70
    assert summary.modelled_interval_cycles == build.report.performance.cycles_per_image
    assert build.report.pipeline is not None
    assert summary.modelled_first_image_cycles == build.report.pipeline.latency_cycles
    assert summary.counters.by == "RTL simulation"
    assert {one.name: one.count for one in summary.counters.counts}["beats_in"] == 10
    assert found.report.verification.rtl == (summary,)
    assert read_json(build.folder / "report.json") == found.report
    assert page == [found.report]
    assert "image 5\n" in (build.folder / "synthesis/logs/cosim.log").read_text()


def test_images_by_hand(build: Build, compiled_rtl: Path) -> None:
    found = cosimulate(build, pixels(2, seed=9), CosimOptions(work=compiled_rtl))
    assert (found.summary.images, found.random_images) == (2, 0)
    assert np.array_equal(found.run.scores, interpret(build.graph, pixels(2, seed=9))["fc"])


def test_runs_with_and_without_pauses_stand_side_by_side(build: Build, compiled_rtl: Path) -> None:
    run(build, compiled_rtl, stalls=5)
    run(build, compiled_rtl, images=2)
    last = run(build, compiled_rtl, stalls=0)
    assert [(one.stalls, one.images) for one in last.report.verification.rtl] == [(None, 2), (0, 3)]


def test_what_other_rtl_showed_goes(build: Build, compiled_rtl: Path) -> None:
    old = replace(run(build, compiled_rtl, stalls=5).summary, rtl_sha256="0" * 64)
    report = read_json(build.folder / "report.json")
    verification = replace(report.verification, rtl=(old,))
    text = (build.folder / "report.json").read_text()
    assert report.verification.rtl[0].rtl_sha256 in text
    (build.folder / "report.json").write_text(
        text.replace(report.verification.rtl[0].rtl_sha256, old.rtl_sha256)
    )
    assert read_json(build.folder / "report.json").verification == verification
    found = run(build, compiled_rtl)
    assert found.report.verification.rtl == (found.summary,)


def test_a_folder_by_hand(build: Build, compiled_rtl: Path, tmp_path: Path) -> None:
    given = write_rtl(tmp_path / "given")
    (build.folder / "hls/firmware/fpgaflow_top.cpp").write_text("another\n")
    assert not run(build, compiled_rtl, rtl=given).summary.from_build


def test_a_wrong_integer(build: Build, compiled_rtl: Path) -> None:
    before = (build.folder / "report.json").read_bytes()
    expected = int(interpret(build.graph, pixels())["fc"][1, 3])
    with pytest.raises(VerificationFailed) as caught:
        run(build, compiled_rtl, "bit")
    assert str(caught.value) == (
        "RTL simulation: the scores of fc (from model.fc), image 1, index [3] is "
        f"{expected ^ 1}, the interpreter says {expected}; 1 of 15 integers differs\n"
        "  what to do: fpgaflow simulate says whether the C++ is right: where it is, the RTL is "
        "not what it says"
    )
    assert (build.folder / "report.json").read_bytes() == before


def test_wrong_counters(build: Build, compiled_rtl: Path) -> None:
    with pytest.raises(VerificationFailed) as caught:
        run(build, compiled_rtl, "counter")
    assert str(caught.value) == (
        "RTL simulation: counters after 3 images differ from the memory-access model: beats_in "
        "shows 7, not 6; fc_weight_reads shows 194, not 195\n"
        "  what to do: fpgaflow simulate says whether the C++ counts right: where it does, the RTL "
        "is not what it says"
    )


def test_a_design_that_hangs(build: Build, compiled_rtl: Path) -> None:
    with pytest.raises(VerificationFailed) as caught:
        run(build, compiled_rtl, "hang", timeout_cycles=300)
    assert caught.value.found == (
        "RTL simulation: the design hangs: 3 of 6 beats went in and 2 of 6 came out, then none "
        "moved for 300 cycles"
    )


def test_bad_verilog_leaves_a_log(build: Build, tmp_path: Path) -> None:
    compute = build.folder / "synthesis" / VERILOG / "fpgaflow_top_compute.v"
    compute.write_text(compute.read_text().replace("endmodule", "endmodul"))
    with pytest.raises(ToolFailed) as caught:
        run(build, tmp_path / "work", rtl=compute.parent)
    log = build.folder / "synthesis/logs/cosim.log"
    assert "reading the Verilog failed with exit code 1; it wrote last:" in caught.value.found
    assert caught.value.remedy.startswith(f"all that was written is in {log}; ")
    assert "%Error: fpgaflow_top_compute.v:" in log.read_text()


def test_a_build_without_an_accelerator(build: Build) -> None:
    write_manifest(build.project, replace(read_manifest(build.project), beat_bits=None))
    with pytest.raises(InputRefused) as caught:
        cosimulate(build)
    assert str(caught.value) == (
        f"{build.folder} has no accelerator around its network: streams of beats cannot carry its "
        "scores\n"
        "  accepted: a network with one output of at most 32 bits"
    )


def test_a_synthesis_at_work_keeps_its_report(build: Build, compiled_rtl: Path) -> None:
    before = (build.folder / "report.json").read_bytes()
    with (build.folder / "synthesis/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = f"the report stays as it is: another synthesis of {build.folder} is at work"
        with pytest.warns(UserWarning, match=f"^{re.escape(said)}$"):
            found = run(build, compiled_rtl)
    assert found.report.verification.rtl == (found.summary,)
    assert (build.folder / "report.json").read_bytes() == before
