from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from fpgaflow.errors import InputRefused
from fpgaflow.zoo import ZOO, build, recognise
from fpgaflow.zoo.densenet import DenseLayerConfig, DenseNet, DenseNetConfig
from fpgaflow.zoo.mobilenet import MobileNet, MobileNetConfig
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig, resnet_config
from fpgaflow.zoo.squeezenet import FireConfig, SqueezeNet, SqueezeNetConfig
from fpgaflow.zoo.vgg import Vgg, VggConfig, VggLayerConfig

State = dict[str, Tensor]
HEAVY = ("densenet121", "vgg19_bn", "resnet110")
LIGHT = [name for name, entry in ZOO.items() if name not in HEAVY and not entry.takes_clips]


def randomised(module: nn.Module) -> nn.Module:
    """Give batch norm something else than its start values, so that a swapped tensor shows."""
    generator = torch.Generator().manual_seed(5)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for tensor in (layer.weight, layer.bias, layer.running_mean, layer.running_var):
                assert tensor is not None
                with torch.no_grad():
                    tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    return module.eval()


def check_roundtrip(module: nn.Module, state: State, *, channels: int = 3) -> str:
    """Recognise `state`, load it, and compare the outputs with the module's own."""
    found = recognise(state)
    assert found is not None
    assert found.config == module.config
    loaded = found.load(state)
    x = torch.randn(1, channels, 32, 32, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        assert torch.equal(loaded(x), module(x))
    assert found.input_shape is not None
    assert found.input_shape[0] == channels
    return found.architecture


@pytest.mark.parametrize("name", LIGHT)
def test_every_architecture_is_recognised(name: str) -> None:
    module = randomised(build(name))
    described = check_roundtrip(module, module.state_dict())
    assert described == ("densenet40, first channels 24" if name == "densenet40" else name)


def test_densenet121() -> None:
    module = randomised(build("densenet121", classes=10))
    assert check_roundtrip(module, module.state_dict()) == "densenet121"
    found = recognise(module.state_dict())
    assert found is not None
    assert found.input_shape == (3, 224, 224)


def test_one_channel_and_any_class_count() -> None:
    module = randomised(build("resnet20", in_channels=1, classes=62, shortcut="B"))
    assert check_roundtrip(module, module.state_dict(), channels=1) == "resnet20, option B"


def test_the_other_shortcut_of_the_smallest_network() -> None:
    module = randomised(build("resnet8", shortcut="A"))
    assert check_roundtrip(module, module.state_dict()) == "resnet8, option A"


PRUNED_RESNET = ResNetConfig(
    stem=7,
    stages=(
        StageConfig(
            width=7, stride=1, blocks=(BlockConfig(index=0, inner=3), BlockConfig(index=1, inner=1))
        ),
        StageConfig(width=11, stride=2, blocks=(BlockConfig(index=0, inner=5),)),
        StageConfig(
            width=20,
            stride=2,
            blocks=(BlockConfig(index=0, inner=9), BlockConfig(index=1, inner=6)),
        ),
    ),
    classes=4,
)


@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_pruned_widths_and_renumbered_blocks(shortcut: str) -> None:
    module = randomised(ResNet(replace(PRUNED_RESNET, shortcut=shortcut)))
    described = check_roundtrip(module, module.state_dict())
    assert described == f"resnet12{', option B' if shortcut == 'B' else ''}, blocks 2+1+2"


def test_an_uneven_option_a_shortcut_is_part_of_the_weights() -> None:
    first, second, third = PRUNED_RESNET.stages
    stages = (first, replace(second, pad_before=0), replace(third, pad_before=7))
    module = randomised(ResNet(replace(PRUNED_RESNET, stages=stages)))
    assert check_roundtrip(module, module.state_dict()) == "resnet12, blocks 2+1+2"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            torch.tensor(5),
            "an option-A shortcut with 5 zero channels before its own\n"
            "  accepted: 0 to 4, which is how many it adds",
        ),
        (
            torch.tensor([1.0]),
            "parameter layer2.0.shortcut.pad_before is torch.float32 of shape [1]\n"
            "  accepted: one int64: the zero channels before an option-A shortcut's own",
        ),
    ],
)
def test_an_impossible_option_a_shortcut(value: Tensor, message: str) -> None:
    state = ResNet(PRUNED_RESNET).state_dict() | {"layer2.0.shortcut.pad_before": value}
    with pytest.raises(InputRefused) as refused:
        recognise(state)
    assert str(refused.value) == message


def test_removed_blocks_that_leave_gaps() -> None:
    plain = resnet_config(20)
    stages = tuple(replace(s, blocks=(s.blocks[0], s.blocks[2])) for s in plain.stages)
    module = randomised(ResNet(replace(plain, stages=stages)))
    state = module.state_dict()
    assert "layer2.2.conv1.weight" in state
    assert "layer2.1.conv1.weight" not in state
    assert check_roundtrip(module, state) == "resnet14, pruned"


def test_pruned_inner_widths_keep_the_name() -> None:
    plain = resnet_config(20)
    stages = tuple(
        replace(s, blocks=tuple(replace(b, inner=b.inner // 2) for b in s.blocks))
        for s in plain.stages
    )
    module = randomised(ResNet(replace(plain, stages=stages)))
    assert check_roundtrip(module, module.state_dict()) == "resnet20, pruned"


def test_pruned_densenet() -> None:
    config = DenseNetConfig(
        stem_width=5,
        blocks=(
            (DenseLayerConfig(index=1, growth=2), DenseLayerConfig(index=4, growth=3)),
            (DenseLayerConfig(index=1, growth=1), DenseLayerConfig(index=2, growth=6)),
        ),
        transitions=(4,),
        classes=3,
    )
    module = randomised(DenseNet(config))
    assert check_roundtrip(module, module.state_dict()) == "densenet7, blocks 2+2"


def test_pruned_densenet_with_bottlenecks() -> None:
    layers = (
        DenseLayerConfig(index=1, growth=2, bottleneck=3),
        DenseLayerConfig(index=2, growth=1, bottleneck=5),
    )
    config = DenseNetConfig(stem_width=4, blocks=(layers, layers), transitions=(3,))
    module = randomised(DenseNet(config))
    assert check_roundtrip(module, module.state_dict()) == "densenet11, blocks 2+2"


def test_pruned_vgg_with_a_removed_layer() -> None:
    config = VggConfig(
        layers=(
            VggLayerConfig(index=0, width=5),
            VggLayerConfig(index=3, width=4, pools=1),
            # 7 to 9 were removed; their numbers stay free.
            VggLayerConfig(index=10, width=6, pools=2),
            VggLayerConfig(index=15, width=9, pools=1),
        ),
        conv_bias=False,
    )
    module = randomised(Vgg(config))
    assert check_roundtrip(module, module.state_dict()) == "vgg with 4 convolutions"


def renamed(state: State, *rules: tuple[str, str | Callable[[re.Match[str]], str]]) -> State:
    out: State = {}
    for name, value in state.items():
        spelling = name
        for pattern, replacement in rules:
            spelling = re.sub(pattern, replacement, spelling)
        out[spelling] = value
    return out


def decrement(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) - 1}."


RESNET_B = ("resnet20", {"shortcut": "B"})
DENSE = ("densenet40", {})
VGG = ("vgg11_bn", {})
SPELLINGS = {
    "DataParallel": (RESNET_B, (("^", "module."),)),
    "torch.compile in DataParallel": (RESNET_B, (("^", "module._orig_mod."),)),
    "training wrapper": (VGG, (("^", "model.net."),)),
    "ImageNet names": (RESNET_B, (("^linear", "fc"), (r"\.shortcut\.", ".downsample."))),
    "first CIFAR DenseNet": (
        DENSE,
        (
            (r"^features\.conv0", "conv1"),
            (r"^features\.norm5", "bn1"),
            (r"^features\.denseblock(\d)\.", r"block\1.layer."),
            (r"(layer\.)denselayer(\d+)\.", decrement),
            (r"^features\.transition(\d)\.norm", r"trans\1.bn1"),
            (r"^features\.transition(\d)\.conv", r"trans\1.conv1"),
            (r"\.norm1\.", ".bn1."),
            ("^classifier", "fc"),
        ),
    ),
    "pruning papers' DenseNet": (
        DENSE,
        (
            (r"^features\.conv0", "conv1"),
            (r"^features\.norm5", "bn"),
            (r"^features\.denseblock(\d)\.", r"dense\1."),
            (r"(dense\d\.)denselayer(\d+)\.", decrement),
            (r"^features\.transition(\d)\.norm", r"trans\1.bn1"),
            (r"^features\.transition(\d)\.conv", r"trans\1.conv1"),
            (r"\.norm1\.", ".bn1."),
            ("^classifier", "fc"),
        ),
    ),
    "memory-efficient DenseNet": (DENSE, ((r"features\.norm5", "features.norm_final"),)),
    "old ImageNet DenseNet": (DENSE, ((r"(denselayer\d+)\.(norm|conv)1", r"\1.\2.1"),)),
    "VGG head in a sequence": (VGG, (("^classifier", "classifier.0"),)),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("counters", [True, False], ids=["counters", "no counters"])
def test_other_spellings(spelling: str, counters: bool) -> None:
    (name, options), rules = SPELLINGS[spelling]
    module = randomised(build(name, **options))
    state = renamed(module.state_dict(), *rules)
    if not counters:
        state = {key: value for key, value in state.items() if "num_batches" not in key}
    check_roundtrip(module, state)


def test_vgg_of_the_pruning_literature_ends_in_average_pooling() -> None:
    plain = build("vgg16_bn", conv_bias=False).config
    layers = (*plain.layers[:-1], replace(plain.layers[-1], pools=0))
    module = randomised(Vgg(replace(plain, layers=layers)))
    state = renamed(module.state_dict(), (r"^features\.", "feature."))
    assert check_roundtrip(module, state) == "vgg16_bn"


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("weight",),
        ("encoder.0.weight", "head.weight"),
        ("layer1.0.conv1.weight", "layer1.0.conv3.weight", "conv1.weight"),
    ],
)
def test_other_networks_are_not_recognised(names: tuple[str, ...]) -> None:
    assert recognise({name: torch.zeros(4, 4, 3, 3) for name in names}) is None


def without(state: State, pattern: str) -> State:
    return {name: value for name, value in state.items() if not re.match(pattern, name)}


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        (
            "resnet20",
            lambda state: without(state, r"layer2\."),
            "the network has layer1, layer3\n"
            "  accepted: layer1, layer2, … without gaps (layers in them may be missing)",
        ),
        (
            "resnet20",
            lambda state: without(state, r"conv1\."),
            "parameter conv1.weight is missing",
        ),
        (
            "densenet40",
            lambda state: without(state, r"features\.denseblock2"),
            "the network has features.denseblock1, features.denseblock3\n"
            "  accepted: features.denseblock1, features.denseblock2, … without gaps "
            "(layers in them may be missing)",
        ),
        (
            "resnet20",
            lambda state: {**state, "linear.weight": torch.zeros(10)},
            "parameter linear.weight has shape [10]\n  accepted: 2 axes, none of them empty",
        ),
        (
            "resnet20",
            lambda state: {**state, "fc.weight": state["linear.weight"]},
            "two parameters of the checkpoint have the same meaning: linear.weight and fc.weight",
        ),
        (
            "resnet20",
            lambda state: {**state, "conv1.weight": torch.zeros(40, 3, 3, 3)},
            "an option-A shortcut from 40 to 16 channels\n"
            "  accepted: as many output channels as input channels, or more\n"
            "  what to do: use shortcut option B for this width",
        ),
    ],
)
def test_damaged_networks_are_refused(
    name: str, damage: Callable[[State], State], message: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        recognise(damage(build(name).state_dict()))
    assert str(refused.value) == message


def test_hostile_widths_allocate_nothing() -> None:
    state = dict(build("resnet20").state_dict())
    huge = 10_000_000
    state["conv1.weight"] = torch.zeros(1, 1, 3, 3).expand(huge, 3, 3, 3)
    state["layer1.0.conv1.weight"] = torch.zeros(1, 1, 3, 3).expand(huge, 16, 3, 3)
    state["layer1.0.conv2.weight"] = torch.zeros(1, 1, 3, 3).expand(huge, 16, 3, 3)
    state["layer2.0.conv2.weight"] = torch.zeros(1, 1, 3, 3).expand(huge, 16, 3, 3)
    state["layer3.0.conv2.weight"] = torch.zeros(1, 1, 3, 3).expand(huge, 16, 3, 3)
    found = recognise(state)
    assert found is not None
    assert found.module.get_parameter("conv1.weight").is_meta


def test_pruned_mobilenet() -> None:
    config = MobileNetConfig(
        stem=5, widths=(3, 4, 6, 1, 7, 8, 9, 10, 11, 12, 13, 14, 15), classes=4
    )
    module = randomised(MobileNet(config))
    assert check_roundtrip(module, module.state_dict()) == "mobilenet, pruned"


def test_a_mobilenet_that_lacks_a_pair() -> None:
    state = build("mobilenet").state_dict()
    state = {name: value for name, value in state.items() if not name.startswith("features.2.")}
    with pytest.raises(InputRefused, match=re.escape("features.1, features.3")):
        recognise(state)


def test_pruned_squeezenet() -> None:
    fires = tuple(FireConfig(squeeze=i, expand1x1=i + 1, expand3x3=i + 3) for i in range(1, 9))
    config = SqueezeNetConfig(stem=5, fires=fires, in_channels=1, classes=4)
    module = randomised(SqueezeNet(config))
    assert check_roundtrip(module, module.state_dict(), channels=1) == "squeezenet, pruned"


def test_squeezenet_of_version_1_0_is_not_ours() -> None:
    state = build("squeezenet").state_dict()
    state["features.0.weight"] = torch.zeros(96, 3, 7, 7)
    assert recognise(state) is None
