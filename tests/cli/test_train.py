"""`fpgaflow train` and `fpgaflow evaluate`, on digits and on images made here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors
from PIL import Image

from fpgaflow.compress.checkpoints import BEST, LAST
from fpgaflow.compress.model_file import ModelNote, read_note
from fpgaflow.zoo import ZOO
from tests.api.tiny import left_behind, save_images, save_model
from tests.cli.conftest import Invoke

ARCH = ("--arch", "resnet20")


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty images of 8x8x1 whose class is the place of a bright row."""
    rng = np.random.default_rng(5)
    labels = np.arange(40) % 3
    images = rng.integers(0, 99, (40, 8, 8, 1), dtype=np.uint8)
    images[np.arange(40), 2 * labels] += 150
    path = tmp_path_factory.mktemp("stripes") / "stripes.npz"
    np.savez(path, images=images, labels=labels)
    return path


def test_train_evaluate_and_inspect_digits(invoke: Invoke, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    result = invoke("train", *ARCH, "--data", "digits", "--epochs", 2, "-o", model)
    assert result.exit_code == 0, result.output
    assert left_behind(tmp_path) == ["m.safetensors", "m.training"]
    assert left_behind(tmp_path / "m.training") == ["curves.png", "history.json"]
    assert (tmp_path / "m.training" / "curves.png").read_bytes().startswith(b"\x89PNG")
    held = json.loads((tmp_path / "m.training" / "history.json").read_text())
    assert [row["epoch"] for row in held["epochs"]] == [1, 2]
    assert held["settings"]["architecture"] == "resnet20"
    assert held["settings"]["validation"] == "digits:test"
    assert held["best_accuracy"] > 0.8
    assert "epoch   2/2  loss " in result.stderr
    assert result.stdout == (
        f"{model}: resnet20, {held['best_accuracy']:.2%} on 357 images in epoch "
        f"{held['best_epoch']} of 2; learning curves in {tmp_path / 'm.training'}\n"
    )
    shown = invoke("inspect", model)
    assert shown.stdout.splitlines()[:2] == [
        f"{model}: resnet20",
        "input 8x8x1, 269434 parameters, 2516608 MACs",
    ]
    found = json.loads(invoke("evaluate", model, "--data", "digits", "--json").stdout)
    assert (found["images"], found["accuracy"]) == (357, held["best_accuracy"])
    confusion = np.array(found["confusion"])
    assert confusion.shape == (10, 10)
    assert np.trace(confusion) == round(357 * found["accuracy"])
    assert [row["right"] for row in found["classes"]] == confusion.diagonal().tolist()
    assert [row["images"] for row in found["classes"]] == confusion.sum(1).tolist()


@pytest.mark.parametrize("arch", ["vgg11_bn", "densenet40"])
def test_networks_for_larger_images_take_small_ones(
    invoke: Invoke, stripes: Path, tmp_path: Path, arch: str
) -> None:
    model = tmp_path / "m.safetensors"
    result = invoke(
        "train", "--arch", arch, "--data", stripes, "--epochs", 1, "--batch", 12, "-o", model, "-q"
    )
    assert result.exit_code == 0, result.output
    assert result.output == ""
    assert "input 8x8x1, " in invoke("inspect", model).stdout


def test_what_is_trained_compiles_as_it_is(invoke: Invoke, stripes: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    options = ("--mean", "0.3", "--std", "0.25", "--learning-rate", "0.05", "--batch", 9)
    trained = invoke("train", *ARCH, "--data", stripes, "--epochs", 6, *options, "-o", model)
    assert trained.exit_code == 0, trained.output
    by_file = json.loads(invoke("evaluate", model, "--data", stripes, "--json").stdout)
    assert (by_file["mean"], by_file["std"]) == ([0.3], [0.25])
    compiled = invoke(
        "compile", model, "--calibration", stripes, "--calibration-images", 20, "--simulate", 0,
        "--allow-oversize", "-o", tmp_path / "build", "--json",
    )  # fmt: skip
    assert compiled.exit_code == 0, compiled.output
    quantization = json.loads(compiled.stdout)["quantization"]
    # The normalisation came with the file: without it the float network would not be right.
    labels = np.load(stripes)["labels"]
    ours = json.loads(invoke("run", model, "--images", stripes, "--json").stdout)
    predicted = [row["top"][0]["class"] for row in ours["predictions"]]
    assert quantization["top1_float"] == np.mean(predicted[20:] == labels[20:])
    assert ours["accuracy"] == by_file["accuracy"] > 0.6
    built = json.loads(invoke("evaluate", tmp_path / "build", "--data", stripes, "--json").stdout)
    assert built["arithmetic"] == "fixed point"
    assert built["images"] == 40


def test_equal_runs_give_equal_files(invoke: Invoke, stripes: Path, tmp_path: Path) -> None:
    written: list[bytes] = []
    for name in ("one", "other"):
        model = tmp_path / name / "m.safetensors"
        result = invoke("train", *ARCH, "--data", stripes, "--epochs", 2, "--json", "-o", model)
        assert result.exit_code == 0, result.output
        written.append(model.read_bytes())
    assert written[0] == written[1]
    assert read_note(written[0]) == ModelNote(input_shape=(1, 8, 8), mean=(0.0,), std=(1.0,))
    found = json.loads(result.stdout)
    assert (found["training_images"], found["validation_images"]) == (36, 4)
    assert (found["classes"], found["processes"], found["epochs"]) == (3, 1, 2)


def test_a_training_goes_on_from_weights_and_from_a_teacher(
    invoke: Invoke, stripes: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    begin = ("train", "--data", stripes, "--validation", stripes, "--batch", 8)
    invoke(*begin, *ARCH, "--epochs", 4, "--mean", "0.3", "--learning-rate", "0.05", "-o", first)
    result = invoke(
        *begin, "--init", first, "--teacher", first, "--epochs", 10, "--budget", "0.2", "--bn-l2",
        "1e-4", "--amp", "bf16", "--augment", "crop", "--json", "-o", second,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["settings"]["budget"] == 0.2
    assert (found["settings"]["epochs"], found["settings"]["restart_epochs"]) == (2, 1)
    assert found["validation_images"] == 40
    note = read_note(second.read_bytes())
    assert note is not None
    assert note.mean == (0.3,)
    assert json.loads(invoke("evaluate", first, "--data", stripes, "--json").stdout)["images"] == 40


def test_a_training_that_was_stopped_goes_on(
    invoke: Invoke, stripes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "m.safetensors"
    arguments = ("train", *ARCH, "--data", stripes, "--epochs", 3, "-o", model)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("fpgaflow.cli.training_progress.ShownTraining.end_epoch", stop)
        stopped = invoke(*arguments)
    assert stopped.exit_code == 130
    assert not model.exists()
    assert {BEST, LAST} <= set(left_behind(tmp_path / "m.training"))
    other = invoke(*arguments, "--seed", 1)
    assert other.exit_code == 3
    assert other.stderr.startswith(
        f"error: {tmp_path / 'm.training'} holds a training that began otherwise: another network "
        "or initial weights; seed was 0 and is 1\n"
    )
    assert "going on after epoch 1\n" in invoke(*arguments).stderr
    anew = tmp_path / "anew.safetensors"
    invoke("train", *ARCH, "--data", stripes, "--epochs", 3, "--no-resume", "-o", anew)
    assert anew.read_bytes() == model.read_bytes()


def test_an_output_is_replaced_by_force_alone(
    invoke: Invoke, stripes: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.safetensors"
    model.write_text("old")
    arguments = ("train", *ARCH, "--data", stripes, "--epochs", 1, "-o", model)
    refused = invoke(*arguments)
    assert refused.exit_code == 3
    assert refused.stderr == (
        f"error: the output {model} exists already\n"
        "  accepted: a file that does not exist yet\n"
        "  what to do: name another one with -o, or replace it with --force\n"
    )
    assert left_behind(tmp_path) == ["m.safetensors"]
    assert invoke(*arguments, "--force").exit_code == 0
    with safetensors.safe_open(model, "pt") as file:
        assert "linear.weight" in file.keys()  # noqa: SIM118 - it is no dictionary


def test_what_train_refuses(invoke: Invoke, stripes: Path, tmp_path: Path) -> None:
    out = ("-o", tmp_path / "m.safetensors")
    few = tmp_path / "few.npz"
    np.savez(few, images=np.zeros((5, 8, 8, 1), np.uint8), labels=np.zeros(5, int))
    bare = tmp_path / "bare.npz"
    np.savez(bare, images=np.zeros((50, 8, 8, 1), np.uint8))
    cases: list[tuple[tuple[object, ...], int, str]] = [
        (
            ("--data", stripes, *out),
            3,
            "error: neither an architecture nor a model file to begin with was given\n"
            "  accepted: --arch NAME for a new network, --init FILE to go on from trained "
            "weights\n",
        ),
        (
            (*ARCH, "--data", stripes, "-o", tmp_path / "m.pt"),
            3,
            f"error: the output {tmp_path / 'm.pt'} does not end in .safetensors\n"
            "  accepted: NAME.safetensors\n",
        ),
        (
            (*ARCH, "--data", few, *out),
            3,
            f"error: {few}: there are 5 images, too few to hold a tenth out\n"
            "  accepted: 20 or more\n"
            "  what to do: name other images with --validation DATA\n",
        ),
        (
            (*ARCH, "--data", bare, *out),
            3,
            f"error: {bare} has no labels\n"
            "  accepted: images with one label each\n"
            "  what to do: an .npz needs the array labels, a folder of images one subfolder per "
            "class\n",
        ),
        (
            (*ARCH, "--data", tmp_path / "nowhere", *out),
            3,
            f"error: {tmp_path / 'nowhere'}: there is no {tmp_path / 'nowhere'}\n",
        ),
        (
            (*ARCH, "--data", stripes, "--validation", "digits", *out),
            3,
            "error: digits: the label of image 0 is 8, the first of 251 out of range\n",
        ),
        (
            (*ARCH, "--data", stripes, "--epochs", 0, *out),
            3,
            "error: the training setting epochs is 0\n  accepted: 1 or more\n",
        ),
        (
            ("--arch", "densenet121", "--data", stripes, *out),
            3,
            f"error: the network cannot take the images of {stripes} (the others), 8x8x1 ",
        ),
        (
            (*ARCH, "--data", stripes, "--device", "tpu", *out),
            3,
            "error: the device 'tpu' is not known\n  accepted: cpu, cuda or cuda:N\n",
        ),
        (
            (*ARCH, "--data", stripes, "--learning-rate", "1e30", "--batch", 9, *out),
            7,
            "error: training failed in epoch 1: the loss of batch 2 of 4 is nan; no epoch was "
            "finished before\n"
            "  what to do: use a smaller learning rate, or check the mean and standard "
            "deviation\n",
        ),
    ]
    for arguments, code, message in cases:
        result = invoke("train", *arguments)
        assert (result.exit_code, result.stderr[: len(message)]) == (code, message), result.output
    assert left_behind(tmp_path) == ["bare.npz", "few.npz"]


OWN = """
from torch import nn

def small():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))

def narrow():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
"""


def test_train_ones_own_network(
    invoke: Invoke, stripes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_networks.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    own = ("--arch", "own_networks:small")
    options = ("--data", stripes, "--validation", stripes, "--epochs", 1, "-q")
    written: list[bytes] = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        model = tmp_path / f"{name}.safetensors"
        result = invoke("train", *own, *options, "--seed", seed, "-o", model)
        assert result.exit_code == 0, result.output
        written.append(model.read_bytes())
    assert written[0] == written[1] != written[2]
    held = json.loads((tmp_path / "a.training" / "history.json").read_text())
    assert held["settings"]["architecture"] == "own_networks:small"
    found = invoke("evaluate", "a.safetensors", *own, "--data", stripes, "--json")
    assert json.loads(found.stdout)["accuracy"] == held["best_accuracy"]
    on = ("--init", "a.safetensors", *options, "-o", "d.safetensors")
    assert invoke("train", *own, *on).exit_code == 0

    refused = invoke("train", "--arch", "own_networks:narrow", *options, "-o", "e.safetensors")
    assert refused.exit_code == 3
    assert refused.stderr == (
        f"error: {stripes}: the label of image 2 is 2, the first of 13 out of range\n"
        "  accepted: 0 to 1: the network has 2 outputs\n"
    )
    assert not (tmp_path / "e.safetensors").exists()


def test_an_architecture_that_is_neither_of_the_zoo_nor_ones_own(
    invoke: Invoke, stripes: Path, tmp_path: Path
) -> None:
    options = ("--data", stripes, "-o", tmp_path / "m.safetensors")
    names = ", ".join(ZOO)
    accepted = (
        f"  accepted: {names}; or module:function, where function() of your own module returns "
        "the network\n"
    )
    for arch, more in (("resnet21", "  what to do: did you mean "), ("x", "")):
        result = invoke("train", "--arch", arch, *options)
        assert result.exit_code == 3
        assert result.stderr.startswith(
            f"error: --arch {arch} is neither an architecture of the zoo nor of the form "
            f"module:function\n{accepted}{more}"
        )
    result = invoke("train", "--arch", "no_such_module:f", *options)
    assert result.exit_code == 3
    assert "error: --arch no_such_module:f: there is no module 'no_such_module' in" in result.stderr
    result = invoke("train", "--arch", "a b:f", *options)
    assert result.stderr == (
        "error: --arch a b:f is not of the form module:function\n"
        "  accepted: a name of the zoo, or module:function such as nets:small_resnet\n"
    )
    assert left_behind(tmp_path) == []


def test_evaluate_shows_a_table(invoke: Invoke, tmp_path: Path) -> None:
    images, model = save_images(tmp_path), save_model(tmp_path)
    result = invoke("evaluate", model, "--data", images)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["class", "images", "right", "accuracy", "mostly", "mistaken", "for"]
    assert lines[-1] == f"40 images of {images}, floating point, accuracy 100.00%"
    bare = tmp_path / "bare.npy"
    np.save(bare, np.zeros((3, 6, 6, 1), np.uint8))
    refused = invoke("evaluate", model, "--data", bare)
    assert refused.exit_code == 3
    assert refused.stderr.startswith(f"error: {bare} has no labels\n")
    other = invoke("evaluate", model, "--data", "cifar10:" + str(tmp_path))
    assert other.exit_code == 3


def test_photographs_kept_as_imagenet_is(invoke: Invoke, tmp_path: Path) -> None:
    """Train on the folder train, measure on val, prune: pictures of any size."""
    rng = np.random.default_rng(2)
    for part, count in (("train", 12), ("val", 4)):
        for label, name in enumerate(("n01440764", "n01443537", "n01484850")):
            folder = tmp_path / "photos" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                size = (*rng.integers(20, 60, 2), 3)
                picture = rng.integers(0, 60, size) + 180 * np.eye(3, dtype=int)[label]
                Image.fromarray(picture.astype(np.uint8)).save(folder / f"{number}.JPEG")
    photos, model = f"imagenet-16:{tmp_path / 'photos'}", tmp_path / "m.safetensors"
    result = invoke("train", *ARCH, "--data", photos, "--epochs", 1, "--json", "-o", model)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["training_images"], found["validation_images"]) == (36, 12)
    assert (found["classes"], found["input_shape"]) == (3, [3, 16, 16])
    assert found["settings"]["augment"] == "crop-flip"
    measured = json.loads(invoke("evaluate", model, "--data", photos, "--json").stdout)
    assert (measured["images"], measured["accuracy"]) == (12, found["best_accuracy"])
    result = invoke(
        "prune", model, "--data", photos, "--epochs", 1, "--iterations", 1, "--tolerance", 0.4,
        "--target-drop", 99, "--restart", 0, "-q", "-o", tmp_path / "p.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    held = json.loads((tmp_path / "p.plan.json").read_text())
    assert held["settings"]["validation"] == f"{photos}:test"
