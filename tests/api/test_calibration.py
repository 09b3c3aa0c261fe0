"""Measured designs: compared, kept, used, taken out again; refused where they are none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fpgaflow.api.calibration import calibrate
from fpgaflow.api.calibration_file import (
    chosen_calibration,
    default_file,
    read_calibration,
    write_calibration,
)
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.report.json import write_json
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_measured import Measured, UsedResources
from tests.report.small_reports import tiny_report
from tests.report.test_measured import HLS, PLACED


@pytest.fixture(autouse=True)
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the tests away from the user's own measured designs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def synthesized(lut: int, *, clock_mhz: float = 100.0) -> Report:
    report = tiny_report()
    placed = replace(
        PLACED, accelerator=UsedResources(lut=lut, ff=5000, bram36=1.5, dsp=10, uram=0)
    )
    return replace(
        report,
        board=replace(report.board, clock_mhz=clock_mhz),
        measured=Measured(hls=HLS, implementation=placed, bitstream=True),
    )


def make_build(folder: Path, report: Report) -> Path:
    folder.mkdir()
    write_json(report, folder / "report.json")
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return make_build(tmp_path / "build", synthesized(4000))


def test_a_build_is_compared_and_kept(build: Path, data_home: Path) -> None:
    found = calibrate([build])
    lut = found.rows[0]
    assert (lut.design, lut.board, lut.resource) == ("tiny", "pynq-z2", "lut")
    assert (lut.measured, lut.inside) == (4000, True)
    assert lut.ratio == 4000 / lut.likely
    assert [row.resource for row in found.rows] == ["lut", "ff", "bram36", "dsp"]
    assert found.written
    assert found.file == data_home / "fpgaflow" / "measured-designs.json" == default_file()
    assert chosen_calibration(None) == found.calibration
    (design,) = found.calibration.designs
    assert design.modelled.lut == lut.likely
    by_name = {one.resource: one for one in found.factors}
    # Halfway, in logarithms, from the model to what was measured.
    assert by_name["lut"].likely == pytest.approx((4000 / lut.likely) ** 0.5, abs=1e-6)
    assert by_name["lut"].low <= 4000 / lut.likely <= by_name["lut"].high


def test_the_same_design_counts_once_and_another_clock_is_another(
    build: Path, tmp_path: Path
) -> None:
    calibrate([build])
    again = calibrate([make_build(tmp_path / "again", synthesized(4100))])
    assert [one.measured.lut for one in again.calibration.designs] == [4100]
    faster = make_build(tmp_path / "faster", synthesized(4200, clock_mhz=142.9))
    assert len(calibrate([faster]).calibration.designs) == 2
    assert not calibrate([faster]).written


def test_what_was_added_can_be_taken_out(build: Path) -> None:
    calibrate([build])
    gone = calibrate([build], remove=True)
    assert gone.written
    assert gone.calibration.designs == ()
    assert not gone.file.exists()
    assert chosen_calibration(None) is None


def test_a_dry_run_changes_nothing(build: Path) -> None:
    found = calibrate([build], dry_run=True)
    assert not found.written
    assert found.rows
    assert not found.file.exists()


def test_a_file_of_ones_own_and_none_at_all(build: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    found = calibrate([build], file=file)
    assert chosen_calibration(file) == found.calibration
    assert not default_file().exists()
    calibrate([build])
    assert chosen_calibration("none") is None


def test_without_builds_the_file_is_shown() -> None:
    assert calibrate([]).calibration.designs == ()


def test_one_bad_build_leaves_the_file_as_it_was(build: Path, tmp_path: Path) -> None:
    calibrate([build])
    before = default_file().read_bytes()
    plain = make_build(tmp_path / "plain", tiny_report())
    good = make_build(tmp_path / "good", synthesized(4300, clock_mhz=90))
    with pytest.raises(InputRefused) as caught:
        calibrate([good, plain])
    assert str(caught.value) == (
        f"{plain} has no measured figures\n"
        "  accepted: a build that fpgaflow synthesize has placed and routed\n"
        f"  what to do: fpgaflow synthesize {plain}"
    )
    assert default_file().read_bytes() == before


def test_an_estimate_of_hls_is_no_measurement(tmp_path: Path) -> None:
    report = replace(
        tiny_report(), measured=Measured(hls=HLS, implementation=None, bitstream=False)
    )
    folder = make_build(tmp_path / "csynth", report)
    with pytest.raises(InputRefused, match="no figures but the estimates of Vitis HLS"):
        calibrate([folder])


def test_a_build_for_the_engine_is_refused(tmp_path: Path) -> None:
    folder = make_build(tmp_path / "engine", replace(synthesized(4000), style="engine"))
    with pytest.raises(InputRefused) as caught:
        calibrate([folder])
    assert str(caught.value) == (
        f"{folder} is a program for the engine, whose resources follow no model\n"
        "  accepted: a build of the spatial style"
    )


@pytest.mark.parametrize("version", [None, 1])
def test_another_resource_model_is_refused(tmp_path: Path, version: int | None) -> None:
    report = synthesized(4000)
    model = report.fit.accelerator
    assert model is not None
    old = None if version is None else replace(model, version=version)
    folder = make_build(tmp_path / "old", replace(report, fit=replace(report.fit, accelerator=old)))
    with pytest.raises(InputRefused) as caught:
        calibrate([folder])
    assert str(caught.value) == (
        f"{folder} was compiled by a version of fpgaflow with another resource model\n"
        "  accepted: a build with resource model 2\n"
        "  what to do: compile and synthesize it again with this version"
    )


def test_damaged_files_are_refused(build: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    with pytest.raises(InputRefused, match=r"mine\.json cannot be read"):
        read_calibration(file)
    file.write_text("[")
    with pytest.raises(InputRefused, match=r"mine\.json is no JSON file"):
        read_calibration(file)
    file.write_text("[]")
    with pytest.raises(InputRefused, match="has schema None and resource model None"):
        read_calibration(file)
    file.unlink()
    calibrate([build], file=file)
    text = file.read_text()
    for old, new, message in (
        ('"lut": 4000', '"lut": -1', "measured lut of tiny is -1"),
        ('"lut": 4000', '"lut": 1e999', "measured lut of tiny is inf"),
        ('"lut": 4000', '"lut": "many"', "measured.lut"),
        ('"model": 2', '"model": 3', "resource model 3"),
    ):
        assert old in text
        file.write_text(text.replace(old, new))
        with pytest.raises(InputRefused, match=message):
            read_calibration(file)


def test_a_file_that_cannot_be_written_is_refused_and_stays(build: Path, tmp_path: Path) -> None:
    found = calibrate([build], dry_run=True)
    assert found.calibration == Calibration(designs=())
    folder = tmp_path / "a-file"
    folder.write_text("")
    calibration = calibrate([build]).calibration
    with pytest.raises(InputRefused, match="cannot be written"):
        write_calibration(folder / "mine.json", calibration)
    assert [path.name for path in default_file().parent.iterdir()] == [default_file().name]


def test_a_relative_data_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "share")
    assert default_file() == Path.home() / ".local/share/fpgaflow/measured-designs.json"


def test_the_file_is_plain_json(build: Path) -> None:
    data = json.loads(calibrate([build]).file.read_text())
    assert (data["schema"], data["model"], len(data["designs"])) == (1, 2, 1)
