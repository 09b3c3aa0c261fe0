"""The zoo's networks: exact for any choice of channels, and recognised from their weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from fpgaflow.compress.couplings import find_groups
from fpgaflow.compress.surgery import keep_channels, mask_channels
from fpgaflow.zoo.resnet import ResNet
from tests.compress.surgery_cases import (
    images,
    randomised,
    recognised,
    same,
    small_densenet,
    small_resnet,
    small_vgg,
)

SHAPE = (3, 8, 8)
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "resnet, option A": small_resnet,
    "resnet, option B": lambda: small_resnet("B"),
    "densenet": small_densenet,
    "densenet with bottlenecks": lambda: small_densenet(3),
    "vgg": small_vgg,
}


@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=5, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_pruned_network_is_the_masked_one_and_recognised(name: str, data: st.DataObject) -> None:
    net = randomised(NETWORKS[name]())
    keep: dict[str, list[int]] = {}
    for group in find_groups(net, SHAPE):
        if not group.blocked:
            first = set(group.outputs[group.name])
            kept = data.draw(st.sets(st.integers(0, group.channels - 1)), label=group.name)
            keep[group.name] = sorted(kept | {min(first)})
    pruned, masked = keep_channels(net, SHAPE, keep), mask_channels(net, SHAPE, keep)
    x = images(*SHAPE)
    same(pruned, masked, x)
    same(recognised(pruned), pruned, x, 0)
    same(pruned.float(), masked.float(), x.float(), 1e-5)


def test_groups_of_a_residual_network() -> None:
    groups = {group.name: group for group in find_groups(small_resnet(), SHAPE)}
    assert list(groups) == [
        "conv1",
        *(f"layer{stage}.{block}.conv1" for stage in (1, 2, 3) for block in (0, 1, 2)),
        "linear",
    ]
    inner = groups["layer2.1.conv1"]
    assert inner.channels == 4
    assert inner.producers == ("layer2.1.conv1",)
    assert inner.norms == ("layer2.1.bn1",)
    assert inner.consumers == ("layer2.1.conv2",)
    assert groups["linear"].blocked == "it holds the network's output"
    trunk = groups["conv1"]
    assert trunk.producers == (
        "conv1",
        *(f"layer{s}.{b}.conv2" for s in (1, 2, 3) for b in range(3)),
    )
    assert trunk.channels == 9
    # Stage 2 has a channel of its own on each side; stage 3 one before and two after those.
    assert trunk.outputs["layer1.2.conv2"] == (0, 1, 2, 3)
    assert trunk.outputs["layer2.0.conv2"] == (4, 0, 1, 2, 3, 5)
    assert trunk.outputs["layer3.0.conv2"] == (6, 4, 0, 1, 2, 3, 5, 7, 8)
    assert trunk.inputs["linear"] == (6, 4, 0, 1, 2, 3, 5, 7, 8)


def test_an_uneven_option_a_shortcut_keeps_its_offset() -> None:
    net = randomised(small_resnet())
    pruned = keep_channels(net, SHAPE, {"conv1": [0, 1, 3, 5, 7, 8]})
    assert isinstance(pruned, ResNet)
    assert [stage.width for stage in pruned.config.stages] == [3, 4, 6]
    assert [stage.pad_before for stage in pruned.config.stages] == [None, None, 0]
    assert pruned.state_dict()["layer3.0.shortcut.pad_before"].item() == 0
    same(
        recognised(pruned), mask_channels(net, SHAPE, {"conv1": [0, 1, 3, 5, 7, 8]}), images(*SHAPE)
    )
    again = keep_channels(pruned, SHAPE, {"conv1": [0, 1, 2, 3]})
    assert isinstance(again, ResNet)
    same(recognised(again), mask_channels(pruned, SHAPE, {"conv1": [0, 1, 2, 3]}), images(*SHAPE))


def test_groups_of_a_dense_network() -> None:
    groups = {group.name: group for group in find_groups(small_densenet(), SHAPE)}
    first = groups["features.denseblock1.denselayer1.conv1"]
    assert first.consumers == (
        "features.denseblock1.denselayer2.conv1",
        "features.denseblock1.denselayer3.conv1",
        "features.transition1.conv",
    )
    assert first.inputs["features.denseblock1.denselayer2.conv1"] == (-1, -1, -1, -1, 0, 1, 2)
    assert first.norms == (
        "features.denseblock1.denselayer2.norm1",
        "features.denseblock1.denselayer3.norm1",
        "features.transition1.norm",
    )


def test_the_original_stays_and_modes_are_copied() -> None:
    net = small_resnet().train()
    net.bn1.eval()
    net.conv1.weight.requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    pruned = keep_channels(net, SHAPE, {"conv1": [0, 2], "layer1.0.conv1": [1]})
    assert pruned.training
    assert not pruned.bn1.training
    assert not pruned.conv1.weight.requires_grad
    assert pruned.bn1.weight.requires_grad
    assert pruned.conv1.out_channels == pruned.bn1.num_features == 2
    assert pruned.layer1[0].conv1.in_channels == 2
    assert all(torch.equal(net.state_dict()[name], tensor) for name, tensor in before.items())
