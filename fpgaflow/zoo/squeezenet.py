"""SqueezeNet 1.1 at any width: fire modules, no batch norm, no fully connected layer.

Iandola et al., "SqueezeNet", in the version 1.1 that its authors published afterwards. Parameter
names are those of the common ImageNet implementation (`features.3.squeeze`, …, `classifier.1`).
With ten classes it has 0.73 million parameters.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FIRES = (3, 4, 6, 7, 9, 10, 11, 12)
"""The fire modules' numbers in `features`; 2, 5 and 8 are poolings."""

_POOLS = (2, 5, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class FireConfig:
    """Output channels of a fire module's three convolutions."""

    squeeze: int
    expand1x1: int
    expand3x3: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SqueezeNetConfig:
    """A SqueezeNet.

    Attributes:
        stem: channels after the first convolution.
        fires: the eight fire modules in order.
        in_channels: channels of the image.
        classes: outputs of the last layer.
    """

    stem: int
    fires: tuple[FireConfig, ...]
    in_channels: int = 3
    classes: int = 10


def squeezenet_config(*, in_channels: int = 3, classes: int = 10) -> SqueezeNetConfig:
    """The unpruned network."""
    sizes = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
    return SqueezeNetConfig(
        stem=64,
        fires=tuple(FireConfig(squeeze=s, expand1x1=e, expand3x3=e) for s, e in sizes),
        in_channels=in_channels,
        classes=classes,
    )


class Fire(nn.Module):
    """A 1×1 convolution, then a 1×1 and a 3×3 one side by side; all with ReLU."""

    def __init__(self, config: FireConfig, *, in_width: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_width, config.squeeze, 1)
        self.expand1x1 = nn.Conv2d(config.squeeze, config.expand1x1, 1)
        self.expand3x3 = nn.Conv2d(config.squeeze, config.expand3x3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, in_width, h, w] to [n, expand1x1 + expand3x3, h, w]; the 1×1 channels come first."""
        x = F.relu(self.squeeze(x))
        return torch.cat((F.relu(self.expand1x1(x)), F.relu(self.expand3x3(x))), dim=1)


class SqueezeNet(nn.Module):
    """The network that `config` describes."""

    def __init__(self, config: SqueezeNetConfig) -> None:
        super().__init__()
        self.config = config
        layers: dict[int, nn.Module] = {
            0: nn.Conv2d(config.in_channels, config.stem, 3, stride=2),
            1: nn.ReLU(),
        }
        layers |= {number: nn.MaxPool2d(3, stride=2, ceil_mode=True) for number in _POOLS}
        width = config.stem
        for number, fire in zip(FIRES, config.fires, strict=True):
            layers[number] = Fire(fire, in_width=width)
            width = fire.expand1x1 + fire.expand3x3
        self.features = nn.Sequential(
            OrderedDict((str(number), layers[number]) for number in sorted(layers))
        )
        self.classifier = nn.Sequential(
            nn.Dropout(0.5), nn.Conv2d(width, config.classes, 1), nn.ReLU()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images [n, in_channels, h, w], of 15 pixels a side or more, to scores [n, classes]."""
        x = F.adaptive_avg_pool2d(self.classifier(self.features(x)), 1)
        return torch.flatten(x, 1)
