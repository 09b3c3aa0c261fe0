"""A compressed network with its plan, made by hand: nothing is trained."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn

from fpgaflow.compress.plan import (
    BlockStep,
    Figures,
    Plan,
    Source,
    Step,
    channel_step,
    plan_json,
)
from fpgaflow.compress.replay import replay
from fpgaflow.zoo import count_macs, count_parameters
from tests.compress.small_models import SHAPE, save, small_resnet

STEPS: tuple[Step, ...] = (
    channel_step(
        {"layer1.0.conv1": [0, 2, 3], "layer2.0.conv1": [1, 2, 5, 7]},
        {"layer1.0.conv1": 6, "layer2.0.conv1": 12},
        "by hand",
    ),
    BlockStep(block="layer1.1", why="by hand"),
    BlockStep(block="layer3.1", why="by hand"),
)


def save_compressed(folder: Path) -> Path:
    """Write m.safetensors, c.safetensors that was made of it, and c.plan.json; return c."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        original = small_resnet().eval()
    compressed = replay(original, SHAPE, STEPS)
    source = save(original, folder / "m.safetensors")
    plan = Plan(
        method="compress",
        source=Source(
            file=source.name, sha256=sha256(source), architecture="resnet14", input_shape=SHAPE
        ),
        settings={"validation": "digits:test", "mean": "0.3", "std": "0.37"},
        steps=STEPS,
        before=_figures(original, 0.97),
        after=_figures(compressed, 0.965),
    )
    (folder / "c.plan.json").write_text(plan_json(plan))
    return save(compressed, folder / "c.safetensors")


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _figures(module: nn.Module, accuracy: float) -> Figures:
    return Figures(
        accuracy=accuracy, macs=count_macs(module, SHAPE), parameters=count_parameters(module)
    )
