"""A network small enough to be compiled in every test, and images for it."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig

SHAPE = (1, 6, 6)
CLASSES = 3


def tiny_module() -> nn.Module:
    """A residual network of two blocks with seeded weights, in evaluation mode."""
    config = ResNetConfig(
        stem=2,
        stages=(
            StageConfig(width=2, stride=1, blocks=(BlockConfig(index=0, inner=2),)),
            StageConfig(width=4, stride=2, blocks=(BlockConfig(index=0, inner=2),)),
            StageConfig(width=4, stride=2, blocks=(BlockConfig(index=0, inner=2),)),
        ),
        in_channels=1,
        classes=CLASSES,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return ResNet(config).eval()


def tiny_images(count: int = 40, seed: int = 1) -> NDArray[np.uint8]:
    """Random images of the network's size, [count, 6, 6, 1]."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 6, 6, 1), dtype=np.uint8)


def tiny_labels(count: int = 40) -> NDArray[np.int64]:
    """What the network itself says of `tiny_images(count)`."""
    images = torch.from_numpy(tiny_images(count).transpose(0, 3, 1, 2) / np.float32(255))
    with torch.no_grad():
        return tiny_module()(images).argmax(1).numpy()


def save_model(folder: Path) -> Path:
    """Save the network's weights as a user would."""
    path = folder / "tiny.pt"
    torch.save(tiny_module().state_dict(), path)
    return path


def save_images(folder: Path, count: int = 40) -> Path:
    """Save images with labels."""
    path = folder / "images.npz"
    np.savez(path, images=tiny_images(count), labels=tiny_labels(count))
    return path


def stand_in_compiler(folder: Path, program: str) -> Path:
    """A C++ compiler whose executables do as the shell script `program` says."""
    path = folder / "stand-in-cxx"
    path.write_text(
        '#!/bin/sh\nwhile [ "$1" != "-o" ]; do shift; done\n'
        f"printf '#!/bin/sh\\n%s\\n' '{program}' > \"$2\"\nchmod +x \"$2\"\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def left_behind(folder: Path) -> list[str]:
    """Names of everything in a folder, hidden ones included."""
    return sorted(path.name for path in folder.iterdir())
