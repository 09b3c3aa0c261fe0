"""The lip-reading network and clips, in every command that takes them, and in those that do not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.training import fit
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import load_images, make_image_set
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo.lipnet import LipNet, LipNetConfig
from fpgaflow.zoo.vgg import VggLayerConfig
from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke

NORMALISE = ((0.3,), (0.37,))
QUICK = ("--epochs", 1, "--restart", 0, "--learning-rate", 0.02, "-q")
LAYERS = (
    VggLayerConfig(index=0, width=8, pools=1),
    VggLayerConfig(index=4, width=8, pools=1),
    VggLayerConfig(index=8, width=16, pools=0),
)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with clips of three frames to train and to test with, and a network for them."""
    folder = tmp_path_factory.mktemp("clips")
    sets = []
    for part, limit in (("train", 200), ("test", 50)):
        found = load_images(f"digits-clips:{part}", limit=limit)
        assert found.labels is not None
        sets.append((found.images[:, ::2], found.labels))
        np.savez(folder / f"{part}.npz", images=sets[-1][0], labels=found.labels)
    np.savez(folder / "few.npz", images=sets[1][0], labels=sets[1][1] % 3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        module = LipNet(LipNetConfig(layers=LAYERS, hidden=12, in_channels=1))
    settings = TrainSettings(epochs=1, learning_rate=0.1, restart_epochs=None)
    train, test = (make_image_set(*one, name="clips") for one in sets)
    fit(module, train, test, settings, normalise=NORMALISE)
    note = ModelNote(input_shape=(3, 1, 12, 12), mean=NORMALISE[0], std=NORMALISE[1])
    (folder / "lip.safetensors").write_bytes(model_file(module, note))
    return folder


def data(clips: Path) -> tuple[object, ...]:
    return ("--data", clips / "train.npz", "--validation", clips / "test.npz")


def test_train_and_evaluate(invoke: Invoke, clips: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    result = invoke(
        "train", "--arch", "lipnet_small", "--data", clips / "test.npz", "--epochs", 1,
        "--augment", "crop", "-o", model,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert ": lipnet_small, " in result.stdout
    assert " on 5 clips in epoch 1 of 1; " in result.stdout
    loaded = load_model(model)
    assert (loaded.architecture, loaded.input_shape) == ("lipnet_small", (3, 1, 12, 12))
    result = invoke("evaluate", model, "--data", "digits-clips", "--limit", 20)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].startswith("20 clips of digits-clips, floating point, ")


def test_slim_replay_and_compare(invoke: Invoke, clips: Path, tmp_path: Path) -> None:
    original, slim = clips / "lip.safetensors", tmp_path / "s.safetensors"
    result = invoke(
        "slim", original, *data(clips), *QUICK, "--penalty", "lasso", "--ratio", 0.4, "-o", slim
    )
    assert result.exit_code == 0, result.output
    plan = json.loads((tmp_path / "s.plan.json").read_text())
    assert plan["source"]["architecture"] == "lipnet, 3 convolutions, 12 units"
    assert plan["source"]["input_shape"] == [3, 1, 12, 12]
    widths = json.loads((tmp_path / "s.history.json").read_text())["widths"]
    assert [row["before"] for row in widths] == [8, 8, 16]
    first, second, last = (row["after"] for row in widths)
    assert first + second + last == 32 - int(0.4 * 32)
    assert "clips 3×1×12×12" in (tmp_path / "s.html").read_text()
    # The last convolution's channels are the LSTM's inputs: 4 gates of 12 units, both directions.
    per_clip = 3 * (first * 144 * 9 + second * 36 * first * 9 + last * 9 * second * 9)
    assert plan["after"]["macs"] == per_clip + 3 * 2 * 48 * (last + 12) + 24 * 10
    again = tmp_path / "again.safetensors"
    result = invoke("prune", original, "--replay", tmp_path / "s.plan.json", "-o", again)
    assert result.exit_code == 0, result.output
    shapes = [
        {name: tuple(one.shape) for name, one in load_model(path).payload.state_dict().items()}  # pyright: ignore
        for path in (slim, again)
    ]
    assert shapes[0] == shapes[1]

    result = invoke("compare", original, slim, "--data", clips / "test.npz")
    assert result.exit_code == 0, result.output
    assert "CPU time, 10 clips (measured)" in result.stdout
    assert f"accuracy on 50 clips of {clips / 'test.npz'}\n" in result.stdout


def test_prune(invoke: Invoke, clips: Path, tmp_path: Path) -> None:
    result = invoke(
        "prune", clips / "lip.safetensors", *data(clips), *QUICK, "--target-drop", 60,
        "--iterations", 1, "--tolerance", 0.3, "-o", tmp_path / "p.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    history = json.loads((tmp_path / "p.history.json").read_text())
    # The last convolution is read by the LSTM alone, so its sparsity is not asked for.
    assert [row["group"] for row in history["sparsity"]] == ["features.0", "features.4"]
    assert history["widths"][2] == {"layer": "features.8", "before": 16, "after": 16}


def test_a_folder_of_frames(invoke: Invoke, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for clip in range(30):
        folder = tmp_path / "lips" / ("no", "yes")[clip % 2] / f"{clip:02}"
        folder.mkdir(parents=True)
        for frame in range(2):
            picture = rng.integers(0, 99, (8, 8), dtype=np.uint8) + 150 * (clip % 2)
            Image.fromarray(picture.astype(np.uint8)).save(folder / f"{frame}.png")
    model = tmp_path / "m.safetensors"
    result = invoke(
        "train", "--arch", "lipnet_small", "--data", f"frames:{tmp_path / 'lips'}", "--epochs", 1,
        "--batch", 9, "-o", model, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["training_images"], found["validation_images"]) == (27, 3)
    assert found["settings"]["augment"] == "crop-flip"
    result = invoke("evaluate", model, "--data", f"frames:{tmp_path / 'lips'}", "--json")
    assert [one["name"] for one in json.loads(result.stdout)["classes"]] == ["no", "yes"]


def test_images_and_clips_are_told_apart_before_any_training(
    invoke: Invoke, clips: Path, files: Path, tmp_path: Path
) -> None:
    lip, tiny, output = clips / "lip.safetensors", files / "tiny.pt", tmp_path / "o.safetensors"
    images, few = ("--data", files / "images.npz"), ("--data", clips / "few.npz")
    for arguments in (
        ("train", "--init", lip, *images, "-o", output),
        ("slim", lip, *images, "-o", output, "-q"),
        ("evaluate", lip, *images),
        ("compare", lip, *images),
        ("train", "--init", tiny, *few, "-o", output),
        ("prune", tiny, *few, "-o", output, "-q"),
        ("evaluate", tiny, *few),
        ("compare", tiny, *few),
    ):
        result = invoke(*arguments)
        assert result.exit_code == 3, (arguments, result.output)
        shown = " ".join(result.stderr.split())
        wanted = (
            ("takes clips", "clips of 3x12x12x1")
            if lip in arguments
            else ("the clips of", "take clips of")
        )
        assert any(text in shown for text in wanted), (arguments, shown)
    assert left_behind(tmp_path) == []


def test_what_the_messages_say(invoke: Invoke, clips: Path, files: Path) -> None:
    result = invoke("evaluate", clips / "lip.safetensors", "--data", files / "images.npz")
    assert result.stderr == (
        f"error: the network cannot take the images of {files / 'images.npz'}, 6x6x1 (height, "
        "width, channels): it takes clips [n, frames, channels, height, width], not [1, 1, 6, 6]\n"
        "  accepted: clips of the size that it was made for\n"
        "  what to do: give clips: frames:DIR, digits-clips, or an .npz of five axes\n"
    )
    result = invoke("evaluate", files / "tiny.pt", "--data", clips / "test.npz")
    assert result.stderr.startswith(
        f"error: the network cannot take the clips of {clips / 'test.npz'}, 3x12x12x1 (frames, "
        "height, width, channels): "
    )
    assert result.stderr.endswith(
        "  accepted: images of the size that it was made for\n"
        "  what to do: give images, or a network that takes clips: lipnet, lipnet_small\n"
    )


@pytest.mark.parametrize("command", ["compile", "inspect"])
def test_it_cannot_be_compiled_yet(
    invoke: Invoke, clips: Path, tmp_path: Path, command: str
) -> None:
    output = ("-o", tmp_path / "build") if command == "compile" else ()
    result = invoke(command, clips / "lip.safetensors", *output)
    assert result.exit_code == 4
    assert result.stderr.endswith(
        "error: lip: lstm is recurrent (LSTM), which cannot be compiled yet\n"
        "  accepted: networks of single images, without LSTM, GRU and RNN\n"
        "  what to do: `fpgaflow train`, `evaluate`, `slim`, `prune` and `compare` take it as it "
        "is\n"
    )
    assert left_behind(tmp_path) == []


def test_it_has_nothing_to_fuse(invoke: Invoke, clips: Path, tmp_path: Path) -> None:
    output = tmp_path / "f.safetensors"
    result = invoke("fuse", clips / "lip.safetensors", *data(clips), "-q", "-o", output)
    assert result.exit_code == 3
    assert "the network has no block that can be removed" in result.stderr
    assert left_behind(tmp_path) == []
