"""Scores of channels against the same counted by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.channel_scores import (
    group_scales,
    group_sizes,
    group_sparsity,
    makers,
    prunable_groups,
)
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.densenet import DenseNet
from tests.compress.small_models import (
    NORMALISE,
    SHAPE,
    digits,
    small_densenet,
    small_resnet,
    small_vgg,
)


def seeded(module: nn.Module) -> nn.Module:
    """Random scales and statistics, so that no two channels are alike."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight)
                nn.init.normal_(layer.bias)
                nn.init.normal_(layer.running_mean)
    return module.eval()


def bench() -> Bench:
    train, validation = digits()
    return Bench(train=train, validation=validation, normalise=NORMALISE, input_shape=SHAPE)


def zeros_at(module: nn.Module, path: str, *, inputs: bool) -> Tensor:
    """The part of zeros of each channel that goes into or comes out of a layer."""
    seen: list[Tensor] = []

    def keep(_: nn.Module, args: tuple[Tensor, ...], out: Tensor) -> None:
        seen.append((args[0] if inputs else out) == 0)

    handle = module.get_submodule(path).register_forward_hook(keep)
    pixels = torch.from_numpy(bench().validation.images).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        module((pixels - NORMALISE[0][0]) / NORMALISE[1][0])
    handle.remove()
    return seen[0].double().mean((0, 2, 3))


def close(found: Tensor, expected: Tensor) -> bool:
    # Batches of another size change activations near 0 by float error, and with them a count.
    return bool((found - expected).abs().max() < 1e-3)


def test_the_prunable_channels_of_each_family() -> None:
    names = [group.name for group in prunable_groups(small_resnet(), SHAPE)]
    assert names == [f"layer{stage}.{block}.conv1" for stage in (1, 2, 3) for block in (0, 1)]
    names = [group.name for group in prunable_groups(small_vgg(), SHAPE)]
    assert names == [f"features.{number}" for number in (0, 3, 7, 10)]
    names = [group.name for group in prunable_groups(small_densenet(), SHAPE)]
    layers = [f"denseblock{b}.denselayer{i}.conv1" for b in (1, 2) for i in (1, 2, 3)]
    layers.insert(3, "transition1.conv")
    assert names == [f"features.{name}" for name in ("conv0", *layers)]


def test_sparsity_between_the_convolutions_of_a_block() -> None:
    module = seeded(small_resnet())
    found = group_sparsity(module, bench(), TrainSettings())
    for stage in (1, 2, 3):
        name = f"layer{stage}.1"
        expected = zeros_at(module, f"{name}.conv2", inputs=True)
        assert close(found[f"{name}.conv1"], expected)


def test_sparsity_of_a_feature_map_that_is_pooled() -> None:
    module = seeded(small_vgg())
    found = group_sparsity(module, bench(), TrainSettings())
    assert list(found) == ["features.0", "features.3", "features.7"]  # none reads the last one
    for number, reader in ((0, 3), (3, 7), (7, 10)):
        expected = zeros_at(module, f"features.{reader}", inputs=True)
        assert close(found[f"features.{number}"], expected)


def test_sparsity_in_a_densely_connected_network_is_the_mean_of_all_readers() -> None:
    module = seeded(small_densenet())
    found = group_sparsity(module, bench(), TrainSettings())
    second = zeros_at(module, "features.denseblock1.denselayer2.conv1", inputs=True)
    third = zeros_at(module, "features.denseblock1.denselayer3.conv1", inputs=True)
    after = zeros_at(module, "features.transition1.conv", inputs=True)
    # 8 channels come from the stem, then 6 from each layer.
    expected = torch.stack([part[8:14] for part in (second, third, after)]).mean(0)
    assert close(found["features.denseblock1.denselayer1.conv1"], expected)


def test_scales() -> None:
    module = seeded(small_densenet())
    assert isinstance(module, DenseNet)
    found = group_scales(module, SHAPE)
    block = module.features.denseblock1
    norms = [block.denselayer3.norm1, module.features.transition1.norm]
    expected = torch.stack([norm.weight.detach()[14:20].double().abs() for norm in norms]).mean(0)
    assert torch.equal(found["features.denseblock1.denselayer2.conv1"], expected)
    vgg = seeded(small_vgg())
    scale = vgg.get_submodule("features.4").weight
    assert torch.equal(group_scales(vgg, SHAPE)["features.3"], scale.detach().double().abs())


def test_sizes() -> None:
    sizes = group_sizes(small_vgg(), SHAPE)
    assert list(sizes.values()) == [(8, 8), (8, 8), (4, 4), (4, 4)]


def test_a_network_without_such_channels_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        prunable_groups(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), SHAPE)
    assert str(caught.value) == (
        "the network has no channels that can be pruned\n"
        "  accepted: convolutions whose output is not added to another layer's"
    )


def test_a_depthwise_convolution_belongs_to_the_one_before_it() -> None:
    module = seeded(
        nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 4, 3, groups=4), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 6, 1), nn.ReLU(), nn.Conv2d(6, 2, 4), nn.Flatten(),
        )
    )  # fmt: skip
    groups = prunable_groups(module, SHAPE)
    assert [(group.name, makers(module, group)) for group in groups] == [
        ("0", ("0",)),
        ("6", ("6",)),
    ]
    first, second = (module.get_parameter(f"{path}.weight").detach().abs() for path in "14")
    assert torch.equal(group_scales(module, SHAPE)["0"], (first.double() + second.double()) / 2)
    found = group_sparsity(module, bench(), TrainSettings(batch=64))
    assert torch.equal(found["0"], zeros_at(module, "6", inputs=True))
