"""Densely connected networks, at any width: DenseNet-40 for CIFAR and DenseNet-121.

Huang et al., "Densely Connected Convolutional Networks". Parameter names are those of the common
ImageNet implementation (`features.denseblock1.denselayer1.norm1`, …, `classifier`). Pruning changes
how many channels a layer adds; every width behind it follows from the sum.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Stem = Literal["cifar", "imagenet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseLayerConfig:
    """One layer of a dense block.

    Attributes:
        index: the layer's number in its block, as parameter names spell it (from 1; gaps allowed).
        growth: channels it adds.
        bottleneck: channels of the 1×1 convolution before the 3×3 one; None for no bottleneck.
    """

    index: int
    growth: int
    bottleneck: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseNetConfig:
    """A densely connected network.

    Attributes:
        stem_width: channels after the first convolution.
        blocks: the layers of each dense block.
        transitions: output channels of each transition; one fewer than blocks.
        stem: "cifar" is a 3×3 convolution; "imagenet" a 7×7 one of stride 2 with batch norm, ReLU
            and 3×3 max pooling of stride 2.
        in_channels: channels of the image.
        classes: outputs of the last layer.
    """

    stem_width: int
    blocks: tuple[tuple[DenseLayerConfig, ...], ...]
    transitions: tuple[int, ...]
    stem: Stem = "cifar"
    in_channels: int = 3
    classes: int = 10


def densenet40_config(
    *, growth: int = 12, first_channels: int = 24, in_channels: int = 3, classes: int = 10
) -> DenseNetConfig:
    """DenseNet-40: three blocks of 12 plain layers, transitions that keep the width.

    First channels are 16 in the paper's basic networks, 24 (2 × growth) or 12 elsewhere.
    """
    layers = tuple(DenseLayerConfig(index=i, growth=growth) for i in range(1, 13))
    widths = (first_channels + 12 * growth, first_channels + 24 * growth)
    return DenseNetConfig(
        stem_width=first_channels,
        blocks=(layers, layers, layers),
        transitions=widths,
        in_channels=in_channels,
        classes=classes,
    )


def densenet121_config(*, in_channels: int = 3, classes: int = 1000) -> DenseNetConfig:
    """DenseNet-121: growth 32, bottleneck 128, blocks of 6, 12, 24, 16, transitions that halve."""
    counts = (6, 12, 24, 16)
    width = 64
    transitions: list[int] = []
    for count in counts[:-1]:
        width = (width + 32 * count) // 2
        transitions.append(width)
    return DenseNetConfig(
        stem_width=64,
        blocks=tuple(
            tuple(DenseLayerConfig(index=i, growth=32, bottleneck=128) for i in range(1, n + 1))
            for n in counts
        ),
        transitions=tuple(transitions),
        stem="imagenet",
        in_channels=in_channels,
        classes=classes,
    )


class DenseLayer(nn.Module):
    """Batch norm, ReLU, convolution (twice with a bottleneck), joined to its own input."""

    def __init__(self, config: DenseLayerConfig, *, in_width: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_width)
        if config.bottleneck is None:
            self.conv1 = nn.Conv2d(in_width, config.growth, 3, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(in_width, config.bottleneck, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(config.bottleneck)
            self.conv2 = nn.Conv2d(config.bottleneck, config.growth, 3, padding=1, bias=False)
        self.has_bottleneck = config.bottleneck is not None

    def forward(self, x: Tensor) -> Tensor:
        """[n, in_width, h, w] to [n, in_width + growth, h, w]; the input's channels come first."""
        out = self.conv1(F.relu(self.norm1(x)))
        if self.has_bottleneck:
            out = self.conv2(F.relu(self.norm2(out)))
        return torch.cat((x, out), dim=1)


class Transition(nn.Module):
    """Batch norm, ReLU, 1×1 convolution, 2×2 average pooling."""

    def __init__(self, *, in_width: int, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(in_width)
        self.conv = nn.Conv2d(in_width, width, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[n, in_width, h, w] to [n, width, h / 2, w / 2]."""
        return F.avg_pool2d(self.conv(F.relu(self.norm(x))), 2)


def _stem(config: DenseNetConfig) -> OrderedDict[str, nn.Module]:
    width = config.stem_width
    if config.stem == "cifar":
        conv = nn.Conv2d(config.in_channels, width, 3, padding=1, bias=False)
        return OrderedDict(conv0=conv)
    return OrderedDict(
        conv0=nn.Conv2d(config.in_channels, width, 7, stride=2, padding=3, bias=False),
        norm0=nn.BatchNorm2d(width),
        relu0=nn.ReLU(),
        pool0=nn.MaxPool2d(3, stride=2, padding=1),
    )


class DenseNet(nn.Module):
    """The network that `config` describes."""

    def __init__(self, config: DenseNetConfig) -> None:
        super().__init__()
        self.config = config
        features = _stem(config)
        width = config.stem_width
        for number, layers in enumerate(config.blocks, start=1):
            block: OrderedDict[str, nn.Module] = OrderedDict()
            for layer in layers:
                block[f"denselayer{layer.index}"] = DenseLayer(layer, in_width=width)
                width += layer.growth
            features[f"denseblock{number}"] = nn.Sequential(block)
            if number <= len(config.transitions):
                out_width = config.transitions[number - 1]
                features[f"transition{number}"] = Transition(in_width=width, width=out_width)
                width = out_width
        features["norm5"] = nn.BatchNorm2d(width)
        self.features = nn.Sequential(features)
        self.classifier = nn.Linear(width, config.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images [n, in_channels, h, w] to logits [n, classes]."""
        x = F.relu(self.features(x))
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))
