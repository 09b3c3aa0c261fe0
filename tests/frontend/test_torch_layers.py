from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fpgaflow.frontend.torch_export import import_module
from tests.frontend.torch_equivalence import Network, assert_same, kinds

SHAPE = (4, 9, 7)


@pytest.mark.parametrize(
    "conv",
    [
        nn.Conv2d(4, 6, 3),
        nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), bias=False),
        nn.Conv2d(4, 8, 3, groups=2, padding=1),
        nn.Conv2d(4, 4, 3, groups=4, padding=1),
        nn.Conv2d(4, 8, 5, groups=4, padding=2, stride=2),
        nn.Conv2d(4, 6, 3, padding="same"),
        nn.Conv2d(4, 6, (2, 4), padding="same"),
        nn.Conv2d(4, 6, 3, padding="valid"),
        nn.Conv2d(4, 6, 3, dilation=2, padding=2),
        nn.Conv2d(4, 4, (2, 3), dilation=(3, 2), padding="same", groups=2),
        nn.Conv2d(4, 6, 1, stride=2),
    ],
    ids=str,
)
def test_convolution(conv: nn.Module) -> None:
    assert kinds(assert_same(nn.Sequential(conv), SHAPE)) == ["Conv"]


def test_functional_convolution() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, net.conv.weight, None, 2, 1)

    assert_same(Network(forward, conv=nn.Conv2d(4, 6, 3)), SHAPE)


def test_weights_computed_from_parameters_are_computed_at_import() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        weight = net.conv.weight
        weight = (weight - weight.mean((1, 2, 3), keepdim=True)) / weight.std()
        return F.conv2d(x, weight, net.conv.bias)

    graph = assert_same(Network(forward, conv=nn.Conv2d(4, 6, 3)), SHAPE)
    assert kinds(graph) == ["Conv"]


def test_linear_and_its_other_spellings() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        weight, bias = net.fc.weight, net.fc.bias
        return (
            net.fc(x),
            F.linear(x, weight),
            torch.addmm(bias, x, weight.t()),
            torch.mm(x, weight.t()),
            x @ weight.t(),
        )

    graph = assert_same(Network(forward, fc=nn.Linear(6, 5)), (6,))
    assert kinds(graph) == ["Linear"] * 5


def test_batch_norm_of_maps_and_vectors() -> None:
    network = nn.Sequential(
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 3, 3, bias=False),
        nn.BatchNorm2d(3, affine=False),
        nn.Flatten(),
        nn.Linear(3 * 7 * 5, 6),
        nn.BatchNorm1d(6, eps=0.1),
    )
    graph = assert_same(network, SHAPE)
    assert kinds(graph) == ["BatchNorm", "Conv", "BatchNorm", "Reshape", "Linear", "BatchNorm"]


def test_batch_norm_of_a_flattened_map_is_permuted() -> None:
    network = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(4 * 9 * 7), nn.ReLU(), nn.Linear(252, 3))
    assert_same(network, SHAPE)


def test_a_module_called_twice_shares_its_parameters() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        return net.bn(net.conv(net.bn(net.conv(x))))

    layers = {"conv": nn.Conv2d(4, 4, 3, padding=1), "bn": nn.BatchNorm2d(4)}
    graph = assert_same(Network(forward, **layers), SHAPE)
    assert [node.name for node in graph.nodes[1:]] == ["conv", "bn", "conv_1", "bn_1"]
    assert graph.node("conv").parameters == graph.node("conv_1").parameters
    assert graph.node("bn").parameters == graph.node("bn_1").parameters
    assert len(graph.parameters) == 6


def test_import_leaves_the_module_as_it_was() -> None:
    network = nn.Sequential(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.Dropout())
    network.train()
    network[1].eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    import_module(network, SHAPE, name="net")
    assert [part.training for part in network] == [True, False, True]
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_nodes_are_named_after_modules_and_operations() -> None:
    block = nn.Sequential(nn.Conv2d(4, 4, 3), nn.ReLU())
    graph = assert_same(nn.Sequential(block, nn.Flatten(), nn.Linear(140, 2), nn.ReLU()), SHAPE)
    assert [node.name for node in graph.nodes] == [
        "input",
        "n0_0",
        "n0_1",
        "linear_2_flatten",
        "linear_2",
        "relu_3",
    ]
    assert [node.source for node in graph.nodes] == ["input", "0.0", "0.1", "2", "2", "3"]
