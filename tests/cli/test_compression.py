"""prune, slim, fuse and compress, from a model file to one that compiles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo.densenet import DenseNet
from fpgaflow.zoo.resnet import ResNet
from fpgaflow.zoo.vgg import Vgg
from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.compress.small_models import digits, save, trained

QUICK = ("--epochs", 1, "--restart", 0, "--learning-rate", 0.02, "-q")
SHORT = ("--short-epochs", 1, "--long-epochs", 1, "--long-every", 2)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained residual network, a densely connected one and a VGG."""
    folder = tmp_path_factory.mktemp("models")
    for name, kind in (("resnet", ResNet), ("densenet", DenseNet), ("vgg", Vgg)):
        save(trained(kind), folder / f"{name}.safetensors")
    for name, part in zip(("train", "test"), digits(), strict=True):
        np.savez(folder / f"{name}.npz", images=part.images, labels=part.labels)
    return folder


def data(models: Path) -> tuple[object, ...]:
    return ("--data", models / "train.npz", "--validation", models / "test.npz")


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    payload = load_model(path).payload
    return {name: tuple(value.shape) for name, value in payload.state_dict().items()}  # pyright: ignore


def compiles(path: Path, models: Path, folder: Path) -> None:
    build = fpgaflow.compile(
        path, output=folder / "build", calibration=str(models / "test.npz"), simulate=0
    )
    assert build.report.quantization.top1_agreement is not None
    assert build.report.quantization.top1_agreement > 0.9


def test_compress_a_residual_network(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "compress", models / "resnet.safetensors", *data(models), *QUICK, *SHORT, "--json",
        "--target-drop", 8, "--iterations", 1, "--max-drop", 60, "--round-channels", 2,
        "--choose", "compression", "-o", tmp_path / "c.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    plan = json.loads((tmp_path / "c.plan.json").read_text())
    removed = [step["remove"] for step in plan["steps"]]
    assert removed == ["channels", "block", "block", "block"]
    assert all(
        len(group["kept"].split()) % 2 == 0 or len(group["kept"].split()) == group["before"]
        for group in plan["steps"][0]["groups"]
    )
    found = json.loads(result.stdout)
    assert found["macs"]["after"] == plan["after"]["macs"] < plan["before"]["macs"] / 2
    assert found["files"][0] == str(tmp_path / "c.safetensors")
    assert left_behind(tmp_path) == sorted(
        [
            *(f"c{ending}" for ending in (".safetensors", ".plan.json", ".history.json", ".html")),
            *(f"c-pruned{ending}" for ending in (".safetensors", ".plan.json")),
            *(f"c-fused02{ending}" for ending in (".safetensors", ".plan.json")),
        ]
    )
    inspected = json.loads(invoke("inspect", tmp_path / "c.safetensors", "--json").stdout)
    assert inspected["macs"] == plan["after"]["macs"]
    assert inspected["input_shape"] == [8, 8, 1]
    compiles(tmp_path / "c.safetensors", models, tmp_path)


def test_a_plan_replayed_gives_the_same_architecture(
    invoke: Invoke, models: Path, tmp_path: Path
) -> None:
    original = models / "densenet.safetensors"
    result = invoke(
        "compress", original, *data(models), "-q", "--epochs", 1, "--restart", 0, "--iterations", 1,
        "--learning-rate", 0.05, "--target-drop", 20, "--short-epochs", 1, "--long-epochs", 4,
        "--max-drop", 80, "--choose", "compression", "-o", tmp_path / "c.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    plan = tmp_path / "c.plan.json"
    assert {step["remove"] for step in json.loads(plan.read_text())["steps"]} == {
        "channels",
        "block",
    }
    again = tmp_path / "again.safetensors"
    result = invoke("prune", original, "--replay", plan, "-o", again)
    assert result.exit_code == 0, result.output
    assert shapes(again) == shapes(tmp_path / "c.safetensors")
    compiles(tmp_path / "c.safetensors", models, tmp_path)

    other = invoke("prune", again, "--replay", plan, "-o", tmp_path / "no.safetensors")
    assert other.exit_code == 3
    assert f"error: {again} has SHA-256 " in other.stderr
    assert not (tmp_path / "no.safetensors").exists()


def test_prune_a_densely_connected_network(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "prune", models / "densenet.safetensors", *data(models), *QUICK, "--target-drop", 10,
        "--iterations", 2, "--tolerance", 0.1, "--min-channels", 2,
        "-o", tmp_path / "p.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    history = json.loads((tmp_path / "p.history.json").read_text())
    assert history["trials"][0]["threshold"] == 0.75
    assert min(row["after"] for row in history["widths"]) >= 2
    before = shapes(models / "densenet.safetensors")
    after = shapes(tmp_path / "p.safetensors")
    assert before.keys() == after.keys()
    assert before != after


def test_slim_a_vgg(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "slim", models / "vgg.safetensors", *data(models), *QUICK, "--penalty", "lasso",
        "--rounds", 2, "--ratio", 0.5, "-o", tmp_path / "s.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].startswith("MACs ")
    plan = json.loads((tmp_path / "s.plan.json").read_text())
    kept = sum(len(g["kept"].split()) for g in plan["steps"][1]["groups"])
    assert len(plan["steps"]) == 2
    assert kept <= 24
    history = json.loads((tmp_path / "s.history.json").read_text())
    names = [tuning["name"] for tuning in history["tunings"]]
    assert names == ["slim-1-sparse", "slim-1-tune", "slim-2-sparse", "slim-2-tune"]
    left = sum(row["after"] for row in history["widths"])
    # Each round removes 1 - sqrt(1/2) of the channels that are there: 14 of 48, then 9 of 34.
    assert left == 25
    compiles(tmp_path / "s.safetensors", models, tmp_path)


def test_slim_each_stage(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "slim", models / "vgg.safetensors", *data(models), *QUICK, "--stage-ratios", "0.25,0.5",
        "-o", tmp_path / "s.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    history = json.loads((tmp_path / "s.history.json").read_text())
    assert [row["after"] for row in history["widths"]] == [6, 6, 8, 8]
    result = invoke(
        "slim", models / "vgg.safetensors", *data(models), *QUICK, "--stage-ratios", "0.1,0.2,0.3",
        "-o", tmp_path / "t.safetensors",
    )  # fmt: skip
    assert result.exit_code == 3
    assert (
        "error: there are 3 stage ratios and 2 stages (8x8: features.0 to features.3; 4x4: "
        "features.7 to features.10)\n  accepted: 2 ratios, or one for all\n"
    ) in result.stderr


def test_refusals(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    model, output = models / "vgg.safetensors", tmp_path / "o.safetensors"
    result = invoke("prune", model, "-o", output)
    assert result.exit_code == 2
    assert "Missing option '--data'." in result.stderr
    np.savez(tmp_path / "wide.npz", images=np.zeros((40, 8, 8, 3), np.uint8), labels=[0] * 40)
    result = invoke("slim", model, "--data", tmp_path / "wide.npz", "-o", output)
    assert result.exit_code == 3
    assert "the images are 8x8x3 (height, width, channels)\n  accepted: 8x8x1" in result.stderr
    result = invoke("slim", model, "--data", tmp_path / "none.npz", "-o", output)
    assert result.exit_code == 3
    assert f"there is no {tmp_path / 'none.npz'}" in result.stderr
    assert left_behind(tmp_path) == ["wide.npz"]
    (tmp_path / "o.plan.json").write_text("{}")
    result = invoke("slim", model, *data(models), "-o", output)
    assert result.exit_code == 3
    assert f"error: the output {tmp_path / 'o.plan.json'} exists already\n" in result.stderr


def test_a_training_that_diverges_writes_nothing(
    invoke: Invoke, models: Path, tmp_path: Path
) -> None:
    result = invoke(
        "slim", models / "vgg.safetensors", *data(models), *QUICK, "--lambda", 1e30,
        "-o", tmp_path / "s.safetensors",
    )  # fmt: skip
    assert result.exit_code == 7
    assert "error: training failed in epoch 1: the loss of batch " in result.stderr
    assert not (tmp_path / "s.safetensors").exists()


def test_what_is_going_on_is_told(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "prune", models / "densenet.safetensors", *data(models), *QUICK[:-1], "--target-drop", 99,
        "--iterations", 1, "--tolerance", 0.15, "--lower-threshold", 0.4, "--upper-threshold", 0.6,
        "-o", tmp_path / "p.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith("epoch ")]
    held = json.loads((tmp_path / "p.plan.json").read_text())
    before, trial = held["before"], json.loads((tmp_path / "p.history.json").read_text())["trials"]
    assert lines == [
        f"{models / 'densenet.safetensors'}: accuracy {before['accuracy']:.2%}, "
        f"{before['macs']} MACs, {before['parameters']} parameters",
        f"searching the lowest threshold that keeps an accuracy of {before['accuracy'] - 0.99:.2%}",
        f"iteration 1, trial 1: threshold 0.5000 removes {trial[0]['removed']} channels",
        "prune-1-01: training for 1 epoch",
        "iteration 1, trial 1: threshold 0.5000 of [0.4000, 0.6000], "
        f"{trial[0]['removed']} channels removed, accuracy {trial[0]['accuracy']:.2%}, "
        f"target {'reached' if trial[0]['reached'] else 'missed'}",
    ]


@pytest.mark.parametrize(
    ("thresholds", "warning"),
    [
        (
            ("--lower-threshold", 0.98, "--upper-threshold", 1),
            "no channel that may go is zero in more than 99.00% of its feature map, so nothing was "
            "pruned: search from a smaller --lower-threshold",
        ),
        (
            ("--lower-threshold", 0.01, "--upper-threshold", 0.03),
            "so nothing was pruned: allow a larger --target-drop, or more epochs",
        ),
    ],
)
def test_why_nothing_was_pruned_is_told(
    invoke: Invoke,
    models: Path,
    tmp_path: Path,
    thresholds: tuple[object, ...],
    warning: str,
) -> None:
    result = invoke(
        "prune", models / "resnet.safetensors", *data(models), *QUICK, *thresholds,
        "--tolerance", 0.015, "--target-drop", 0, "-o", tmp_path / "p.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert warning in " ".join(result.stderr.split())
    assert shapes(tmp_path / "p.safetensors") == shapes(models / "resnet.safetensors")
