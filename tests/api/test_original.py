"""The network before compression: found, refused, and counted as if it were compiled itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import fpgaflow
from fpgaflow.api.network import Network, read_network
from fpgaflow.api.original import Original, find_original
from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.errors import InputRefused
from fpgaflow.report.schema_compression import Compression
from fpgaflow.zoo.resnet import ResNet, ResNetConfig
from tests.api.test_compile import Watcher
from tests.api.tiny import left_behind
from tests.compress.small_compressed import save_compressed, sha256
from tests.compress.small_models import NORMALISE, save, small_densenet, small_resnet

NAME_IT = "--original FILE adds to the report what compression saved (in Python: original=)"


class Listener(Watcher):
    """Writes down what is said, too."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with m.safetensors, c.safetensors and c.plan.json."""
    folder = tmp_path_factory.mktemp("made")
    save_compressed(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    shutil.copytree(made, tmp_path / "here")
    return tmp_path / "here"


def images(count: int = 24) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)


def compile_quickly(model: object, output: Path, **others: object) -> fpgaflow.Build:
    options = {"calibration": images(), "evaluation_images": 0, "simulate": 0}
    return fpgaflow.compile(model, output=output, **(options | others))  # pyright: ignore


def find(folder: Path, given: Path | None = None) -> tuple[Original | None, list[str]]:
    """Look for the original of c.safetensors; return it and what was said."""
    model, listener = folder / "c.safetensors", Listener()
    found = find_original(model, given, compressed_network(model), listener)
    return found, listener.lines


_READ: dict[str, Network] = {}


def compressed_network(path: Path) -> Network:
    """Read a network; the same bytes are not read again."""
    digest = sha256(path)
    if digest not in _READ:
        _READ[digest] = read_network(path)
    return _READ[digest]


@pytest.fixture(scope="module")
def compression(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Compression:
    listener = Listener()
    build = compile_quickly(
        made / "c.safetensors", tmp_path_factory.mktemp("c") / "build", progress=listener
    )
    assert listener.lines == [f"original: {made / 'm.safetensors'}, which c.plan.json names"]
    assert listener.warnings == []
    assert "compare with the original" in listener.steps
    assert build.report.compression is not None
    return build.report.compression


def test_the_originals_figures_are_those_of_compiling_it(
    compression: Compression, made: Path, tmp_path: Path
) -> None:
    alone = compile_quickly(made / "m.safetensors", tmp_path / "build").report
    original = compression.original
    assert alone.compression is None
    assert original.memory == alone.memory.compressed
    assert original.reference.off_chip == alone.memory.original.off_chip
    assert original.fit == alone.fit
    assert original.performance == alone.performance
    assert (original.macs, original.parameters) == (alone.model.macs, alone.model.parameters)
    assert (original.file, original.sha256) == ("m.safetensors", alone.model.sha256)


def test_what_is_gone_and_what_it_cost(compression: Compression, made: Path) -> None:
    plan = compression.plan
    assert plan is not None
    assert (plan.file, plan.sha256) == ("c.plan.json", sha256(made / "c.plan.json"))
    assert (plan.method, plan.blocks) == ("compress", ("layer1.1", "layer3.1"))
    # 3 of 6 and 8 of 12 channels; two blocks of two convolutions
    assert (compression.removed.convolutions, compression.removed.channels) == (4, 11)
    assert compression.accuracy is not None
    assert (compression.accuracy.original, compression.accuracy.compressed) == (0.97, 0.965)
    rows = {row.figure: row for row in compression.savings}
    held = json.loads((made / "c.plan.json").read_text())
    for key in ("macs", "parameters"):
        assert (rows[key].original, rows[key].compressed) == (
            held["before"][key],
            held["after"][key],
        )
    assert rows["paper_read_write_bytes"].original > rows["paper_read_write_bytes"].compressed


def test_an_original_of_another_name_and_place(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "before.safetensors"
    (folder / "m.safetensors").rename(moved)
    found, lines = find(folder, moved)
    assert found is not None
    assert (found.file, lines) == ("before.safetensors", [])
    assert found.plan is not None
    assert found.network.sha256 == found.plan.plan.source.sha256


def test_modules_without_a_file(compression: Compression, made: Path, tmp_path: Path) -> None:
    original, compressed = (
        read_network(made / name).module for name in ("m.safetensors", "c.safetensors")
    )
    build = compile_quickly(
        compressed,
        tmp_path / "build",
        original=original,
        mean=NORMALISE[0],
        std=NORMALISE[1],
        layers=(fpgaflow.LayerBits(pattern="layer2_0_conv1", weight_bits=4),),
    )
    found = build.report.compression
    assert found is not None
    assert (found.plan, found.accuracy, found.original.file) == (None, None, None)
    assert found.savings[:2] == compression.savings[:2]
    # Widths of single layers hold for both networks.
    before, after = (
        next(row.original for row in rows.layers if row.name == "layer2_0_conv1")
        for rows in (compression, found)
    )
    assert before is not None
    assert after is not None
    assert after.weight_bits < 0.6 * before.weight_bits


def remove_original(folder: Path) -> None:
    (folder / "m.safetensors").unlink()


def change_original(folder: Path) -> None:
    save(small_densenet(), folder / "m.safetensors")


def remove_plan(folder: Path) -> None:
    (folder / "c.plan.json").unlink()


def damage_plan(folder: Path) -> None:
    (folder / "c.plan.json").write_text("{}")


def name_a_path(folder: Path) -> None:
    text = (folder / "c.plan.json").read_text()
    (folder / "c.plan.json").write_text(text.replace('"m.safe', '"../here/m.safe'))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            remove_original,
            f"c.plan.json names m.safetensors as the original, which is not beside it: {NAME_IT}",
        ),
        (
            change_original,
            "c.plan.json names m.safetensors as the original, but the file of that name beside it "
            f"has another SHA-256: {NAME_IT}",
        ),
        (
            name_a_path,
            "c.plan.json names ../here/m.safetensors as the original, which is not beside it: "
            f"{NAME_IT}",
        ),
        (
            damage_plan,
            "the report does not compare with an original: {folder}/c.plan.json: the schema is "
            "None",
        ),
        (remove_plan, None),
    ],
)
def test_without_the_original_a_line_says_how_to_name_it(
    change: Callable[[Path], None], line: str | None, folder: Path
) -> None:
    change(folder)
    found, lines = find(folder)
    assert found is None
    assert lines == ([] if line is None else [line.format(folder=folder)])


def test_an_original_that_cannot_be_read_stops_nothing(folder: Path) -> None:
    (folder / "m.safetensors").write_bytes(b"text")
    plan = json.loads((folder / "c.plan.json").read_text())
    plan["source"]["sha256"] = sha256(folder / "m.safetensors")
    (folder / "c.plan.json").write_text(json.dumps(plan))
    found, lines = find(folder)
    assert found is None
    assert len(lines) == 1
    assert lines[0].startswith(
        f"the report does not compare with an original: {folder / 'm.safetensors'} "
    )


def test_a_plan_of_another_network_is_passed_over(folder: Path) -> None:
    compressed = json.loads((folder / "c.plan.json").read_text())["after"]["macs"]
    (folder / "m.safetensors").rename(folder / "other.safetensors")
    (folder / "c.safetensors").unlink()
    save(small_resnet(), folder / "c.safetensors")
    macs = 179_832
    said = (
        f"{folder / 'c.plan.json'} is passed over: it tells of a network of {compressed} MACs, and "
        f"{folder / 'c.safetensors'} has {macs}"
    )
    assert find(folder) == (None, [said])
    found, lines = find(folder, folder / "other.safetensors")
    assert lines == [said]
    assert found is not None
    assert found.plan is None


def refusal(folder: Path, given: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        find(folder, given)
    return str(caught.value)


def test_a_file_that_the_plan_does_not_name_is_refused(folder: Path) -> None:
    other = save(small_densenet(), folder / "other.safetensors")
    named = json.loads((folder / "c.plan.json").read_text())["source"]["sha256"]
    assert refusal(folder, other) == (
        f"--original {other} has SHA-256 {sha256(other)}, and c.plan.json was made from another "
        "file\n"
        f"  accepted: m.safetensors, SHA-256 {named}\n"
        f"  what to do: give the file that {folder / 'c.safetensors'} was compressed from"
    )


def test_files_that_are_no_such_network_are_refused(folder: Path) -> None:
    (folder / "c.plan.json").unlink()
    missing = folder / "none.safetensors"
    assert refusal(folder, missing).startswith(f"{missing} does not exist\n")
    text = folder / "text.safetensors"
    text.write_text("not a network")
    assert refusal(folder, text).startswith(f"{text} ")

    larger = folder / "larger.safetensors"
    note = ModelNote(input_shape=(1, 16, 16), mean=(0.0,), std=(1.0,))
    larger.write_bytes(model_file(small_resnet(), note))
    assert refusal(folder, larger) == (
        f"{larger} takes images 1x16x16\n"
        f"  accepted: images 1x8x8, as {folder / 'c.safetensors'} takes them\n"
        f"  what to do: give the file that {folder / 'c.safetensors'} was compressed from"
    )

    config = small_resnet().config
    colour = folder / "colour.pt"
    torch.save(with_config(config, in_channels=3).state_dict(), colour)
    assert refusal(folder, colour).startswith(f"{colour} takes images 3x32x32\n")

    classes = folder / "classes.pt"
    torch.save(with_config(config, classes=7).state_dict(), classes)
    assert refusal(folder, classes) == (
        f"{classes} gives 7 (channels last)\n"
        "  accepted: 10, as the compressed network\n"
        "  what to do: give the network that the model was compressed from"
    )


def with_config(config: ResNetConfig, *, in_channels: int = 1, classes: int = 10) -> ResNet:
    return ResNet(
        ResNetConfig(
            stem=config.stem, stages=config.stages, in_channels=in_channels, classes=classes
        )
    )


def test_a_refused_original_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="was made from another file"):
        compile_quickly(
            folder / "c.safetensors", tmp_path / "build", original=folder / "c.safetensors"
        )
    assert left_behind(tmp_path) == ["here"]
