from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.compress.blocks import Block, removable_blocks, remove_block
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.densenet import DenseNet
from tests.compress.surgery_cases import (
    images,
    randomised,
    recognised,
    same,
    small_densenet,
    small_resnet,
    small_vgg,
)


def test_blocks_that_change_neither_size_nor_width() -> None:
    net = small_resnet()
    assert [block.name for block in removable_blocks(net)] == [
        "layer1.0", "layer1.1", "layer1.2", "layer2.1", "layer2.2", "layer3.1", "layer3.2",
    ]  # fmt: skip
    assert removable_blocks(small_densenet())[0] == Block(
        name="features.denseblock1.denselayer1", kind="dense"
    )
    assert removable_blocks(small_vgg()) == ()


@pytest.mark.parametrize("name", ["layer1.0", "layer2.1", "layer3.2"])
@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_a_removed_residual_block_is_skipped(name: str, shortcut: str) -> None:
    net = randomised(small_resnet(shortcut))
    removed = remove_block(net, name)
    loaded = recognised(removed)
    net.get_submodule(name).forward = lambda x: x
    same(removed, net, images(3, 8, 8), 0)
    same(loaded, net, images(3, 8, 8), 0)


def skipping(net: DenseNet, block: str, own: str, x: Tensor) -> Tensor:
    """The network with one dense layer's channels zero wherever a convolution reads them."""

    def relu_norm(norm: nn.Module, value: Tensor, silent: Tensor) -> Tensor:
        return F.relu(norm(value)) * (~silent)[None, :, None, None]

    value = net.features.conv0(x)
    silent = torch.zeros(value.shape[1], dtype=torch.bool)
    for number in (1, 2):
        for name, layer in net.features.get_submodule(f"denseblock{number}").named_children():
            out = layer.conv1(relu_norm(layer.norm1, value, silent))
            if layer.has_bottleneck:
                out = layer.conv2(F.relu(layer.norm2(out)))
            away = torch.full((out.shape[1],), name == own and block == f"denseblock{number}")
            silent = torch.cat((silent, away))
            value = torch.cat((value, out), 1)
        if number == 1:
            step = net.features.transition1
            value = F.avg_pool2d(step.conv(relu_norm(step.norm, value, silent)), 2)
            silent = torch.zeros(value.shape[1], dtype=torch.bool)
    return net.classifier(relu_norm(net.features.norm5, value, silent).mean((2, 3)))


@pytest.mark.parametrize("bottleneck", [None, 3])
@pytest.mark.parametrize("block", ["denseblock1", "denseblock2"])
@pytest.mark.parametrize("layer", ["denselayer1", "denselayer2", "denselayer3"])
def test_a_removed_dense_layer_is_in_no_concatenation(
    block: str, layer: str, bottleneck: int | None
) -> None:
    net = randomised(small_densenet(bottleneck))
    removed = remove_block(net, f"features.{block}.{layer}")
    x = images(3, 8, 8)
    with torch.no_grad():
        expected = skipping(net, block, layer, x)
        torch.testing.assert_close(removed(x), expected, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(recognised(removed)(x), expected, rtol=1e-10, atol=1e-10)


def test_blocks_in_a_larger_module() -> None:
    net = nn.Sequential(nn.ReLU(), randomised(small_densenet()))
    removed = remove_block(net, "1.features.denseblock2.denselayer2")
    alone = remove_block(net[1], "features.denseblock2.denselayer2")
    x = images(3, 8, 8).relu()
    same(removed, alone, x, 0)
    assert removed[1].config == alone.config


def test_the_last_layer_of_a_block_stays() -> None:
    net = randomised(small_densenet())
    for layer in (1, 3):
        net = remove_block(net, f"features.denseblock1.denselayer{layer}")
    assert [block.name for block in removable_blocks(net)] == [
        f"features.denseblock2.denselayer{i}" for i in (1, 2, 3)
    ]


def test_other_blocks_are_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        remove_block(small_resnet(), "layer2.0")
    assert str(refused.value) == (
        "block 'layer2.0' cannot be removed from this network\n"
        "  accepted: layer1.0, layer1.1, layer1.2, layer2.1, layer2.2, layer3.1, layer3.2"
    )
    with pytest.raises(InputRefused) as refused:
        remove_block(small_vgg(), "features.0")
    assert str(refused.value) == (
        "block 'features.0' cannot be removed from this network\n"
        "  accepted: nothing: it has no block that can be skipped"
    )
