from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from tests.frontend.torch_equivalence import Network, assert_refused, assert_same, kinds

SHAPE = (4, 3, 5)

Forward = Callable[[Network, torch.Tensor], object]


def test_flattening_in_every_spelling() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(
            net.fc(flat)
            for flat in (
                x.view(x.size(0), -1),
                x.view(-1, 60),
                x.flatten(1),
                torch.flatten(x, 1),
                x.reshape(x.shape[0], 60),
                x.reshape(-1, 4 * 3 * 5),
                net.flatten(x),
                torch.unflatten(x.flatten(1), 1, (4, 3, 5)).flatten(2).flatten(1),
            )
        )

    graph = assert_same(Network(forward, fc=nn.Linear(60, 7), flatten=nn.Flatten()), SHAPE)
    assert kinds(graph) == ["Reshape", "Linear"] * 8
    assert len(graph.parameters) == 2


def test_other_orders_of_flattening_are_other_orders_of_the_weights() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            net.fc(x.permute(0, 2, 3, 1).reshape(x.size(0), -1)),
            net.fc(x.transpose(1, 3).flatten(1)),
            net.fc(x.view(-1, 2, 2, 3, 5).transpose(1, 2).flatten(1)),
        )

    graph = assert_same(Network(forward, fc=nn.Linear(60, 7)), SHAPE)
    assert len(graph.parameters) == 4


def test_the_layout_is_kept_through_elementwise_operations() -> None:
    network = nn.Sequential(
        nn.Conv2d(4, 3, 2),
        nn.Flatten(),
        nn.Dropout(),
        nn.ReLU(),
        nn.BatchNorm1d(24),
        nn.ReLU6(),
        nn.Linear(24, 5),
    )
    assert_same(network, SHAPE)


def test_maps_of_one_pixel_and_vectors() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        pooled = net.pool(x)
        vector = net.fc(pooled.squeeze(-1).squeeze(-1))
        return (
            pooled.squeeze(),
            pooled[:, :, 0, 0],
            vector.unsqueeze(-1).unsqueeze(-1),
            net.conv(vector[:, :, None, None]),
            net.conv(vector.view(-1, 4, 1, 1)).flatten(1),
        )

    layers = {"pool": nn.AdaptiveAvgPool2d(1), "fc": nn.Linear(4, 4), "conv": nn.Conv2d(4, 6, 1)}
    assert_same(Network(forward, **layers), SHAPE)


def test_joined_vectors_of_several_layouts() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        flat = x.flatten(1)
        joined = torch.cat([flat, net.fc(flat), torch.relu(net.conv(x)).flatten(1), flat], dim=-1)
        return net.last(torch.relu(joined))

    layers = {"fc": nn.Linear(60, 5), "conv": nn.Conv2d(4, 3, 2), "last": nn.Linear(149, 6)}
    assert_same(Network(forward, **layers), SHAPE)


def test_a_vector_input() -> None:
    network = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    assert kinds(assert_same(network, (6,))) == ["Linear", "Relu", "Linear"]


def test_an_image_straight_into_a_linear_layer() -> None:
    assert_same(nn.Sequential(nn.Flatten(), nn.Linear(60, 3)), SHAPE)


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (
            lambda _, x: x.flatten(1),
            "view at {}: the network returns shape [60] in another order than hardware computes "
            "it (channels last)",
        ),
        (
            lambda _, x: torch.relu(x.flatten(1)),
            "relu at {}: the network returns shape [60] in another order than hardware computes "
            "it (channels last)",
        ),
        (
            lambda _, x: x.flatten(2),
            "view at {}: the network returns shape [4, 15] in another order than hardware "
            "computes it (channels last)",
        ),
        (
            lambda net, x: net.conv(x.view(-1, 2, 2, 3, 5).transpose(1, 2).reshape(-1, 4, 3, 5)),
            "conv2d at {}: the input, shape [4, 3, 5], is no feature map (channels, height, "
            "width) in the order in which it was computed",
        ),
        (
            lambda net, x: net.fc(x),
            "linear at {}: it reads shape [4, 3, 5], not a vector",
        ),
        (
            lambda _, x: x.flatten(1) + x.permute(0, 2, 3, 1).flatten(1),
            "add at {}: it adds two values whose elements lie in different orders, such as a "
            "flattened map and the output of a linear layer",
        ),
        (
            lambda _, x: x.view(4, -1),
            "view at {}: the result has no batch dimension in front: it mixes images, or the "
            "code was written for one image",
        ),
        (lambda _, x: x[:, :, 0], "select at {}: it picks one element of an axis"),
        (lambda _, x: x.transpose(0, 1), "transpose at {}: it moves the batch dimension"),
    ],
)
def test_refused_shapes(forward: Forward, message: str) -> None:
    network = Network(forward, conv=nn.Conv2d(4, 2, 1), fc=nn.Linear(5, 5))
    module = {"conv2d": "conv", "linear": "fc"}.get(message.partition(" ")[0], "")
    assert_refused(network, SHAPE, message, module)
