"""What a network reaches and costs, and how sure a difference between two networks is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fpgaflow.api.comparison import BATCH, compare_models
from fpgaflow.api.network import normalisation
from fpgaflow.compress.costs import Costs, costs
from fpgaflow.compress.evaluate import evaluating
from fpgaflow.compress.training_images import Normalise, put_images
from fpgaflow.data import ImageSet
from fpgaflow.frontend.checkpoint import load_model

_BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """The two halves of a test set.

    Attributes:
        chosen_on: what thresholds and best epochs were chosen on.
        untouched: what nothing was chosen on.
    """

    chosen_on: ImageSet
    untouched: ImageSet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """One network.

    Attributes:
        architecture: what it was recognised as.
        input_shape: (channels, height, width) of one image.
        costs: of one image, counted.
        convolutions: how many it has.
        right_chosen_on: for each image of that half, whether its class is its label, bool [n].
        right_untouched: likewise.
        cpu_ms: milliseconds an image on the CPU at batch 32; None where it was not measured.
    """

    architecture: str
    input_shape: tuple[int, int, int]
    costs: Costs
    convolutions: int
    right_chosen_on: NDArray[np.bool_]
    right_untouched: NDArray[np.bool_]
    cpu_ms: float | None

    @property
    def right(self) -> NDArray[np.bool_]:
        """Of the whole test set."""
        return np.concatenate((self.right_chosen_on, self.right_untouched))


def measure(
    path: Path,
    halves: Halves,
    *,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    cpu_time: bool = False,
) -> Measured:
    """Measure a model file on both halves.

    Args:
        path: a file of weights.
        halves: the images.
        mean: of the input normalisation; by default what fpgaflow wrote into the file, else 0.
        std: likewise, else 1.
        cpu_time: whether to measure it too.

    Raises:
        InputRefused: the file cannot be used.
        click.ClickException: it holds no PyTorch network.
    """
    loaded = load_model(path)
    if not isinstance(loaded.payload, nn.Module):
        raise click.ClickException(f"{path} holds no PyTorch weights")
    module = loaded.payload
    normalise = normalisation(loaded.note, mean, std)
    height, width, channels = halves.untouched.images.shape[1:]
    shape = (channels, height, width)
    return Measured(
        architecture=loaded.architecture,
        input_shape=shape,
        costs=costs(module, shape),
        convolutions=sum(isinstance(layer, nn.Conv2d) for layer in module.modules()),
        right_chosen_on=right_answers(module, halves.chosen_on, normalise),
        right_untouched=right_answers(module, halves.untouched, normalise),
        cpu_ms=_cpu_ms(path, shape) if cpu_time else None,
    )


def right_answers(module: nn.Module, images: ImageSet, normalise: Normalise) -> NDArray[np.bool_]:
    """Return for each image whether the network gives its label, in float32; bool [n]."""
    held = put_images(images, normalise, torch.device("cpu"))
    with evaluating(module), torch.inference_mode():
        classes = torch.cat(
            [module(held.normalised(some)).argmax(1) for some in held.pixels.split(_BATCH)]
        )
    return (classes == held.labels).numpy()


def _cpu_ms(path: Path, shape: tuple[int, int, int]) -> float:
    found = compare_models([path], input_shape=shape).networks[0]
    return 1000 * found.cpu_seconds / BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two networks on the same images.

    Attributes:
        images: how many.
        lost: images that only the first classifies right.
        gained: images that only the second does.
    """

    images: int
    lost: int
    gained: int

    @property
    def drop_points(self) -> float:
        """By how many percentage points the second one's accuracy is lower."""
        return 100 * (self.lost - self.gained) / self.images

    @property
    def standard_error_points(self) -> float:
        """Of the drop: that of a paired difference of proportions (McNemar's test)."""
        differ, drop = self.lost + self.gained, self.lost - self.gained
        return 100 * math.sqrt(differ - drop * drop / self.images) / self.images


def paired(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Paired:
    """Compare two networks' right answers to the same images, bool [n] each."""
    return Paired(
        images=len(first),
        lost=int((first & ~second).sum()),
        gained=int((~first & second).sum()),
    )
