"""Depthwise convolutions and concatenations, from a model file to a smaller one's graph."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.zoo.mobilenet import MobileNet, MobileNetConfig
from fpgaflow.zoo.squeezenet import FireConfig, SqueezeNet, SqueezeNetConfig
from tests.cli.conftest import Invoke
from tests.compress.small_models import digits

QUICK = ("--epochs", 1, "--restart", 0, "--batch", 50, "-q")
# One trial at 0.5, whatever its accuracy.
ONE_TRIAL = (
    "--iterations", 1, "--lower-threshold", 0.2, "--upper-threshold", 0.8, "--tolerance", 0.4,
    "--target-drop", 99,
)  # fmt: skip
SHAPE = (1, 24, 24)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a narrow MobileNet and SqueezeNet, and digits of three times their size."""
    folder = tmp_path_factory.mktemp("models")
    for name, part in zip(("train", "test"), digits(), strict=True):
        large = part.images[:100].repeat(3, axis=1).repeat(3, axis=2)
        np.savez(folder / f"{name}.npz", images=large, labels=part.labels[:100])
    fire = FireConfig(squeeze=4, expand1x1=6, expand3x3=6)
    note = ModelNote(input_shape=SHAPE, mean=(0.3,), std=(0.37,))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        networks = {
            "mobilenet": MobileNet(MobileNetConfig(stem=6, widths=(6,) * 13, in_channels=1)),
            "squeezenet": SqueezeNet(SqueezeNetConfig(stem=6, fires=(fire,) * 8, in_channels=1)),
        }
    for name, module in networks.items():
        (folder / f"{name}.safetensors").write_bytes(model_file(module.eval(), note))
    return folder


def data(models: Path) -> tuple[object, ...]:
    return ("--data", models / "train.npz", "--validation", models / "test.npz")


def check(output: Path) -> None:
    """Some of every narrowed layer is left, the file is recognised, and it becomes a graph."""
    widths = json.loads(output.with_suffix(".history.json").read_text())["widths"]
    assert any(row["after"] < row["before"] for row in widths[:-2])
    assert all(row["after"] >= 1 for row in widths)
    loaded = load_model(output)
    assert isinstance(loaded.payload, torch.nn.Module)
    graph = import_module(loaded.payload, SHAPE, name="small")
    assert graph.outputs


@pytest.mark.extended
def test_prune_mobilenet(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    output = tmp_path / "p.safetensors"
    result = invoke(
        "prune", models / "mobilenet.safetensors", *data(models), *QUICK, *ONE_TRIAL, "-o", output
    )
    assert result.exit_code == 0, result.output
    check(output)
    sparsity = json.loads((tmp_path / "p.history.json").read_text())["sparsity"]
    # Each depthwise convolution belongs to the one before it; the last is read by no convolution.
    assert len(sparsity) == 13


@pytest.mark.extended
def test_slim_mobilenet(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    output = tmp_path / "s.safetensors"
    result = invoke(
        "slim", models / "mobilenet.safetensors", *data(models), *QUICK, "--ratio", 0.4,
        "-o", output,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    check(output)
    widths = json.loads((tmp_path / "s.history.json").read_text())["widths"]
    pairs = zip(widths[:-1:2], widths[1::2], strict=True)
    assert all(one["after"] == two["after"] for one, two in pairs)


@pytest.mark.extended
def test_prune_squeezenet(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    output = tmp_path / "p.safetensors"
    result = invoke(
        "prune", models / "squeezenet.safetensors", *data(models), *QUICK, *ONE_TRIAL, "-o", output
    )
    assert result.exit_code == 0, result.output
    check(output)


def test_squeezenet_cannot_be_slimmed(invoke: Invoke, models: Path, tmp_path: Path) -> None:
    output = tmp_path / "s.safetensors"
    result = invoke("slim", models / "squeezenet.safetensors", *data(models), "-o", output)
    assert result.exit_code == 3
    assert result.stderr.endswith(
        "error: the network has no batch norm, whose scales tell slimming which channels matter\n"
        "  accepted: a network with batch norm behind its convolutions\n"
        "  what to do: train one with batch norm, or use `fpgaflow prune`, which needs none\n"
    )
    for name in ("mobilenet", "squeezenet"):
        result = invoke("fuse", models / f"{name}.safetensors", *data(models), "-o", output)
        assert result.exit_code == 3
        assert "error: the network has no block that can be removed\n" in result.stderr
