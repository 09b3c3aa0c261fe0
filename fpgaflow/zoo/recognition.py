"""Which network is this state_dict? Answered from parameter names and tensor shapes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from fpgaflow.errors import InputRefused
from fpgaflow.zoo.densenet import (
    DenseLayerConfig,
    DenseNet,
    DenseNetConfig,
    densenet40_config,
    densenet121_config,
)
from fpgaflow.zoo.mobilenet import MobileNet, MobileNetConfig, mobilenet_config
from fpgaflow.zoo.naming import Family, family_of, map_names, strip_wrappers
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig, resnet_config
from fpgaflow.zoo.squeezenet import (
    FIRES,
    FireConfig,
    SqueezeNet,
    SqueezeNetConfig,
    squeezenet_config,
)
from fpgaflow.zoo.vgg import Vgg, VggConfig, VggLayerConfig, vgg_config

Config = ResNetConfig | DenseNetConfig | VggConfig | MobileNetConfig | SqueezeNetConfig
Shapes = Mapping[str, tuple[int, ...]]
_PAD_BEFORE = ".shortcut.pad_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A network that a state_dict fits.

    Attributes:
        config: every width and every removed block.
        architecture: for people: the zoo's name, followed by what differs from it.
        names: the checkpoint's parameter names to the module's.
        module: the network on PyTorch's meta device, so that hostile widths allocate nothing;
            `load` fills it.
        input_shape: (channels, height, width) the family was published for.
    """

    config: Config
    architecture: str
    names: Mapping[str, str]
    module: nn.Module
    input_shape: tuple[int, int, int]

    def load(self, state_dict: Mapping[str, Tensor]) -> nn.Module:
        """Put the checkpoint's tensors into the module, strictly; returns it in evaluation mode.

        The module takes the tensors over, it does not copy them.
        """
        renamed = {ours: state_dict[theirs] for theirs, ours in self.names.items()}
        self.module.load_state_dict(renamed, strict=True, assign=True)
        return self.module.eval()


def recognise(state_dict: Mapping[str, Tensor]) -> Recognised | None:
    """Find the zoo's network behind a state_dict (bare: name → tensor).

    Widths come from the convolutions' shapes, blocks from the names, so pruned networks are
    recognised too. Whether every other tensor fits is for a strict load to say.

    Returns:
        None where the names are of no family of the zoo.

    Raises:
        InputRefused: the names are of a family, but a tensor has an impossible number of axes, or
            the widths cannot be joined.
    """
    family = family_of(strip_wrappers(state_dict).values())
    if family is None:
        return None
    names = map_names(state_dict, family)
    shapes = {ours: tuple(state_dict[theirs].shape) for theirs, ours in names.items()}
    if len(shapes) != len(names):
        raise InputRefused(
            "two parameters of the checkpoint have the same meaning: " + _collision(names)
        )
    pads = {
        ours: _pad_before(theirs, state_dict[theirs])
        for theirs, ours in names.items()
        if family == "resnet" and ours.endswith(_PAD_BEFORE)
    }
    config = _read(family, shapes, pads, set(strip_wrappers(state_dict).values()))
    if config is None:
        return None
    with torch.device("meta"):
        module = _module(config)
    return Recognised(
        config=config,
        architecture=_describe(config),
        names=names,
        module=module,
        input_shape=(config.in_channels, *_image_size(config)),
    )


def _image_size(config: Config) -> tuple[int, int]:
    large = isinstance(config, (MobileNetConfig, SqueezeNetConfig)) or (
        isinstance(config, DenseNetConfig) and config.stem == "imagenet"
    )
    return (224, 224) if large else (32, 32)


def _collision(names: Mapping[str, str]) -> str:
    seen: dict[str, str] = {}
    for theirs, ours in names.items():
        if ours in seen:
            return f"{seen[ours]} and {theirs}"
        seen[ours] = theirs
    raise AssertionError("no two names collide")


def _pad_before(name: str, value: Tensor) -> int:
    if value.dim() or value.dtype != torch.int64:
        raise InputRefused(
            f"parameter {name} is {value.dtype} of shape {list(value.shape)}",
            accepted="one int64: the zero channels before an option-A shortcut's own",
        )
    return int(value)


def _read(
    family: Family, shapes: Shapes, pads: Mapping[str, int], spelling: set[str]
) -> Config | None:
    if family == "resnet":
        return _read_resnet(shapes, pads)
    if family == "densenet":
        return _read_densenet(shapes)
    if family == "mobilenet":
        return _read_mobilenet(shapes)
    if family == "squeezenet":
        return _read_squeezenet(shapes)
    # The pruning literature's VGG for CIFAR names its layers `feature.N` and ends in average
    # pooling where the others end in a fifth max pooling.
    return _read_vgg(shapes, last_pool=not any(name.startswith("feature.") for name in spelling))


def _module(config: Config) -> nn.Module:
    if isinstance(config, ResNetConfig):
        return ResNet(config)
    if isinstance(config, DenseNetConfig):
        return DenseNet(config)
    if isinstance(config, MobileNetConfig):
        return MobileNet(config)
    if isinstance(config, SqueezeNetConfig):
        return SqueezeNet(config)
    return Vgg(config)


def _conv(shapes: Shapes, name: str) -> tuple[int, int, int, int]:
    return cast("tuple[int, int, int, int]", _shape(shapes, name, 4))


def _shape(shapes: Shapes, name: str, axes: int) -> tuple[int, ...]:
    shape = shapes.get(name)
    if shape is None:
        raise InputRefused(f"parameter {name} is missing")
    if len(shape) != axes or 0 in shape:
        raise InputRefused(
            f"parameter {name} has shape {list(shape)}", accepted=f"{axes} axes, none of them empty"
        )
    return shape


def _indices(shapes: Shapes, pattern: str) -> list[int]:
    found = {int(match[1]) for name in shapes if (match := re.match(pattern, name))}
    return sorted(found)


def _require_every(numbers: list[int], name: str) -> None:
    if numbers != list(range(1, len(numbers) + 1)):
        raise InputRefused(
            f"the network has {', '.join(f'{name}{number}' for number in numbers)}",
            accepted=f"{name}1, {name}2, … without gaps (layers in them may be missing)",
        )


def _read_resnet(shapes: Shapes, pads: Mapping[str, int]) -> ResNetConfig | None:
    stem, in_channels, height, _ = _conv(shapes, "conv1.weight")
    if height != 3 or any(re.match(r"layer\d+\.\d+\.conv3\.", name) for name in shapes):
        return None
    numbers = _indices(shapes, r"layer(\d{1,3})\.")
    _require_every(numbers, "layer")
    stages: list[StageConfig] = []
    for number in numbers:
        blocks = _indices(shapes, rf"layer{number}\.(\d{{1,4}})\.")
        width = _conv(shapes, f"layer{number}.{blocks[0]}.conv2.weight")[0]
        inner = [_conv(shapes, f"layer{number}.{i}.conv1.weight")[0] for i in blocks]
        stages.append(
            StageConfig(
                width=width,
                stride=1 if number == 1 else 2,
                blocks=tuple(
                    BlockConfig(index=i, inner=w) for i, w in zip(blocks, inner, strict=True)
                ),
                pad_before=pads.get(f"layer{number}.{blocks[0]}{_PAD_BEFORE}"),
            )
        )
    return ResNetConfig(
        stem=stem,
        stages=tuple(stages),
        shortcut="B" if any(".shortcut." in name for name in set(shapes) - set(pads)) else "A",
        in_channels=in_channels,
        classes=_shape(shapes, "linear.weight", 2)[0],
    )


def _read_densenet(shapes: Shapes) -> DenseNetConfig | None:
    stem_width, in_channels, height, _ = _conv(shapes, "features.conv0.weight")
    if height not in (3, 7):
        return None
    blocks: list[tuple[DenseLayerConfig, ...]] = []
    numbers = _indices(shapes, r"features\.denseblock(\d{1,3})\.")
    _require_every(numbers, "features.denseblock")
    for number in numbers:
        stem = f"features.denseblock{number}.denselayer"
        layers = _indices(shapes, re.escape(stem) + r"(\d{1,4})\.")
        blocks.append(tuple(_dense_layer(shapes, f"{stem}{i}", i) for i in layers))
    transitions = range(1, len(numbers))
    return DenseNetConfig(
        stem_width=stem_width,
        blocks=tuple(blocks),
        transitions=tuple(
            _conv(shapes, f"features.transition{number}.conv.weight")[0] for number in transitions
        ),
        stem="imagenet" if height == 7 else "cifar",
        in_channels=in_channels,
        classes=_shape(shapes, "classifier.weight", 2)[0],
    )


def _dense_layer(shapes: Shapes, name: str, index: int) -> DenseLayerConfig:
    first = _conv(shapes, f"{name}.conv1.weight")[0]
    if f"{name}.conv2.weight" not in shapes:
        return DenseLayerConfig(index=index, growth=first)
    growth = _conv(shapes, f"{name}.conv2.weight")[0]
    return DenseLayerConfig(index=index, growth=growth, bottleneck=first)


def _read_vgg(shapes: Shapes, *, last_pool: bool) -> VggConfig | None:
    indices = [
        int(match[1])
        for name, shape in shapes.items()
        if (match := re.match(r"features\.(\d{1,4})\.weight$", name)) and len(shape) == 4
    ]
    indices.sort()
    if "classifier.weight" not in shapes or not indices:
        return None
    # Convolution, batch norm and ReLU take three numbers; what is left over is pooling.
    gaps = [after - before for before, after in itertools.pairwise(indices)]
    if any(gap < 3 for gap in gaps):
        return None
    pools = [gap % 3 for gap in gaps] + [1 if last_pool else 0]
    return VggConfig(
        layers=tuple(
            VggLayerConfig(index=i, width=_conv(shapes, f"features.{i}.weight")[0], pools=p)
            for i, p in zip(indices, pools, strict=True)
        ),
        conv_bias=f"features.{indices[0]}.bias" in shapes,
        in_channels=_conv(shapes, f"features.{indices[0]}.weight")[1],
        classes=_shape(shapes, "classifier.weight", 2)[0],
    )


def _read_mobilenet(shapes: Shapes) -> MobileNetConfig:
    pairs = _indices(shapes, r"features\.(\d{1,3})\.3\.weight$")
    _require_every(pairs, "features.")
    stem, in_channels, _, _ = _conv(shapes, "features.0.0.weight")
    return MobileNetConfig(
        stem=stem,
        widths=tuple(_conv(shapes, f"features.{number}.3.weight")[0] for number in pairs),
        in_channels=in_channels,
        classes=_shape(shapes, "classifier.weight", 2)[0],
    )


def _read_squeezenet(shapes: Shapes) -> SqueezeNetConfig | None:
    stem, in_channels, height, _ = _conv(shapes, "features.0.weight")
    # Version 1.0 has a 7×7 stem and its poolings elsewhere.
    if height != 3 or tuple(_indices(shapes, r"features\.(\d{1,3})\.squeeze\.")) != FIRES:
        return None
    return SqueezeNetConfig(
        stem=stem,
        fires=tuple(
            FireConfig(
                squeeze=_conv(shapes, f"features.{number}.squeeze.weight")[0],
                expand1x1=_conv(shapes, f"features.{number}.expand1x1.weight")[0],
                expand3x3=_conv(shapes, f"features.{number}.expand3x3.weight")[0],
            )
            for number in FIRES
        ),
        in_channels=in_channels,
        classes=_conv(shapes, "classifier.1.weight")[0],
    )


def _describe(config: Config) -> str:
    if isinstance(config, (MobileNetConfig, SqueezeNetConfig)):
        return _describe_mobile(config)
    if isinstance(config, ResNetConfig):
        return _describe_resnet(config)
    if isinstance(config, DenseNetConfig):
        return _describe_densenet(config)
    depth = len(config.layers) + 3
    if depth not in (11, 13, 16, 19):
        return f"vgg with {len(config.layers)} convolutions"
    plain = vgg_config(
        depth,
        conv_bias=config.conv_bias,
        in_channels=config.in_channels,
        classes=config.classes,
    )
    same = [layer.width for layer in plain.layers] == [layer.width for layer in config.layers]
    return f"vgg{depth}_bn" + ("" if same else ", pruned")


def _describe_mobile(config: MobileNetConfig | SqueezeNetConfig) -> str:
    options = {"in_channels": config.in_channels, "classes": config.classes}
    if isinstance(config, MobileNetConfig):
        return "mobilenet" if config == mobilenet_config(**options) else "mobilenet, pruned"
    return "squeezenet" if config == squeezenet_config(**options) else "squeezenet, pruned"


def _describe_resnet(config: ResNetConfig) -> str:
    counts = [len(stage.blocks) for stage in config.stages]
    depth = 2 * sum(counts) + 2
    option = "" if config.shortcut == "A" else ", option B"
    if len(counts) == 3 and len(set(counts)) == 1:
        plain = resnet_config(
            depth,
            shortcut=config.shortcut,
            in_channels=config.in_channels,
            classes=config.classes,
        )
        return f"resnet{depth}{option}" + ("" if config == plain else ", pruned")
    return f"resnet{depth}{option}, blocks {'+'.join(str(count) for count in counts)}"


def _describe_densenet(config: DenseNetConfig) -> str:
    options = {"in_channels": config.in_channels, "classes": config.classes}
    if config == densenet121_config(**options):
        return "densenet121"
    if config == densenet40_config(first_channels=config.stem_width, **options):
        return f"densenet40, first channels {config.stem_width}"
    layers = [layer for block in config.blocks for layer in block]
    per_layer = 1 if layers[0].bottleneck is None else 2
    depth = per_layer * len(layers) + len(config.transitions) + 2
    return f"densenet{depth}, blocks {'+'.join(str(len(block)) for block in config.blocks)}"
