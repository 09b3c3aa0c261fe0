"""Torch-Pruning takes out the same channels, where it is right.

It is not right on option-A shortcuts, nor where a permutation comes before a flatten.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import nn

from fpgaflow.compress.surgery import keep_channels
from tests.compress.surgery_cases import (
    images,
    randomised,
    same,
    small_densenet,
    small_resnet,
    small_vgg,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import torch_pruning as tp

SHAPE = (3, 8, 8)


def flatten() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 5)
    )


def depthwise() -> nn.Module:
    deep = nn.Conv2d(4, 4, 3, groups=4)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), deep, nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1))


CASES: dict[str, tuple[Callable[[], nn.Module], str, int]] = {
    "inside a block": (small_resnet, "layer2.1.conv1", 4),
    "a stage of option B": (lambda: small_resnet("B"), "layer2.0.conv2", 6),
    "dense layer": (small_densenet, "features.denseblock1.denselayer2.conv1", 2),
    "first channels of a dense network": (small_densenet, "features.conv0", 4),
    "bottleneck": (lambda: small_densenet(3), "features.denseblock2.denselayer1.conv1", 3),
    "vgg": (small_vgg, "features.3", 5),
    "flatten": (flatten, "0", 4),
    "depthwise": (depthwise, "0", 4),
}


@pytest.mark.parametrize("case", CASES)
def test_it_removes_the_same_channels(case: str) -> None:
    build, path, channels = CASES[case]
    net = randomised(build())
    gone = [0, channels - 2] if channels > 2 else [0]
    keep = {path: [c for c in range(channels) if c not in gone]}
    ours = keep_channels(net, SHAPE, keep)
    theirs = copy.deepcopy(net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = tp.DependencyGraph().build_dependency(theirs, images(*SHAPE))
        layer = theirs.get_submodule(path)
        group = graph.get_pruning_group(layer, tp.prune_conv_out_channels, idxs=gone)
        group.prune()
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, theirs.state_dict()[name]), name
    same(ours, theirs, images(*SHAPE), 0)
