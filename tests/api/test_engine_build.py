"""A build of the engine's style, whole: files, report, verification."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.api import engine_files, original
from fpgaflow.api.engine_files import EngineFiles, read_engine_files, write_engine_files
from fpgaflow.engine.program import Program
from fpgaflow.engine.text import to_text
from fpgaflow.errors import DoesNotFit, InputRefused, VerificationFailed
from fpgaflow.report.json import read_json
from tests.api.engine_builds import SMALL, compile_engine_build
from tests.api.test_compile import Watcher, digests
from tests.api.tiny import left_behind, tiny_images, tiny_module


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> fpgaflow.Build:
    return compile_engine_build(tmp_path_factory.mktemp("engine"))


def copy_of(build: fpgaflow.Build, folder: Path) -> fpgaflow.Build:
    shutil.copytree(build.folder, folder, dirs_exist_ok=True)
    return fpgaflow.load(folder)


def other_bias(files: EngineFiles) -> Program:
    """The program with another bias in its last array."""
    operations = list(files.program.operations)
    number = max(n for n, one in enumerate(operations) if one.biases is not None)
    biases = operations[number].biases
    assert biases is not None
    operations[number] = replace(operations[number], biases=biases + 100_000)
    return replace(files.program, operations=tuple(operations))


def test_the_folder_is_whole(built: fpgaflow.Build) -> None:
    assert left_behind(built.folder) == [
        "engine.bin",
        "engine.txt",
        "frames.json",
        "graph.json",
        "graph.txt",
        "images.npz",
        "parameters.npz",
        "report.html",
        "report.json",
        "synthesis",
    ]
    assert read_json(built.folder / "report.json") == built.report
    listed = {entry.path: entry.sha256 for entry in built.report.files}
    found = digests(built.folder)
    assert listed == {k: v for k, v in found.items() if k not in {"report.json", "report.html"}}


def test_every_layer_was_compared_on_the_model(built: fpgaflow.Build) -> None:
    checked = built.report.verification.engine
    assert checked is not None
    assert (checked.images, checked.mismatches) == (2, 0)
    # All values but that of a subsampling, which the sum after it reads where it lies.
    assert checked.layers_compared == len(built.graph.nodes) - 1
    assert built.report.verification.csim is None


def test_the_report_adds_up(built: fpgaflow.Build) -> None:
    report = built.report
    engine = report.engine
    assert report.style == "engine"
    assert engine is not None
    cycles = report.performance.cycles_per_image
    assert engine.timeline[-1].end_cycle == cycles
    assert sum(layer.total_cycles for layer in engine.layers) == cycles
    slots = sum(loss.slots for loss in engine.losses)
    assert slots == cycles * engine.sizes.macs_per_cycle == cycles * SMALL.macs_per_step
    assert engine.losses[0].slots == report.model.macs
    counters = {one.name: one.count for one in engine.counters}
    assert counters["cycles"] == engine.first_image_cycles
    assert counters["macs_useful"] == sum(one.slots.useful for one in engine.timeline)
    moved = engine.traffic
    off_chip = report.memory.compressed.off_chip
    assert off_chip.total.bytes == sum(
        (
            moved.program_read,
            moved.weight_read,
            moved.input_read,
            moved.feature_map_read,
            moved.feature_map_write,
            moved.output_write,
        )
    )
    assert report.choice is not None
    assert report.choice.asked == "engine"
    assert report.choice.options[0].images_per_second is not None


def test_the_program_is_that_of_its_text(built: fpgaflow.Build) -> None:
    files = read_engine_files(built.folder, built.graph)
    assert (built.folder / "engine.txt").read_text(encoding="utf-8") == to_text(files.program)
    assert files.program.to_bytes() == (built.folder / "engine.bin").read_bytes()
    layers = {operation.layer for operation in files.program.operations}
    assert {"conv1", "linear", ""} <= layers


def test_a_build_is_loaded_and_simulated_again(built: fpgaflow.Build) -> None:
    loaded = fpgaflow.load(built.folder)
    found = loaded.simulate(tiny_images(11), trace=False)
    assert (found.images, found.layers_compared, found.random_images) == (11, 1, 0)
    assert found.counters is None
    assert [step.name for step in found.seconds] == ["run on the engine's model", "compare"]
    assert fpgaflow.load(built.folder).simulate(20).random_images == 4
    np.testing.assert_array_equal(
        loaded.run(tiny_images()).classes, built.run(tiny_images()).classes
    )


def test_the_same_input_gives_the_same_files(built: fpgaflow.Build, tmp_path: Path) -> None:
    again = compile_engine_build(tmp_path, simulate=0)
    one, other = digests(built.folder), digests(again.folder)
    for name in ("report.json", "report.html"):
        del one[name], other[name]
    assert one == other
    assert again.report.verification.engine is None


def test_a_program_that_computes_otherwise_is_found(built: fpgaflow.Build, tmp_path: Path) -> None:
    build = copy_of(built, tmp_path)
    files = read_engine_files(tmp_path, built.graph)
    write_engine_files(other_bias(files), files.frames, tmp_path)
    with pytest.raises(VerificationFailed) as failed:
        build.simulate(2)
    assert str(failed.value).startswith(
        "engine's model: layer linear (from linear, resnet.py:208), image 0, "
    )
    assert str(failed.value).endswith(
        "\n  what to do: this is an error in the program: please report the network"
    )


def test_damaged_files_are_refused(built: fpgaflow.Build, tmp_path: Path) -> None:
    build = copy_of(built, tmp_path)
    block = (tmp_path / "engine.bin").read_bytes()
    (tmp_path / "engine.bin").write_bytes(block[:-1] + b"\1")
    with pytest.raises(InputRefused, match="engine program: a checksum that its bytes do not have"):
        build.simulate(1)
    (tmp_path / "engine.bin").unlink()
    with pytest.raises(InputRefused) as refused:
        build.simulate(1)
    assert str(refused.value) == (
        f"{tmp_path}: No such file or directory: engine.bin\n"
        "  accepted: a build of the engine's style, whole\n"
        "  what to do: compile again"
    )
    (tmp_path / "engine.bin").write_bytes(block)
    (tmp_path / "frames.json").write_text("[]")
    with pytest.raises(InputRefused, match=r"frames\.json holds no object"):
        build.simulate(1)
    (tmp_path / "frames.json").write_text("{")
    with pytest.raises(InputRefused, match=r"frames\.json is no JSON file"):
        build.simulate(1)


def test_a_file_without_an_end_is_refused(
    built: fpgaflow.Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_files, "_MOST_BYTES", 100)
    with pytest.raises(InputRefused) as refused:
        read_engine_files(built.folder, built.graph)
    assert str(refused.value) == (
        f"{built.folder / 'engine.bin'} has more than 100 bytes\n  what to do: compile again"
    )


def test_names_that_do_not_belong_to_a_program_are_left_out(
    built: fpgaflow.Build, tmp_path: Path
) -> None:
    copy_of(built, tmp_path)
    held = json.loads((tmp_path / "frames.json").read_text())
    (tmp_path / "frames.json").write_text(json.dumps(held | {"layers": ["one"]}))
    files = read_engine_files(tmp_path, built.graph)
    assert {operation.layer for operation in files.program.operations} == {""}


def test_an_original_runs_on_the_engine_too(tmp_path: Path) -> None:
    build = compile_engine_build(tmp_path, simulate=0, original=tiny_module())
    found, report = build.report.compression, build.report
    assert found is not None
    assert found.original.memory == found.compressed.memory == report.memory.compressed
    assert found.original.performance == report.performance
    saved = {row.figure: row.saved for row in found.savings}
    assert (saved["cycles_per_image"], saved["macs"]) == (0, 0)
    assert "lut" not in saved  # the small engine was not synthesized
    assert report.energy is not None
    assert report.energy.design == found.compressed.energy


def test_an_original_beyond_the_engine_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise DoesNotFit("the original is too large")

    monkeypatch.setattr(original, "design_engine", refuse)
    watcher = Watcher()
    lines: list[str] = []
    monkeypatch.setattr(watcher, "say", lines.append)
    build = compile_engine_build(tmp_path, simulate=0, original=tiny_module(), progress=watcher)
    assert build.report.compression is None
    assert lines == ["the report does not compare with the original: the original is too large"]
