"""Lip reading: VGG features of each frame, a bidirectional LSTM over the frames, a linear layer.

The network of "Lip Recognition Based on Channel-Level Structured Pruning", Appl. Sci. 2022, 12,
10468: VGG-16 with batch norm, then a BiLSTM. Parameters are named `features.N` as in `vgg`, then
`lstm` and `classifier`. The softmax is the loss's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.zoo.vgg import VggLayerConfig, vgg_features, vgg_layers


@dataclass(frozen=True, slots=True, kw_only=True)
class LipNetConfig:
    """A lip-reading network.

    Attributes:
        layers: the convolutions in order.
        conv_bias: whether the convolutions have a bias beside their batch norm.
        hidden: units of the LSTM in each direction.
        lstm_layers: LSTMs on top of each other.
        in_channels: channels of a frame.
        classes: outputs of the last layer.
    """

    layers: tuple[VggLayerConfig, ...]
    conv_bias: bool = True
    hidden: int = 256
    lstm_layers: int = 1
    in_channels: int = 3
    classes: int = 10


def lipnet_config(
    *,
    hidden: int = 256,
    lstm_layers: int = 1,
    conv_bias: bool = True,
    in_channels: int = 3,
    classes: int = 10,
) -> LipNetConfig:
    """The unpruned network: VGG-16's convolutions, one LSTM of 256 units in each direction."""
    return LipNetConfig(
        layers=vgg_layers(16),
        conv_bias=conv_bias,
        hidden=hidden,
        lstm_layers=lstm_layers,
        in_channels=in_channels,
        classes=classes,
    )


def lipnet_small_config(
    *, conv_bias: bool = True, in_channels: int = 3, classes: int = 10
) -> LipNetConfig:
    """The same with an eighth of the widths and 32 units, which trains on a CPU in minutes."""
    return LipNetConfig(
        layers=vgg_layers(16, divisor=8),
        conv_bias=conv_bias,
        hidden=32,
        in_channels=in_channels,
        classes=classes,
    )


class LipNet(nn.Module):
    """The network that `config` describes."""

    def __init__(self, config: LipNetConfig) -> None:
        super().__init__()
        self.config = config
        self.features = vgg_features(
            config.layers, in_channels=config.in_channels, conv_bias=config.conv_bias
        )
        self.lstm = nn.LSTM(
            config.layers[-1].width,
            config.hidden,
            config.lstm_layers,
            batch_first=True,
            bidirectional=True,
        )
        self.classifier = nn.Linear(2 * config.hidden, config.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Clips [n, frames, in_channels, h, w] to logits [n, classes].

        Raises:
            ValueError: x has another number of axes; a batch of images is no clip.
        """
        if x.dim() != 5:
            raise ValueError(
                f"it takes clips [n, frames, channels, height, width], not {list(x.shape)}"
            )
        maps = F.adaptive_avg_pool2d(self.features(x.flatten(0, 1)), 1)
        states, _ = self.lstm(torch.flatten(maps, 1).unflatten(0, x.shape[:2]))
        # The mean over the frames: at the last frame alone, the backward direction has seen only
        # that frame.
        return self.classifier(states.mean(1))
