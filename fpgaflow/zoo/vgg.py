"""VGG with batch norm for small images, at any width: global average pooling and one linear layer.

Simonyan and Zisserman's convolutional part; the fully connected head is replaced by global average
pooling, as pruning papers on CIFAR do. Parameters are named `features.N` as in the common ImageNet
implementation, where pooling and ReLU count in N.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.errors import InputRefused

# Convolutions between poolings; every run ends in 2×2 max pooling.
_RUNS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_WIDTHS = (64, 128, 256, 512, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class VggLayerConfig:
    """One convolution with its batch norm and ReLU.

    Attributes:
        index: the convolution's number in `features`, as parameter names spell it.
        width: its output channels.
        pools: 2×2 max poolings that follow its ReLU; an odd last row or column makes one of its
            own, so that images of any size, 8×8 or 28×28 too, come through all five.
    """

    index: int
    width: int
    pools: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VggConfig:
    """A VGG network.

    Attributes:
        layers: the convolutions in order.
        conv_bias: whether the convolutions have a bias beside their batch norm.
        in_channels: channels of the image.
        classes: outputs of the last layer.
    """

    layers: tuple[VggLayerConfig, ...]
    conv_bias: bool = True
    in_channels: int = 3
    classes: int = 10


def vgg_config(
    depth: int,
    *,
    conv_bias: bool = True,
    last_pool: bool = True,
    in_channels: int = 3,
    classes: int = 10,
) -> VggConfig:
    """The unpruned network of depth 11, 13, 16 or 19 (counted with its three original linears).

    Without its last max pooling, depth 19 is the network whose memory accesses at 224×224 are those
    of "Lip Recognition Based on Channel-Level Structured Pruning", Appl. Sci. 2022, 12, 10468. The
    weights are the same either way.

    Raises:
        InputRefused: any other depth.
    """
    layers = vgg_layers(depth)
    if not last_pool:
        layers = (*layers[:-1], replace(layers[-1], pools=0))
    return VggConfig(layers=layers, conv_bias=conv_bias, in_channels=in_channels, classes=classes)


def vgg_layers(depth: int, *, divisor: int = 1) -> tuple[VggLayerConfig, ...]:
    """The convolutions of depth 11, 13, 16 or 19, each width divided by `divisor`.

    Raises:
        InputRefused: any other depth.
    """
    if depth not in _RUNS:
        known = ", ".join(str(known) for known in _RUNS)
        raise InputRefused(f"depth {depth} is not a VGG network", accepted=f"depths {known}")
    layers: list[VggLayerConfig] = []
    index = 0
    for run, width in zip(_RUNS[depth], _WIDTHS, strict=True):
        for position in range(run):
            pools = 1 if position == run - 1 else 0
            layers.append(VggLayerConfig(index=index, width=width // divisor, pools=pools))
            index += 3 + pools
    return tuple(layers)


def vgg_features(
    layers: Sequence[VggLayerConfig], *, in_channels: int, conv_bias: bool
) -> nn.Sequential:
    """The convolutional part: [n, in_channels, h, w] to [n, width of the last layer, ...]."""
    features: OrderedDict[str, nn.Module] = OrderedDict()
    width = in_channels
    for layer in layers:
        features[str(layer.index)] = nn.Conv2d(width, layer.width, 3, padding=1, bias=conv_bias)
        features[str(layer.index + 1)] = nn.BatchNorm2d(layer.width)
        features[str(layer.index + 2)] = nn.ReLU()
        for pool in range(layer.pools):
            features[str(layer.index + 3 + pool)] = nn.MaxPool2d(2, ceil_mode=True)
        width = layer.width
    return nn.Sequential(features)


class Vgg(nn.Module):
    """The network that `config` describes."""

    def __init__(self, config: VggConfig) -> None:
        super().__init__()
        self.config = config
        self.features = vgg_features(
            config.layers, in_channels=config.in_channels, conv_bias=config.conv_bias
        )
        self.classifier = nn.Linear(config.layers[-1].width, config.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images [n, in_channels, h, w] to logits [n, classes]."""
        x = F.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(torch.flatten(x, 1))
