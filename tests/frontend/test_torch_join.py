from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size
from tests.frontend.torch_equivalence import Network, assert_refused, assert_same, kinds

SHAPE = (4, 7, 6)

Forward = Callable[[Network, torch.Tensor], object]


def test_concatenation_in_every_spelling() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        y = net.conv(x)
        return (
            torch.cat([x, y], 1),
            torch.cat((x, y, y), dim=1),
            torch.cat([y, x], dim=-3),
            torch.concat([x, y], 1),
            torch.concatenate([x, y], dim=1),
            torch.hstack([x, y]),
            torch.relu(torch.cat([x], 1)),
        )

    graph = assert_same(Network(forward, conv=nn.Conv2d(4, 3, 1)), SHAPE)
    assert kinds(graph) == ["Conv"] + ["Concat"] * 6 + ["Relu"]


def test_a_repeated_operand_is_joined_as_often_as_it_is_written() -> None:
    """hls4ml's converter joins `cat([a, x, x])` as if it were `cat([a, x])`."""

    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([net.conv(x), x, x], 1)

    graph = assert_same(Network(forward, conv=nn.Conv2d(4, 3, 1)), SHAPE)
    assert graph.nodes[-1].inputs == ("conv", "input", "input")
    assert graph.types["cat"].shape == (7, 6, 11)


def test_a_strided_slice_is_not_dropped() -> None:
    """hls4ml's converter leaves `x[:, :, ::2, ::2]` out without a word."""

    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return x[:, :, ::2, ::2], x[:, :, ::3], x[..., ::2], net.conv(x[:, :, :7:2, 0:6])

    graph = assert_same(Network(forward, conv=nn.Conv2d(4, 3, 1)), SHAPE)
    strides = [node.stride for node in graph.nodes if isinstance(node, n.Subsample)]
    assert strides == [Size(2, 2), Size(3, 1), Size(1, 2), Size(2, 1)]


def test_the_option_a_shortcut_in_every_spelling() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        half = x[:, :, ::2, ::2]
        return (
            F.pad(half, (0, 0, 0, 0, 2, 2), "constant", 0),
            F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 3)),
            F.pad(x, (0, 0, 0, 0, 0, 4))[:, :, ::2, ::2],
            torch.cat([net.pool(x), net.pool(x).mul(0)], 1),
            torch.cat([half, torch.zeros_like(half)], 1),
            torch.cat([half, half.new_zeros(half.shape)], 1),
            torch.cat([torch.zeros(half.size(0), 2, *half.shape[2:]), half, half * 0, half], 1),
        )

    graph = assert_same(Network(forward, pool=nn.AvgPool2d(1, 2)), SHAPE)
    assert set(kinds(graph)) == {"Subsample", "PadChannels", "Concat"}


def test_padding_in_front_of_a_convolution() -> None:
    def forward(net: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            net.conv(F.pad(x, (1, 0, 2, 1))),
            net.conv(torch.relu(net.pad(x))),
            net.conv(F.pad(F.pad(x, (1, 1)), (0, 0, 0, 1))),
            net.wide(F.pad(x, (1, 2, 0, 0, 1, 1))),
            net.conv(F.pad(x, (0, 0, 0, 0))),
        )

    network = Network(
        forward,
        conv=nn.Conv2d(4, 3, 3, stride=2, padding=1),
        wide=nn.Conv2d(6, 3, 3),
        pad=nn.ZeroPad2d((0, 1, 0, 1)),
    )
    graph = assert_same(network, SHAPE)
    paddings = [node.padding for node in graph.nodes if isinstance(node, n.Conv)]
    assert paddings == [
        Padding(3, 2, 2, 1),
        Padding(1, 1, 2, 2),
        Padding(1, 2, 2, 2),
        Padding(0, 1, 0, 2),
        Padding(1, 1, 1, 1),
    ]


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (
            lambda _, x: torch.cat([x, x], 2),
            "cat at {}: it joins shape [4, 7, 6] along dimension 2",
        ),
        (
            lambda _, x: torch.cat([x, torch.ones_like(x)], 1),
            "ones_like at {}",
        ),
        (lambda _, x: x[:, :2], "slice at {}: it takes a part of dimension 1"),
        (lambda _, x: x[:, :, 1::2], "slice at {}: it takes a part of dimension 2"),
        (lambda _, x: x[:, ::2], "slice at {}: it takes dimension 1 with step 2"),
        (lambda _, x: x[1:], "slice at {}: it takes a part of dimension 0"),
        (
            lambda _, x: F.pad(x, (1, 1)) + F.pad(x, (2, 0)),
            "add at {}: rows and columns padded before add cannot be kept as data",
        ),
        (
            lambda net, x: net.conv(F.pad(x, (1, 1), value=2)),
            "conv2d at {}: its input is padded with 2.0, not with zeros",
        ),
        (lambda _, x: F.pad(x, (1, 1, 1, 1), "reflect"), "pad at {}: its mode is 'reflect'"),
        (lambda _, x: F.pad(x, (-1, 0)), "pad at {}: a negative padding crops"),
        (lambda _, x: x.chunk(2, 1)[0], "split at {}"),
    ],
)
def test_refused_joins(forward: Forward, message: str) -> None:
    network = Network(forward, conv=nn.Conv2d(4, 2, 3))
    assert_refused(network, SHAPE, message, "conv" if message.startswith("conv2d") else "")
