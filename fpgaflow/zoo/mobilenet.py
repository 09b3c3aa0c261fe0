"""MobileNet (version 1) at any width: a stem, then pairs of depthwise and 1×1 convolutions.

Howard et al., "MobileNets", table 1; strides are those of 224×224 images, and 32×32 ones come
through as well. With ten classes it has 3.22 million parameters.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_WIDTHS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
# Pairs, counted from 1, whose depthwise convolution takes every second pixel.
_HALVING = frozenset({2, 4, 6, 12})


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileNetConfig:
    """A MobileNet.

    Attributes:
        stem: channels after the first convolution.
        widths: output channels of each of the 13 pairs.
        in_channels: channels of the image.
        classes: outputs of the last layer.
    """

    stem: int
    widths: tuple[int, ...]
    in_channels: int = 3
    classes: int = 10


def mobilenet_config(*, in_channels: int = 3, classes: int = 10) -> MobileNetConfig:
    """The unpruned network, width multiplier 1."""
    return MobileNetConfig(stem=32, widths=_WIDTHS, in_channels=in_channels, classes=classes)


class MobileNet(nn.Module):
    """The network that `config` describes."""

    def __init__(self, config: MobileNetConfig) -> None:
        super().__init__()
        self.config = config
        features: OrderedDict[str, nn.Module] = OrderedDict()
        features["0"] = nn.Sequential(
            nn.Conv2d(config.in_channels, config.stem, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(config.stem),
            nn.ReLU(),
        )
        in_width = config.stem
        for number, width in enumerate(config.widths, start=1):
            stride = 2 if number in _HALVING else 1
            features[str(number)] = _pair(in_width, width, stride)
            in_width = width
        self.features = nn.Sequential(features)
        self.classifier = nn.Linear(in_width, config.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images [n, in_channels, h, w] to logits [n, classes]."""
        x = F.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(torch.flatten(x, 1))


def _pair(in_width: int, width: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_width, in_width, 3, stride=stride, padding=1, groups=in_width, bias=False),
        nn.BatchNorm2d(in_width),
        nn.ReLU(),
        nn.Conv2d(in_width, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )
