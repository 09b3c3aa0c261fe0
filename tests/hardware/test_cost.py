"""Multiply-accumulates and parameters."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.hardware.cost import count_cost
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from tests.hardware.small_graphs import Builder, resnet, tiny_residual


def test_each_node_is_counted() -> None:
    cost = count_cost(tiny_residual())
    counted = {row.name: (row.operation, row.macs, row.parameters) for row in cost.nodes}
    assert counted == {
        "image": ("input", 0, 0),
        "stem": ("conv", 16 * 9 * 2 * 3, 9 * 2 * 3 + 3),
        "branch": ("conv", 16 * 9 * 3 * 3, 9 * 3 * 3 + 3),
        "joined": ("add", 0, 0),
        "pool": ("average-pool", 0, 0),
        "flat": ("reshape", 0, 0),
        "fc": ("linear", 15, 20),
    }
    assert (cost.macs, cost.parameters) == (864 + 1296 + 15, 57 + 84 + 20)


@pytest.mark.parametrize(("depth", "macs"), [(20, 40_551_040), (56, 125_485_696)])
def test_published_counts_of_residual_networks(depth: int, macs: int) -> None:
    assert count_cost(resnet(depth, widths=(16, 32, 64))).macs == macs


def test_a_grouped_convolution_counts_the_channels_of_its_group() -> None:
    b = Builder((5, 5, 4))
    weight = b.weight("w", 3, 3, 1, 4)
    b.add(n.Conv(name="depthwise", inputs=("image",), weight=weight, groups=4))
    cost = count_cost(b.graph("g", "depthwise"))
    assert (cost.macs, cost.parameters) == (9 * 9 * 4, 36)


def test_running_statistics_are_no_parameters_and_shared_ones_count_once() -> None:
    four = {name: Parameter(values=np.ones(4)) for name in "abcd"}
    norms = tuple(
        n.BatchNorm(
            name=name,
            inputs=(before,),
            gamma="a",
            beta="b",
            mean="c",
            variance="d",
            epsilon=1e-5,
        )
        for name, before in (("first", "x"), ("second", "first"))
    )
    graph = Graph(
        name="g",
        nodes=(n.Input(name="x", shape=(2, 2, 4)), *norms),
        parameters=four,
        outputs=("second",),
    )
    assert [row.parameters for row in count_cost(graph).nodes] == [0, 8, 0]
