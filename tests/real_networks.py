"""ResNet-20 on CIFAR-10-JPEG, from its checkpoint to bundles for the emulated board."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import fpgaflow
from fpgaflow.api.bundle import make_bundle
from fpgaflow.runtime.bundle import SUFFIX
from tests.real_data import read_cifar10_jpeg, write_cifar10_jpeg

CHECKPOINT = "resnet20-cifar10jpeg.pt"
GOLDEN = 20
"""Test images that a bundle holds, with their scores."""


def compile_resnet20(data_dir: Path, folder: Path, board: str = "pynq-z2") -> fpgaflow.Build:
    """Compile the checkpoint into a new folder; it is too large for small boards.

    Args:
        data_dir: the folder of real data sets.
        folder: an existing one, where the build and the calibration images go.
        board: as `fpgaflow boards` lists it.
    """
    images = write_cifar10_jpeg(data_dir, folder / "calibration.npz", "train", slice(0, 64))
    return fpgaflow.compile(
        data_dir / "checkpoints" / CHECKPOINT,
        output=folder / f"resnet20-{board}",
        board=board,
        calibration=str(images),
        calibration_images=64,
        evaluation_images=0,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        allow_oversize=True,
        simulate=0,
    )


def write_resnet20_bundle(data_dir: Path, build: fpgaflow.Build, folder: Path) -> Path:
    """Bundle a build with the first test images as golden ones."""
    images = read_cifar10_jpeg(data_dir, "test", slice(0, GOLDEN))
    return make_bundle(build, folder / f"{build.folder.name}{SUFFIX}", images=images, force=True)


def write_bundles(folder: str) -> None:
    """Write a bundle for a board of each family, which `make test-board` tests with pynq.

    Args:
        folder: where they go; FPGAFLOW_DATA names the folder of real data sets.
    """
    data_dir = Path(os.environ["FPGAFLOW_DATA"]).resolve()
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for board in ("pynq-z2", "zcu104"):
            build = compile_resnet20(data_dir, Path(name), board)
            write_resnet20_bundle(data_dir, build, Path(folder))
