"""A network and images small enough to train in a fraction of a second."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import ImageSet, make_image_set

QUICK = TrainSettings(
    epochs=4, restart_epochs=2, patience=None, batch=16, learning_rate=0.05, augment="crop-flip"
)
NORMALISE = ((0.4,), (0.3,))


def small_network(seed: int = 3) -> nn.Module:
    """Two convolutions with batch norm, and a linear layer: 8x8x1 to 4 classes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 6, 3, stride=2, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(6, 4),
        )


class InDouble(nn.Module):
    """The small network in float64, in which two orders of a sum hardly differ."""

    def __init__(self, seed: int = 3) -> None:
        super().__init__()
        self.network = small_network(seed).double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network(x.double())


def striped_images(count: int, seed: int) -> ImageSet:
    """Noisy images of 8x8x1 whose class is the place of a bright row."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    images = rng.integers(0, 120, (count, 8, 8, 1), dtype=np.uint8)
    images[np.arange(count), 2 * labels] += 130
    return make_image_set(images, labels, name=f"stripes {seed}")


TRAIN = striped_images(72, 1)
VALIDATION = striped_images(40, 2)
