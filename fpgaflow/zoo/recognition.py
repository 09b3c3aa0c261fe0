"""Which network is this state_dict? Answered from parameter names and tensor shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
from fpgaflow.zoo.lipnet import LipNet, LipNetConfig
from fpgaflow.zoo.mobilenet import MobileNet, MobileNetConfig, mobilenet_config
from fpgaflow.zoo.naming import Family, family_of, map_names, strip_wrappers
from fpgaflow.zoo.recognition_shapes import (
    Shapes,
    conv_shape,
    indices,
    require_every,
    shape_of,
)
from fpgaflow.zoo.recognition_vgg import describe_lipnet, describe_vgg, read_lipnet, read_vgg
from fpgaflow.zoo.resnet import (
    BlockConfig,
    ResNet,
    ResNetConfig,
    StageConfig,
    resnet_config,
    usual_shortcut,
)
from fpgaflow.zoo.squeezenet import (
    FIRES,
    FireConfig,
    SqueezeNet,
    SqueezeNetConfig,
    squeezenet_config,
)
from fpgaflow.zoo.vgg import Vgg, VggConfig

Config = (
    ResNetConfig | DenseNetConfig | VggConfig | MobileNetConfig | SqueezeNetConfig | LipNetConfig
)
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
        input_shape: (channels, height, width) the family was published for; None for clips, of
            which there is no usual size.
    """

    config: Config
    architecture: str
    names: Mapping[str, str]
    module: nn.Module
    input_shape: tuple[int, int, int] | None

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
        input_shape=_input_shape(config),
    )


def _input_shape(config: Config) -> tuple[int, int, int] | None:
    if isinstance(config, LipNetConfig):
        return None
    large = isinstance(config, (MobileNetConfig, SqueezeNetConfig)) or (
        isinstance(config, DenseNetConfig) and config.stem == "imagenet"
    )
    size = 224 if large else 32
    return (config.in_channels, size, size)


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
    if family == "lipnet":
        return read_lipnet(shapes)
    # The pruning literature's VGG for CIFAR names its layers `feature.N` and ends in average
    # pooling where the others end in a fifth max pooling.
    return read_vgg(shapes, last_pool=not any(name.startswith("feature.") for name in spelling))


def _module(config: Config) -> nn.Module:
    if isinstance(config, ResNetConfig):
        return ResNet(config)
    if isinstance(config, DenseNetConfig):
        return DenseNet(config)
    if isinstance(config, MobileNetConfig):
        return MobileNet(config)
    if isinstance(config, SqueezeNetConfig):
        return SqueezeNet(config)
    if isinstance(config, LipNetConfig):
        return LipNet(config)
    return Vgg(config)


def _read_resnet(shapes: Shapes, pads: Mapping[str, int]) -> ResNetConfig | None:
    stem, in_channels, height, _ = conv_shape(shapes, "conv1.weight")
    if height != 3 or any(re.match(r"layer\d+\.\d+\.conv3\.", name) for name in shapes):
        return None
    numbers = indices(shapes, r"layer(\d{1,3})\.")
    require_every(numbers, "layer")
    stages: list[StageConfig] = []
    for number in numbers:
        blocks = indices(shapes, rf"layer{number}\.(\d{{1,4}})\.")
        width = conv_shape(shapes, f"layer{number}.{blocks[0]}.conv2.weight")[0]
        inner = [conv_shape(shapes, f"layer{number}.{i}.conv1.weight")[0] for i in blocks]
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
        classes=shape_of(shapes, "linear.weight", 2)[0],
    )


def _read_densenet(shapes: Shapes) -> DenseNetConfig | None:
    stem_width, in_channels, height, _ = conv_shape(shapes, "features.conv0.weight")
    if height not in (3, 7):
        return None
    blocks: list[tuple[DenseLayerConfig, ...]] = []
    numbers = indices(shapes, r"features\.denseblock(\d{1,3})\.")
    require_every(numbers, "features.denseblock")
    for number in numbers:
        stem = f"features.denseblock{number}.denselayer"
        layers = indices(shapes, re.escape(stem) + r"(\d{1,4})\.")
        blocks.append(tuple(_dense_layer(shapes, f"{stem}{i}", i) for i in layers))
    transitions = range(1, len(numbers))
    return DenseNetConfig(
        stem_width=stem_width,
        blocks=tuple(blocks),
        transitions=tuple(
            conv_shape(shapes, f"features.transition{number}.conv.weight")[0]
            for number in transitions
        ),
        stem="imagenet" if height == 7 else "cifar",
        in_channels=in_channels,
        classes=shape_of(shapes, "classifier.weight", 2)[0],
    )


def _dense_layer(shapes: Shapes, name: str, index: int) -> DenseLayerConfig:
    first = conv_shape(shapes, f"{name}.conv1.weight")[0]
    if f"{name}.conv2.weight" not in shapes:
        return DenseLayerConfig(index=index, growth=first)
    growth = conv_shape(shapes, f"{name}.conv2.weight")[0]
    return DenseLayerConfig(index=index, growth=growth, bottleneck=first)


def _read_mobilenet(shapes: Shapes) -> MobileNetConfig:
    pairs = indices(shapes, r"features\.(\d{1,3})\.3\.weight$")
    require_every(pairs, "features.")
    stem, in_channels, _, _ = conv_shape(shapes, "features.0.0.weight")
    return MobileNetConfig(
        stem=stem,
        widths=tuple(conv_shape(shapes, f"features.{number}.3.weight")[0] for number in pairs),
        in_channels=in_channels,
        classes=shape_of(shapes, "classifier.weight", 2)[0],
    )


def _read_squeezenet(shapes: Shapes) -> SqueezeNetConfig | None:
    stem, in_channels, height, _ = conv_shape(shapes, "features.0.weight")
    # Version 1.0 has a 7×7 stem and its poolings elsewhere.
    if height != 3 or tuple(indices(shapes, r"features\.(\d{1,3})\.squeeze\.")) != FIRES:
        return None
    return SqueezeNetConfig(
        stem=stem,
        fires=tuple(
            FireConfig(
                squeeze=conv_shape(shapes, f"features.{number}.squeeze.weight")[0],
                expand1x1=conv_shape(shapes, f"features.{number}.expand1x1.weight")[0],
                expand3x3=conv_shape(shapes, f"features.{number}.expand3x3.weight")[0],
            )
            for number in FIRES
        ),
        in_channels=in_channels,
        classes=conv_shape(shapes, "classifier.1.weight")[0],
    )


def _describe(config: Config) -> str:
    if isinstance(config, (MobileNetConfig, SqueezeNetConfig)):
        return _describe_mobile(config)
    if isinstance(config, ResNetConfig):
        return _describe_resnet(config)
    if isinstance(config, DenseNetConfig):
        return _describe_densenet(config)
    if isinstance(config, LipNetConfig):
        return describe_lipnet(config)
    return describe_vgg(config)


def _describe_mobile(config: MobileNetConfig | SqueezeNetConfig) -> str:
    options = {"in_channels": config.in_channels, "classes": config.classes}
    if isinstance(config, MobileNetConfig):
        return "mobilenet" if config == mobilenet_config(**options) else "mobilenet, pruned"
    return "squeezenet" if config == squeezenet_config(**options) else "squeezenet, pruned"


def _describe_resnet(config: ResNetConfig) -> str:
    counts = [len(stage.blocks) for stage in config.stages]
    depth = 2 * sum(counts) + 2
    usual = config.shortcut == usual_shortcut(depth)
    option = "" if usual else f", option {config.shortcut}"
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
