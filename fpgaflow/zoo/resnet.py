"""Residual networks for small images, at any width and with any block removed.

The layout follows He et al., "Deep Residual Learning", section 4.2: a 3×3 stem, stages of basic
blocks, global average pooling, one fully connected layer. Parameter names are those of the widely
used CIFAR implementations (`conv1`, `bn1`, `layer1.0.conv1`, …, `linear`).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.errors import InputRefused

Shortcut = Literal["A", "B"]

TINY_DEPTH = 8
"""One block a stage: of the size of MLPerf Tiny's image classifier, which has option B."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockConfig:
    """One basic block.

    Attributes:
        index: the block's number in its stage, as parameter names spell it; numbers may have gaps.
        inner: channels between its two convolutions.
    """

    index: int
    inner: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageConfig:
    """One stage: blocks that share their output width; the first one applies `stride`.

    Attributes:
        width: output channels of every block.
        stride: of the first block.
        blocks: the blocks in order.
        pad_before: zero channels that the first block's option-A shortcut puts before its own;
            None for half of them. Pruning may take more channels from one side than the other.
    """

    width: int
    stride: int
    blocks: tuple[BlockConfig, ...]
    pad_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResNetConfig:
    """A residual network of basic blocks.

    Attributes:
        stem: channels after the first convolution.
        stages: the stages in order.
        shortcut: where shapes change, "A" takes every second pixel and pads channels with zeros;
            "B" is a 1×1 convolution with batch norm.
        in_channels: channels of the image.
        classes: outputs of the last layer.
    """

    stem: int
    stages: tuple[StageConfig, ...]
    shortcut: Shortcut = "A"
    in_channels: int = 3
    classes: int = 10


def usual_shortcut(depth: int) -> Shortcut:
    """Return the option that networks of this depth are known with."""
    return "B" if depth == TINY_DEPTH else "A"


def resnet_config(
    depth: int, *, shortcut: Shortcut = "A", in_channels: int = 3, classes: int = 10
) -> ResNetConfig:
    """The unpruned CIFAR network of `depth` = 6n + 2 layers: 16, 32 and 64 channels, n blocks each.

    Raises:
        InputRefused: the depth is not 6n + 2, or the shortcut is neither "A" nor "B".
    """
    if depth < 8 or (depth - 2) % 6:
        raise InputRefused(
            f"depth {depth} is not a CIFAR residual network",
            accepted="depths of 6n + 2: 8, 20, 32, 44, 56, 110",
        )
    if shortcut not in ("A", "B"):
        raise InputRefused(f"shortcut option {shortcut!r}", accepted="A or B")
    blocks = (depth - 2) // 6
    stages = tuple(
        StageConfig(
            width=width,
            stride=stride,
            blocks=tuple(BlockConfig(index=i, inner=width) for i in range(blocks)),
        )
        for width, stride in ((16, 1), (32, 2), (64, 2))
    )
    return ResNetConfig(
        stem=16, stages=stages, shortcut=shortcut, in_channels=in_channels, classes=classes
    )


class PadShortcut(nn.Module):
    """Option A: every `stride`-th pixel, and zero channels on both sides up to `width`."""

    def __init__(
        self, *, in_width: int, width: int, stride: int, before: int | None = None
    ) -> None:
        """Raise InputRefused when the shortcut would have to drop channels.

        A `before` that is given is part of the state_dict, since no shape tells it.
        """
        super().__init__()
        if width < in_width:
            raise InputRefused(
                f"an option-A shortcut from {in_width} to {width} channels",
                accepted="as many output channels as input channels, or more",
                remedy="use shortcut option B for this width",
            )
        self.stride = stride
        added = width - in_width
        if before is not None:
            if not 0 <= before <= added:
                raise InputRefused(
                    f"an option-A shortcut with {before} zero channels before its own",
                    accepted=f"0 to {added}, which is how many it adds",
                )
            self.register_buffer("pad_before", torch.tensor(before))
        self.before = added // 2 if before is None else before
        self.after = added - self.before

    def forward(self, x: Tensor) -> Tensor:
        """[n, c, h, w] to [n, width, ⌈h / stride⌉, ⌈w / stride⌉]."""
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, self.before, self.after))


def _shortcut(
    kind: Shortcut, *, in_width: int, width: int, stride: int, pad_before: int | None
) -> nn.Module:
    if stride == 1 and in_width == width:
        return nn.Identity()
    if kind == "A":
        return PadShortcut(in_width=in_width, width=width, stride=stride, before=pad_before)
    return nn.Sequential(
        nn.Conv2d(in_width, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width)
    )


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut around them."""

    def __init__(
        self,
        *,
        in_width: int,
        inner: int,
        width: int,
        stride: int,
        shortcut: Shortcut,
        pad_before: int | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_width, inner, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = _shortcut(
            shortcut, in_width=in_width, width=width, stride=stride, pad_before=pad_before
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, in_width, h, w] to [n, width, ⌈h / stride⌉, ⌈w / stride⌉]."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.shortcut(x))


class ResNet(nn.Module):
    """The network that `config` describes."""

    def __init__(self, config: ResNetConfig) -> None:
        super().__init__()
        self.config = config
        self.conv1 = nn.Conv2d(config.in_channels, config.stem, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(config.stem)
        width = config.stem
        for number, stage in enumerate(config.stages, start=1):
            layer = _stage(stage, in_width=width, shortcut=config.shortcut)
            self.add_module(f"layer{number}", layer)
            width = stage.width
        self.linear = nn.Linear(width, config.classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images [n, in_channels, h, w] to logits [n, classes]."""
        x = F.relu(self.bn1(self.conv1(x)))
        for number in range(1, len(self.config.stages) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        return self.linear(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def _stage(stage: StageConfig, *, in_width: int, shortcut: Shortcut) -> nn.Sequential:
    blocks: OrderedDict[str, nn.Module] = OrderedDict()
    for position, block in enumerate(stage.blocks):
        blocks[str(block.index)] = BasicBlock(
            in_width=stage.width if position else in_width,
            inner=block.inner,
            width=stage.width,
            stride=1 if position else stage.stride,
            shortcut=shortcut,
            pad_before=None if position else stage.pad_before,
        )
    return nn.Sequential(blocks)
