"""Counters from every place, of a bundle on the emulated board."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fpgaflow.api.bundle_contents import assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.api.counted import count_design, record
from fpgaflow.errors import InputRefused, VerificationFailed
from fpgaflow.hardware.counters import predict_counters
from fpgaflow.ir import serialize
from fpgaflow.ir.graph import Graph
from fpgaflow.report.counters_build import describe_counters, make_reading
from fpgaflow.report.counters_compare import compare_counters
from fpgaflow.report.json import to_json
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_counters import CounterReading
from fpgaflow.runtime.accelerator import Accelerator
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation import board as emulated_board
from fpgaflow.runtime.emulation.counting import Moved
from fpgaflow.runtime.emulation.counting import register_counts as true_counts
from fpgaflow.runtime.manifest import RegisterEntry
from tests.golden_files import check_golden
from tests.report.small_reports import tiny_report
from tests.runtime.bundles import parts, pixels
from tests.strategies import fixed_graphs

REMEDY = (
    "\n  accepted: what the memory-access model predicts, to the last access"
    "\n  what to do: where the scores are right, the design and the model differ: compile again "
    "with this version of fpgaflow, and if it stays so, please report the network"
)


def make_bundle(folder: Path, report: Report | None = None) -> Path:
    """A bundle of the small network with its report."""
    text = to_json(tiny_report() if report is None else report).encode()
    path = folder / "tiny.fpgaflow.zip"
    write_bundle(path, *assemble(replace(parts(), more={"report.json": text})), force=True)
    return path


def simulated_report(**other: int) -> Report:
    """The small network's report after a C-simulation of two images; `other` are its counts."""
    report = tiny_report()
    assert report.counters is not None
    predicted = report.counters.predicted
    reading = replace(
        predicted,
        by="C-simulation",
        images=2,
        source="simulated",
        counts=tuple(
            replace(one, count=other.get(one.name, 2 * one.count)) for one in predicted.counts
        ),
    )
    counters = replace(report.counters, simulated=reading, not_simulated=None)
    return replace(report, counters=counters)


def test_json_of_a_small_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_bundle(tmp_path, simulated_report())
    monkeypatch.chdir(tmp_path)
    # Whether pynq is installed changes the emulated board's name.
    monkeypatch.setattr(Accelerator, "board", "emulated PYNQ-Z2")
    found = count_design("tiny.fpgaflow.zip", "emulated")
    found.check()
    check_golden("report/compare.json", json.dumps(found.as_json(), indent=1) + "\n")


def test_nothing_is_run_unless_asked_for(tmp_path: Path) -> None:
    found = count_design(make_bundle(tmp_path))
    assert found.report.counters is not None
    assert found.report.counters.board is None
    assert found.differences == ()


def test_a_wrong_count_of_the_board_is_found_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_bundle(tmp_path)

    def one_too_many(
        moved: Mapping[str, Moved], registers: Sequence[RegisterEntry]
    ) -> dict[str, int]:
        return {**true_counts(moved, registers), "branch_weight_reads": 1345}

    monkeypatch.setattr(emulated_board, "register_counts", one_too_many)
    monkeypatch.setattr(Accelerator, "board", "emulated PYNQ-Z2")
    found = count_design(path, "emulated")
    with pytest.raises(VerificationFailed) as refused:
        found.check()
    assert str(refused.value) == (
        f"{path}: emulated PYNQ-Z2 shows 10,760 accesses of branch_weight_reads after 8 images; "
        f"predicted are 10,752 accesses{REMEDY}"
    )
    assert found.as_json()["equal"] is False
    with pytest.raises(VerificationFailed):
        record(found)


def test_a_wrong_count_of_the_simulation_is_found_and_named(tmp_path: Path) -> None:
    report = simulated_report(fc_weight_reads=41, beats_in=9)
    with pytest.raises(VerificationFailed) as refused:
        count_design(make_bundle(tmp_path, report)).check()
    assert str(refused.value).startswith(
        f"{tmp_path}/tiny.fpgaflow.zip: C-simulation shows 9 beats of beats_in after 2 images; "
        "predicted are 8 beats; 2 counters differ\n"
    )


def test_a_prediction_that_is_no_longer_the_models_is_found(tmp_path: Path) -> None:
    report = tiny_report()
    assert report.counters is not None
    old = report.counters.predicted
    counts = tuple(
        replace(one, count=one.count + (one.name == "fc_weight_reads")) for one in old.counts
    )
    counters = replace(report.counters, predicted=replace(old, counts=counts))
    found = count_design(make_bundle(tmp_path, replace(report, counters=counters)))
    assert [str(one) for one in found.differences] == [
        "the prediction in report.json shows 21 accesses of fc_weight_reads after 1 image; "
        "predicted are 20 accesses"
    ]


def test_a_manifest_that_predicts_otherwise_is_found(tmp_path: Path) -> None:
    text = to_json(tiny_report()).encode()
    manifest, files = assemble(replace(parts(), more={"report.json": text}))
    wrong = replace(manifest, per_image={**manifest.per_image, "off_chip_output": 11})
    path = tmp_path / "tiny.fpgaflow.zip"
    write_bundle(path, wrong, files, force=True)
    assert [str(one) for one in count_design(path).differences] == [
        "the prediction in manifest.json shows 11 bytes of off_chip_output after 1 image; "
        "predicted are 10 bytes"
    ]


def test_a_report_of_an_earlier_version_gets_its_counters_now(tmp_path: Path) -> None:
    older = replace(tiny_report(), counters=None, energy=None)
    found = count_design(make_bundle(tmp_path, older)).report
    assert (found.counters, found.energy) == (tiny_report().counters, tiny_report().energy)


def test_a_build_folder_is_read_as_it_is(tmp_path: Path) -> None:
    serialize.save(parts().graph, tmp_path)
    (tmp_path / "report.json").write_text(to_json(tiny_report()))
    assert count_design(tmp_path).report == tiny_report()
    own = replace(tiny_report().board, name="mine")
    (tmp_path / "report.json").write_text(to_json(replace(tiny_report(), board=own)))
    with pytest.raises(InputRefused) as refused:
        count_design(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} is for the board mine, which fpgaflow does not ship\n"
        "  what to do: make its bundle with `fpgaflow bundle --board FILE.toml`, and compare that"
    )


def test_a_real_board_needs_a_bitstream(tmp_path: Path) -> None:
    path = make_bundle(tmp_path)
    with pytest.raises(InputRefused) as refused:
        count_design(path, "real")
    assert str(refused.value) == (
        f"{path} holds no bitstream\n"
        "  accepted: a design that went through fpgaflow synthesize\n"
        "  what to do: count on the emulated board, with --emulate"
    )


def test_a_bundle_is_not_written_into(tmp_path: Path) -> None:
    path = make_bundle(tmp_path)
    with pytest.raises(InputRefused) as refused:
        record(count_design(path))
    assert str(refused.value) == (
        f"{path} is a bundle, which keeps what it was made with\n"
        "  accepted: a build folder\n"
        "  what to do: record the counters in the build, and make the bundle again"
    )


def board_reading(graph: Graph, images: int) -> CounterReading:
    """Let images through the emulated board's DMA and registers, and read its counters."""
    manifest, files = assemble(replace(parts(graph), more={}))
    given_pixels = pixels(graph, images)
    bundle = Bundle(
        path=Path("random.fpgaflow.zip"),
        manifest=manifest,
        files=files,
        graph=graph,
        golden_images=given_pixels,
        golden_scores=np.empty((0, 1), np.int64),
    )
    with Accelerator(bundle, emulate=True, batch_size=2) as accelerator:
        accelerator.predict(given_pixels)
        return make_reading(
            graph, accelerator.counters, by="board", images=images, source="simulated"
        )


@settings(max_examples=15)
@given(fixed_graphs(), st.integers(1, 5))
def test_the_emulated_board_counts_what_is_predicted(graph: Graph, images: int) -> None:
    counters = describe_counters(graph, 64)
    assume(counters is not None)
    assert counters is not None
    assert {one.name for one in counters.predicted.counts} == set(predict_counters(graph, 64))
    table = compare_counters(
        replace(counters, board=board_reading(graph, images), not_on_board=None)
    )
    assert table.differences == ()
    assert {row.unit for row in table.rows if row.predicted.value is None} == {"cycles"}
