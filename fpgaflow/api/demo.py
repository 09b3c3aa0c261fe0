"""The demonstration: trains a small residual network on scikit-learn's digits and compiles it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from fpgaflow.api.build import Build
from fpgaflow.api.compiler import compile_model
from fpgaflow.api.folder import check_output
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.data import ImageSet, load_images
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig

NAME = "digits-resnet8"
BOARD = "pynq-z2"
SEED = 0
MEAN, STD = 0.305, 0.376
"""Mean and standard deviation of the digits' pixels, from 0 to 1."""

NETWORK = ResNetConfig(
    stem=8,
    stages=(
        StageConfig(width=8, stride=1, blocks=(BlockConfig(index=0, inner=8),)),
        StageConfig(width=16, stride=2, blocks=(BlockConfig(index=0, inner=16),)),
        StageConfig(width=32, stride=2, blocks=(BlockConfig(index=0, inner=32),)),
    ),
    in_channels=1,
    classes=10,
)

_EPOCHS = 15
_BATCH = 32


def run_demo(
    output: str | Path = "fpgaflow-demo", *, force: bool = False, progress: Progress | None = None
) -> Build:
    """Train, compile, simulate and report.

    The trained weights go through the public `compile`, as a user's own would.

    Args:
        output: the build folder; the trained weights lie in it too.
        force: replace an earlier build there.
        progress: who watches.

    Raises:
        InputRefused: `output` exists.
        ToolMissing: scikit-learn or a C++ compiler is not installed.
    """
    check_output(Path(output), force=force)
    steps = Steps(progress or Unwatched())
    with steps.step("read digits"):
        digits = load_images("digits:train")
    with steps.step("train"):
        network = train(digits, progress or Unwatched())
    with tempfile.TemporaryDirectory(prefix="fpgaflow-demo-") as folder:
        model = Path(folder) / f"{NAME}.pt"
        torch.save(network.state_dict(), model)
        build = compile_model(
            model,
            BOARD,
            output=output,
            force=force,
            example_input=(1, 8, 8),
            mean=(MEAN,),
            std=(STD,),
            calibration=digits,
            evaluation="digits:test",
            progress=progress,
        )
        shutil.copyfile(model, build.folder / model.name)
    return build


def train(digits: ImageSet, progress: Progress, *, epochs: int = _EPOCHS) -> nn.Module:
    """Return the network trained on labelled digits; the same digits give the same weights.

    Args:
        digits: uint8 [n, 8, 8, 1] with labels.
        progress: told of the epochs.
        epochs: passes over the digits.
    """
    assert digits.labels is not None, "digits have labels"
    images = torch.from_numpy(digits.images.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    images = (images - MEAN) / STD
    labels = torch.from_numpy(digits.labels)
    with torch.random.fork_rng(devices=[]), _one_thread():
        torch.manual_seed(SEED)
        network = ResNet(NETWORK).train()
        steps = epochs * -(-len(images) // _BATCH)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=steps)
        for epoch in range(epochs):
            for batch in torch.randperm(len(images)).split(_BATCH):
                optimizer.zero_grad()
                F.cross_entropy(network(images[batch]), labels[batch]).backward()
                optimizer.step()
                schedule.step()
            progress.update(epoch + 1, epochs)
    return network.eval()


@contextmanager
def _one_thread() -> Generator[None]:
    """Keep PyTorch to one core: more make so small a network slower, and sums differ."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
