from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size
from tests.frontend.torch_equivalence import Network, assert_refused, assert_same, kinds

SHAPE = (4, 9, 7)

Forward = Callable[[Network, torch.Tensor], object]


def test_max_pooling() -> None:
    def forward(_: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            F.max_pool2d(x, 2),
            F.max_pool2d(x, 3, 2, 1),
            F.max_pool2d(x, (3, 2), (1, 2), (1, 0)),
            F.max_pool2d(x, 2, ceil_mode=True),
            F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
            F.max_pool2d(x, 4, 3, 1, ceil_mode=True),
            nn.MaxPool2d(2, return_indices=True)(x)[0],
        )

    graph = assert_same(Network(forward), SHAPE)
    pools = [node for node in graph.nodes if isinstance(node, n.MaxPool)]
    assert pools[0].kernel == pools[0].stride == Size(2, 2)
    assert [pool.padding for pool in pools[3:5]] == [Padding(0, 0, 1, 1), Padding(1, 1, 1, 1)]


def test_average_pooling() -> None:
    def forward(_: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            F.avg_pool2d(x, 2),
            F.avg_pool2d(x, 3, 2, 1),
            F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
            F.avg_pool2d(x, (3, 2), (1, 2), (1, 1)),
            F.avg_pool2d(x, 2, ceil_mode=True),
            F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False),
            F.avg_pool2d(x, 4, 3, 1, ceil_mode=True, count_include_pad=False),
        )

    graph = assert_same(Network(forward), SHAPE)
    pools = [node for node in graph.nodes if isinstance(node, n.AveragePool)]
    assert [pool.count_include_pad for pool in pools] == [True, True, False, True] + [False] * 3


def test_pooling_windows_of_one_pixel_subsample() -> None:
    def forward(_: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return F.avg_pool2d(x, 1, 2), F.max_pool2d(x, 1, (2, 3)), F.relu(F.avg_pool2d(x, 1))

    assert kinds(assert_same(Network(forward), SHAPE)) == ["Subsample", "Subsample", "Relu"]


def test_adaptive_pooling() -> None:
    def forward(_: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            F.adaptive_avg_pool2d(x, 1),
            F.adaptive_avg_pool2d(x, (3, 7)),
            F.adaptive_avg_pool2d(x, (None, 1)),
            F.adaptive_max_pool2d(x, (1, 1)),
            F.adaptive_max_pool2d(x, (3, 1)),
            F.relu(F.adaptive_avg_pool2d(x, (9, 7))),
        )

    graph = assert_same(Network(forward), SHAPE)
    assert kinds(graph) == ["AveragePool"] * 3 + ["MaxPool"] * 2 + ["Relu"]


def test_mean_in_every_spelling() -> None:
    def forward(_: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            x.mean((2, 3)),
            x.mean([-1, -2]),
            x.mean(dim=(-2, -1), keepdim=True),
            x.mean(3).mean(2),
            x.mean(2).mean(-1),
            x.mean(2, keepdim=True).mean(3, keepdim=True),
            x.flatten(2).mean(-1),
            torch.mean(x.view(x.size(0), x.size(1), -1), dim=2),
            x.permute(0, 2, 3, 1).mean((1, 2)),
            x.mean(2, keepdim=True),
            x.amax((2, 3)),
            F.avg_pool2d(x, (3, 7)).mean((2, 3)),
            x.mean((2, 3)).view(-1, 4, 1, 1).mean((2, 3)),
        )

    graph = assert_same(Network(forward), SHAPE)
    pools = [node for node in graph.nodes if isinstance(node, (n.AveragePool, n.MaxPool))]
    assert [pool.kernel for pool in pools] == [*[Size(9, 7)] * 9, Size(9, 1), *[Size(9, 7)] * 3]


def test_padding_in_front_of_pooling() -> None:
    def forward(_: Network, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (
            F.avg_pool2d(F.pad(x, (1, 0, 2, 1)), 3, 2),
            F.avg_pool2d(F.pad(x, (1, 0, 1, 0)), 3, 2, 1),
            F.avg_pool2d(F.pad(x, (1, 1)), 3, 2, count_include_pad=False),
            F.max_pool2d(F.pad(F.relu(x), (1, 0, 1, 0)), 3, 2),
            F.max_pool2d(F.relu6(F.pad(F.relu6(x), (0, 1, 0, 1))), 2),
            F.max_pool2d(F.pad(x, (1, 0, 1, 0), value=float("-inf")), 3, 2, 1),
        )

    assert_same(Network(forward), SHAPE)


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (lambda _, x: F.max_pool2d(x, 3, dilation=2), "max_pool2d at {}: it has dilation"),
        (
            lambda _, x: F.avg_pool2d(x, 2, divisor_override=3),
            "avg_pool2d at {}: it has divisor_override",
        ),
        (
            lambda _, x: F.avg_pool2d(x, 4, 3, 1, ceil_mode=True),
            "avg_pool2d at {}: ceil_mode reaches beyond padding that counts",
        ),
        (
            lambda _, x: F.adaptive_avg_pool2d(x, 2),
            "adaptive_avg_pool2d at {}: the output size 2x2 does not divide the input's 9x7",
        ),
        (
            lambda _, x: F.max_pool2d(F.pad(x, (1, 1)), 3),
            "max_pool2d at {}: its input is padded with 0.0, which it would have to read as data",
        ),
        (
            lambda _, x: F.avg_pool2d(F.pad(x, (2, 0)), 2),
            "avg_pool2d at {}: a window 2x2 fits into the padding 0,2,0,0",
        ),
        (
            lambda _, x: x.mean(1),
            "mean at {}: it reduces other axes than the rows and columns of a feature map",
        ),
        (
            lambda _, x: F.max_pool2d(x, 2, return_indices=True)[1],
            "max_pool2d at {}: only the first of its results is known (return_indices=False)",
        ),
        (lambda _, x: x.sum((2, 3)), "sum at {}"),
    ],
)
def test_refused_pooling(forward: Forward, message: str) -> None:
    assert_refused(Network(forward), SHAPE, message)
