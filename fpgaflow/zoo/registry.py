"""The zoo's names: each one builds an unpruned network."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from torch import nn

from fpgaflow.errors import InputRefused
from fpgaflow.zoo.densenet import DenseNet, densenet40_config, densenet121_config
from fpgaflow.zoo.lipnet import LipNet, lipnet_config, lipnet_small_config
from fpgaflow.zoo.mobilenet import MobileNet, mobilenet_config
from fpgaflow.zoo.resnet import TINY_DEPTH, ResNet, resnet_config, usual_shortcut
from fpgaflow.zoo.squeezenet import SqueezeNet, squeezenet_config
from fpgaflow.zoo.vgg import Vgg, vgg_config


@dataclass(frozen=True, slots=True, kw_only=True)
class ZooEntry:
    """One architecture of the zoo.

    Attributes:
        name: what `--arch` takes.
        summary: one line for people.
        input_size: height and width of the images or frames it was published for.
        takes_clips: whether it takes clips [n, frames, channels, height, width]; else images.
        factory: builds the module; its keyword arguments are the options.
        options: names of those arguments.
    """

    name: str
    summary: str
    input_size: int
    takes_clips: bool
    factory: Callable[..., nn.Module]
    options: tuple[str, ...]


def _entry(
    name: str,
    summary: str,
    network: Callable[..., nn.Module],
    config: Callable[..., object],
    *,
    input_size: int = 32,
    takes_clips: bool = False,
) -> ZooEntry:
    def factory(**options: object) -> nn.Module:
        return network(config(**options))

    parameters = inspect.signature(config).parameters.values()
    options = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
    return ZooEntry(
        name=name,
        summary=summary,
        input_size=input_size,
        takes_clips=takes_clips,
        factory=factory,
        options=options,
    )


def _entries() -> dict[str, ZooEntry]:
    entries = [
        _entry(
            f"resnet{TINY_DEPTH}",
            "ResNet of MLPerf Tiny's size: one block a stage, option B shortcuts",
            ResNet,
            partial(resnet_config, TINY_DEPTH, shortcut=usual_shortcut(TINY_DEPTH)),
        )
    ]
    entries += [
        _entry(
            f"resnet{depth}",
            f"CIFAR ResNet-{depth}, option A or B shortcuts",
            ResNet,
            partial(resnet_config, depth),
        )
        for depth in (20, 32, 44, 56, 110)
    ]
    entries += [
        _entry(
            "densenet40",
            "CIFAR DenseNet-40, growth 12, no bottleneck",
            DenseNet,
            densenet40_config,
        ),
        _entry(
            "densenet121",
            "DenseNet-121 with the ImageNet stem",
            DenseNet,
            densenet121_config,
            input_size=224,
        ),
    ]
    entries += [
        _entry(
            f"vgg{depth}_bn",
            f"CIFAR VGG-{depth} with batch norm and one linear layer",
            Vgg,
            partial(vgg_config, depth),
        )
        for depth in (11, 13, 16, 19)
    ]
    entries += [
        _entry(
            "mobilenet",
            "MobileNet version 1 with batch norm",
            MobileNet,
            mobilenet_config,
            input_size=224,
        ),
        _entry(
            "squeezenet",
            "SqueezeNet 1.1, without batch norm",
            SqueezeNet,
            squeezenet_config,
            input_size=224,
        ),
    ]
    entries += [
        _entry(
            "lipnet",
            "Lip reading: VGG-16 with batch norm on each frame, then a BiLSTM",
            LipNet,
            lipnet_config,
            input_size=224,
            takes_clips=True,
        ),
        _entry(
            "lipnet_small",
            "The same with an eighth of the widths",
            LipNet,
            lipnet_small_config,
            input_size=32,
            takes_clips=True,
        ),
    ]
    return {entry.name: entry for entry in entries}


ZOO: Mapping[str, ZooEntry] = MappingProxyType(_entries())
"""Every architecture of the zoo by name."""


def find(name: str) -> ZooEntry:
    """The entry called `name`.

    Raises:
        InputRefused: no such name; the message gives the nearest ones.
    """
    if name in ZOO:
        return ZOO[name]
    near = difflib.get_close_matches(name, ZOO, n=3)
    raise InputRefused(
        f"architecture {name!r} is not in the zoo",
        accepted=", ".join(ZOO),
        remedy=f"did you mean {' or '.join(near)}?" if near else "",
    )


def build(name: str, **options: object) -> nn.Module:
    """Build an architecture by name, with PyTorch's default initialisation, in training mode.

    Args:
        name: a key of ZOO.
        options: what the entry's `options` lists: in_channels, classes; shortcut for residual
            networks; growth and first_channels for DenseNet-40; conv_bias for VGG and lipnet;
            hidden and lstm_layers for lipnet.

    Raises:
        InputRefused: unknown name or option.
    """
    entry = find(name)
    unknown = sorted(set(options) - set(entry.options))
    if unknown:
        raise InputRefused(
            f"{name} has no option {unknown[0]!r}", accepted=", ".join(entry.options)
        )
    return entry.factory(**options)
