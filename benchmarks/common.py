"""What the benchmarks share: the network that is timed, fair timing, the file of figures."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from fpgaflow.zoo.registry import build

INPUT_SHAPE = (3, 32, 32)
CALIBRATION_IMAGES = 64
MEAN = (0.491, 0.482, 0.447)
STD = (0.247, 0.243, 0.262)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A network in the forms that are compared.

    Attributes:
        name: for the table and the file.
        module: in PyTorch, in evaluation mode, float32.
        graph: the same network in 8-bit fixed point.
    """

    name: str
    module: nn.Module
    graph: Graph


def subject(
    arch: str,
    checkpoint: Path | None,
    images: NDArray[np.uint8] | None = None,
    mean: tuple[float, ...] = MEAN,
    std: tuple[float, ...] = STD,
) -> Subject:
    """Return a CIFAR network: of a checkpoint, or of the zoo with seeded random weights.

    Args:
        arch: of the zoo.
        checkpoint: its weights.
        images: that choose the number formats; seeded random pixels by default.
        mean: of the input normalisation, on pixels from 0 to 1.
        std: likewise.

    Raises:
        InputRefused: the checkpoint cannot be used.
        click.UsageError: it holds a network that is no PyTorch module.
    """
    if checkpoint is None:
        torch.manual_seed(0)
        name, module = f"{arch}, seeded weights", build(arch).eval()
    else:
        loaded = load_model(checkpoint)
        if not isinstance(loaded.payload, nn.Module):
            raise click.UsageError(f"{checkpoint} holds no PyTorch weights")
        name, module = f"{loaded.architecture}, {checkpoint.name}", loaded.payload.eval()
    real = canonicalize(import_module(module, INPUT_SHAPE, name=arch), mean=mean, std=std)
    return Subject(
        name=name,
        module=module,
        graph=quantize(
            real, random_images(CALIBRATION_IMAGES) if images is None else images, Settings()
        ),
    )


def random_images(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return seeded random pixels, [count, height, width, channels]."""
    channels, height, width = INPUT_SHAPE
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, height, width, channels), dtype=np.uint8)


def interleaved(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Time several pieces of work in turn, so that a busy moment of the machine hits all alike.

    Each runs once before, untimed.

    Returns:
        The seconds of each round, by name.
    """
    for run in work.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def rate(images: int, seconds: list[float]) -> float:
    """Return images a second: the median over the rounds."""
    return images / statistics.median(seconds)


def write_figures(path: Path | None, figures: Mapping[str, object]) -> None:
    """Write figures as JSON; nothing where no file was asked for."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
