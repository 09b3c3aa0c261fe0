from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fpgaflow.ir import nodes as n
from tests.frontend.torch_equivalence import Network, assert_refused, assert_same, kinds

SHAPE = (4, 6, 5)

Forward = Callable[[Network, torch.Tensor], object]


def test_relu_and_clamps() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            net.relu(x),
            torch.relu(x),
            x.clamp(min=0),
            x.clamp_min(0),
            F.threshold(x, 0, 0),
            F.relu(x.clone(), inplace=True),
            net.relu6(x),
            F.hardtanh(x, -0.5, 0.25),
            torch.clamp(x, -0.5, 0.25),
            x.clamp(0, 2.5),
        )

    layers = {"relu": nn.ReLU(inplace=False), "relu6": nn.ReLU6()}
    graph = assert_same(Network(forward, **layers), SHAPE)
    assert kinds(graph) == ["Relu"] * 6 + ["Clamp"] * 4
    clamps = [(node.low, node.high) for node in graph.nodes if isinstance(node, n.Clamp)]
    assert clamps == [(0, 6), (-0.5, 0.25), (-0.5, 0.25), (0, 2.5)]


def test_an_operation_in_place_changes_every_later_reading() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        x = net.conv(x)
        view = x.view(x.size(0), -1)
        net.relu(x)
        view.clamp_(max=0.75, min=-3)
        x += net.conv(x)
        return x.mul_(2)

    layers = {"conv": nn.Conv2d(4, 4, 1), "relu": nn.ReLU(inplace=True)}
    graph = assert_same(Network(forward, **layers), SHAPE)
    assert kinds(graph) == ["Conv", "Relu", "Clamp", "Conv", "Add", "Affine"]


def test_addition() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        y = net.conv(x)
        return (x + y, torch.add(x, y), x + x, net.pool(x) + net.pool(y), x.add(y, alpha=1))

    layers = {"conv": nn.Conv2d(4, 4, 1), "pool": nn.AdaptiveAvgPool2d(1)}
    assert_same(Network(forward, **layers), SHAPE)


def test_addition_of_vectors_and_flattened_maps() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        pooled = x.mean((2, 3))
        return (
            pooled + net.small(pooled),
            net.small(pooled) + F.adaptive_avg_pool2d(x, 1).flatten(1),
            net.large(x.flatten(1) + torch.relu(x.flatten(1))),
        )

    assert_same(Network(forward, small=nn.Linear(4, 4), large=nn.Linear(120, 3)), SHAPE)


def test_arithmetic_with_constants_is_affine() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        flat = x.flatten(1)
        return (
            (x - net.mean) / net.std,
            x + 2,
            1 - x,
            net.mean - x,
            2 * x,
            x / 4,
            -x,
            torch.add(x, net.mean, alpha=3),
            torch.sub(x, net.std.view(1, -1, 1, 1), alpha=2),
            net.fc(flat * net.flat + 3),
            net.fc(2 * flat + net.flat),
        )

    generator = torch.Generator().manual_seed(3)
    network = Network(
        forward,
        mean=torch.rand(1, 4, 1, 1, generator=generator),
        std=torch.rand(4, 1, 1, generator=generator) + 0.5,
        flat=torch.rand(120, generator=generator),
        fc=nn.Linear(120, 3),
    )
    graph = assert_same(network, SHAPE)
    assert set(kinds(graph)) == {"Affine", "Reshape", "Linear"}


def test_arithmetic_that_changes_nothing_is_dropped() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        x = net.drop(net.identity(x)).contiguous().clone().detach()
        return torch.relu(F.dropout(x.double() * 1 + 0, training=net.training))

    layers = {"drop": nn.Dropout2d(), "identity": nn.Identity()}
    assert kinds(assert_same(Network(forward, **layers), SHAPE)) == ["Relu"]


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (
            lambda _, x: x.clamp(min=0.5),
            "clamp at {}: it clamps to [0.5, None]",
        ),
        (
            lambda _, x: x.add(x.relu(), alpha=2),
            "add at {}: the second operand is multiplied by alpha=2",
        ),
        (
            lambda _, x: x + x.mean((2, 3), keepdim=True),
            "add at {}: it adds shapes [4, 6, 5] and [4, 1, 1]",
        ),
        (
            lambda _, x: x * x.mean((2, 3), keepdim=True),
            "mul at {}: it takes two values computed from the input; only adding is known for "
            "those, mul needs a constant",
        ),
        (
            lambda _, x: 1 / x,
            "reciprocal at {}",
        ),
        (
            lambda _, x: x + torch.arange(30.0).view(6, 5),
            "add at {}: its constant has shape [6, 5]",
        ),
        (
            lambda _, x: x.mean((2, 3), keepdim=True) + torch.ones(1, 1, 6, 5),
            "add at {}: it spreads shape [4, 1, 1] to [4, 6, 5]",
        ),
        (lambda _, x: x.half(), "to at {}: it converts to torch.float16"),
        (lambda _, x: F.dropout(x, 0.5, training=True), "dropout at {}"),
    ],
)
def test_refused_arithmetic(forward: Forward, message: str) -> None:
    assert_refused(Network(forward), SHAPE, message)
