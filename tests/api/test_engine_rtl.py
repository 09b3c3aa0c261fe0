"""A build's program on the engine's RTL, from the API and the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner

import fpgaflow
from fpgaflow.api import engine_rtl
from fpgaflow.api.engine_rtl import simulate_rtl
from fpgaflow.cli import cli
from fpgaflow.engine.registers import COUNTERS
from fpgaflow.errors import InputRefused, VerificationFailed
from fpgaflow.report.json import read_json
from tests.api.engine_builds import SMALL, compile_engine_build
from tests.rtl.models import compiled


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> fpgaflow.Build:
    compiled(SMALL)  # skips where there is no Verilator
    return compile_engine_build(tmp_path_factory.mktemp("engine"), simulate=0)


def test_results_and_counters_are_those_predicted(built: fpgaflow.Build) -> None:
    free = simulate_rtl(built, 3)
    stalled = simulate_rtl(built, 3, stalls=5)
    assert (free.summary.images, free.summary.mismatches) == (3, 0)
    assert free.summary.counters_equal == len(COUNTERS)
    assert stalled.summary.counters_equal < len(COUNTERS)
    assert stalled.summary.cycles_per_image > free.summary.cycles_per_image
    report = read_json(built.folder / "report.json")
    assert report == stalled.report
    assert report.verification.engine_rtl == (free.summary, stalled.summary)
    assert "RTL, stalls 5" in (built.folder / "report.html").read_text(encoding="utf-8")
    again = simulate_rtl(built, 1, stalls=6)
    assert [run.stalls for run in again.report.verification.engine_rtl] == [None, 6]


def test_a_counter_that_differs_is_named(
    built: fpgaflow.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def predict(*arguments: object, **named: object) -> object:
        found = real(*arguments, **named)  # pyright: ignore
        counters = dict(found.counters) | {"bursts_read": 12345}
        return replace(found, counters=MappingProxyType(counters))

    real = engine_rtl.predict_run
    monkeypatch.setattr(engine_rtl, "predict_run", predict)
    with pytest.raises(VerificationFailed) as failed:
        simulate_rtl(built, 1)
    lines = str(failed.value).splitlines()
    assert lines[0].startswith("RTL simulation: the counter bursts_read is ")
    assert lines[0].endswith(" after 1 images, the planner says 12345")


def test_a_spatial_build_is_refused(built: fpgaflow.Build) -> None:
    spatial = replace(built, report=replace(built.report, style="spatial"))
    with pytest.raises(InputRefused) as refused:
        simulate_rtl(spatial)
    assert str(refused.value) == (
        f"{built.folder} is a spatial build: its RTL is what Vitis HLS writes\n"
        "  accepted: a build of --style engine\n"
        "  what to do: fpgaflow cosim simulates it, once Vitis HLS has run"
    )


def test_the_command_prints_both_ways(built: fpgaflow.Build) -> None:
    run = CliRunner().invoke(cli, ["simulate", str(built.folder), "--rtl", "--images", "2"])
    assert run.exit_code == 0
    assert run.stdout.startswith("RTL: 2 images: every integer equal; 23 of 23 counters as ")
    arguments = ["simulate", str(built.folder), "--rtl", "--stalls", "2", "--json", "-q"]
    found = json.loads(CliRunner().invoke(cli, arguments).stdout)
    assert (found["stalls"], found["images"], found["random_images"]) == (2, 2, 0)


def test_stalls_belong_to_the_rtl(built: fpgaflow.Build) -> None:
    run = CliRunner().invoke(cli, ["simulate", str(built.folder), "--stalls", "2"])
    assert run.exit_code == 2
    assert "--stalls and --verilator belong to --rtl" in run.stderr


def test_the_command_simulates_the_functional_model(built: fpgaflow.Build) -> None:
    run = CliRunner().invoke(cli, ["simulate", str(built.folder), "-q", "--json"])
    assert json.loads(run.stdout)["mismatches"] == 0


def test_a_verilator_that_is_not_there_is_refused(built: fpgaflow.Build, tmp_path: Path) -> None:
    given = str(tmp_path / "verilator")
    with pytest.raises(InputRefused) as refused:
        simulate_rtl(built, verilator=given)
    assert str(refused.value) == f"--verilator {given}: no such program"


def test_what_does_not_go_with_the_rtl(built: fpgaflow.Build) -> None:
    run = CliRunner().invoke(cli, ["simulate", str(built.folder), "--rtl", "--outputs-only"])
    assert run.exit_code == 2
    assert "--work and --outputs-only do not go with --rtl" in run.stderr
