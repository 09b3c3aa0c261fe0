"""Train on digits, compress by each method, compile, simulate: exact in every layer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import fpgaflow
from tests.cli.conftest import Invoke
from tests.compress.small_models import save, small_densenet, small_resnet, small_vgg

QUICK = ("--epochs", 1, "--restart", 0, "--learning-rate", 0.05, "-q", "--json")
BOTH = (
    "--target-drop", 30, "--iterations", 1, "--tolerance", 0.15, "--max-drop", 60,
    "--short-epochs", 1, "--long-epochs", 1, "--long-every", 1, "--choose", "compression",
)  # fmt: skip


@pytest.fixture
def train(invoke: Invoke, tmp_path: Path) -> Callable[[Callable[[], nn.Module]], Path]:
    """Train a small network on digits for two epochs."""

    def run(network: Callable[[], nn.Module]) -> Path:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            untrained = save(network(), tmp_path / "untrained.safetensors")
        result = invoke(
            "train", "--init", untrained, "--data", "digits", "--epochs", 2,
            "--learning-rate", 0.05, "--batch", 32, "-q", "-o", tmp_path / "m.safetensors",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        return tmp_path / "m.safetensors"

    return run


def compress(invoke: Invoke, method: str, model: Path, *options: object) -> dict[str, Any]:
    """Compress, and return the plan."""
    output = model.with_name("c.safetensors")
    result = invoke(method, model, "--data", "digits", *QUICK, *options, "-o", output)
    assert result.exit_code == 0, result.output
    plan = json.loads(model.with_name("c.plan.json").read_text())
    assert json.loads(result.stdout)["macs"]["after"] == plan["after"]["macs"]
    assert plan["after"]["macs"] < plan["before"]["macs"]
    # Chance is a tenth: what was simulated is a network that tells digits apart.
    assert plan["after"]["accuracy"] > 0.5
    return plan


def removed_channels(plan: dict[str, Any]) -> int:
    groups = [g for step in plan["steps"] if step["remove"] == "channels" for g in step["groups"]]
    return sum(group["before"] - len(group["kept"].split()) for group in groups)


def removed_blocks(plan: dict[str, Any]) -> int:
    return sum(step["remove"] == "block" for step in plan["steps"])


def assert_exact_in_every_layer(invoke: Invoke, model: Path) -> None:
    """Compile the compressed network with C-simulation."""
    compressed, build = model.with_name("c.safetensors"), model.with_name("build")
    result = invoke(
        "compile", compressed, "--calibration", "digits", "--calibration-images", 64,
        "--evaluate", 100, "--simulate", 3, "-o", build, "-q", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    found = report["verification"]["csim"]
    nodes = len(fpgaflow.load(build).graph.nodes)
    assert (found["images"], found["mismatches"], found["layers_compared"]) == (3, 0, nodes)
    inspected = json.loads(invoke("inspect", compressed, "--json").stdout)
    assert report["model"]["macs"] == inspected["macs"]


@pytest.mark.csim
def test_compress_a_residual_network(
    invoke: Invoke, train: Callable[[Callable[[], nn.Module]], Path]
) -> None:
    model = train(small_resnet)
    plan = compress(
        invoke, "compress", model, *BOTH, "--lower-threshold", 0.1, "--upper-threshold", 0.5
    )
    assert removed_channels(plan) > 10
    assert removed_blocks(plan) == 3
    assert_exact_in_every_layer(invoke, model)


@pytest.mark.csim
def test_compress_a_densely_connected_network(
    invoke: Invoke, train: Callable[[Callable[[], nn.Module]], Path]
) -> None:
    model = train(small_densenet)
    plan = compress(
        invoke, "compress", model, *BOTH, "--lower-threshold", 0.46, "--upper-threshold", 0.66
    )
    assert removed_channels(plan) > 2
    assert removed_blocks(plan) > 0
    assert_exact_in_every_layer(invoke, model)


@pytest.mark.csim
def test_slim_a_vgg(invoke: Invoke, train: Callable[[Callable[[], nn.Module]], Path]) -> None:
    model = train(small_vgg)
    plan = compress(invoke, "slim", model, "--ratio", 0.4, "--lambda", 0.001)
    assert removed_channels(plan) == 19  # 40% of 48
    assert_exact_in_every_layer(invoke, model)
