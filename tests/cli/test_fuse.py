"""fuse, from a model file to one that compiles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo.resnet import ResNet
from fpgaflow.zoo.vgg import Vgg
from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.compress.small_models import digits, save, trained

SHORT = ("--short-epochs", 1, "--long-epochs", 1, "--long-every", 2)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained residual network, a VGG, and images."""
    folder = tmp_path_factory.mktemp("models")
    for name, kind in (("resnet", ResNet), ("vgg", Vgg)):
        save(trained(kind), folder / f"{name}.safetensors")
    for name, part in zip(("train", "test"), digits(), strict=True):
        np.savez(folder / f"{name}.npz", images=part.images, labels=part.labels)
    return folder


def data(models: Path) -> tuple[object, ...]:
    return ("--data", models / "train.npz", "--validation", models / "test.npz")


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    payload = load_model(path).payload
    return {name: tuple(value.shape) for name, value in payload.state_dict().items()}  # pyright: ignore


def test_fuse_a_residual_network(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "fuse", models / "resnet.safetensors", *data(models), *SHORT, "--max-drop", 90,
        "--choose", "compression", "--json", "-q", "-o", tmp_path / "f.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    plan = json.loads((tmp_path / "f.plan.json").read_text())
    assert [(step["remove"], step["block"]) for step in plan["steps"]] == [
        ("block", "layer1.0"),
        ("block", "layer2.1"),
        ("block", "layer3.1"),
    ]
    assert plan["steps"][0]["why"] == "fewest channels (6); layer1.1 takes over"
    found = json.loads(result.stdout)
    assert found["macs"]["after"] == plan["after"]["macs"] < plan["before"]["macs"]
    assert left_behind(tmp_path) == sorted(
        [
            *(f"f{ending}" for ending in (".safetensors", ".plan.json", ".history.json", ".html")),
            *(f"f-fused02{ending}" for ending in (".safetensors", ".plan.json")),
        ]
    )
    inspected = json.loads(invoke("inspect", tmp_path / "f.safetensors", "--json").stdout)
    assert inspected["macs"] == plan["after"]["macs"]
    assert inspected["input_shape"] == [8, 8, 1]
    build = fpgaflow.compile(
        tmp_path / "f.safetensors",
        output=tmp_path / "build",
        calibration=str(models / "test.npz"),
        simulate=0,
    )
    assert build.report.quantization.top1_agreement is not None
    assert build.report.quantization.top1_agreement > 0.9


@pytest.mark.parametrize("ablation", ["--no-distillation", "--no-short", "--from-scratch"])
def test_fuse_with_an_ablation(ablation: str, invoke: Invoke, models: Path, tmp_path: Path) -> None:
    result = invoke(
        "fuse", models / "resnet.safetensors", *data(models), *SHORT, "--patience", 0,
        "--max-drop", 100, ablation, "-q", "-o", tmp_path / "f.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    plan = json.loads((tmp_path / "f.plan.json").read_text())
    assert plan["settings"]["distil"] is (ablation != "--no-distillation")
    history = json.loads((tmp_path / "f.history.json").read_text())
    assert [(row["blocks"], row["convolutions"]) for row in history["fused"]] == [(2, 4), (3, 6)]
    longs = [t["history"] for t in history["tunings"] if t["name"].endswith("-long")]
    assert [row["accuracy"] for row in history["fused"]] == [t["best_accuracy"] for t in longs]
    assert history["fused_from"] == plan["before"]["accuracy"]
    shorts = [t["name"] for t in history["tunings"] if t["name"].endswith("-short")]
    assert len(shorts) == (3 if ablation == "--no-distillation" else 0)


def test_where_nothing_is_within_reach_the_network_stays(
    invoke: Invoke, models: Path, tmp_path: Path
) -> None:
    original = models / "resnet.safetensors"
    result = invoke(
        "fuse", original, *data(models), *SHORT, "--from-scratch", "--max-drop", 0.5, "-q",
        "-o", tmp_path / "f.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "already 2 removals cost more than 0.5 points" in " ".join(result.stderr.split())
    assert shapes(tmp_path / "f.safetensors") == shapes(original)
    assert json.loads((tmp_path / "f.plan.json").read_text())["steps"] == []
    assert (tmp_path / "f-fused02.safetensors").exists()


def test_refusals(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    model, output = models / "vgg.safetensors", tmp_path / "o.safetensors"
    result = invoke("fuse", model, *data(models), "-o", output)
    assert result.exit_code == 3
    assert "error: the network has no block that can be removed\n" in result.stderr
    result = invoke("fuse", model, "-o", output)
    assert result.exit_code == 2
    assert "Missing option '--data'." in result.stderr
    assert left_behind(tmp_path) == []
