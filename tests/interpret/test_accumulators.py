from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fpgaflow.errors import VerificationFailed
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from tests.ir.graphs import graph, image

INTEGER = FixedType(width=16, integer=16)


def _net(weights: list[int], bias: int, accumulator: FixedType) -> Graph:
    return graph(
        image(len(weights)),
        n.Linear(
            name="fc",
            inputs=("image",),
            source="head.fc",
            element=INTEGER,
            weight="w",
            bias="b",
            accumulator=accumulator,
        ),
        parameters={
            "w": Parameter(values=np.array(weights).reshape(-1, 1), element=INTEGER),
            "b": Parameter(values=np.array([bias]), element=INTEGER),
        },
    )


def test_a_partial_sum_counts_even_where_the_whole_sum_is_small() -> None:
    net = _net([1, -1], 0, FixedType(width=8, integer=8))
    run(net, np.array([[127, 127]], np.uint8), check_accumulators=True)
    with pytest.raises(VerificationFailed) as caught:
        run(net, np.array([[200, 200]], np.uint8), check_accumulators=True)
    assert str(caught.value) == (
        "Linear fc (from head.fc): a partial sum reaches -200\n"
        "  accepted: what its accumulator s8.8 holds: -128 to 127\n"
        "  what to do: quantize the network again; accumulators are sized by the weights"
    )


@pytest.mark.parametrize(
    ("weights", "bias", "pixels", "reached"),
    [([1, 1], 1, [127, 0], "128"), ([-1, 0], -2, [127, 9], "-129")],
)
def test_the_bias_counts(weights: list[int], bias: int, pixels: list[int], reached: str) -> None:
    net = _net(weights, bias, FixedType(width=8, integer=8))
    with pytest.raises(VerificationFailed, match=f"a partial sum reaches {reached}\n"):
        run(net, np.array([pixels], np.uint8), check_accumulators=True)


def test_signed_values_in_a_convolution() -> None:
    """Two negative factors make a positive term."""
    weight = Parameter(values=np.array([-3, 2]).reshape(1, 1, 2, 1), element=INTEGER)
    net = graph(
        image(1, 1, 2),
        n.Affine(name="centre", inputs=("image",), element=INTEGER, scale="s", shift="t"),
        n.Conv(
            name="conv",
            inputs=("centre",),
            element=INTEGER,
            weight="w",
            accumulator=FixedType(width=9, integer=9),
        ),
        parameters={
            "s": Parameter(values=np.array([1, 1]), element=INTEGER),
            "t": Parameter(values=np.array([-100, -100]), element=INTEGER),
            "w": weight,
        },
    )
    run(net, np.full((1, 1, 1, 2), 100, np.uint8), check_accumulators=True)
    with pytest.raises(VerificationFailed, match="reaches 300\n"):
        run(net, np.zeros((1, 1, 1, 2), np.uint8), check_accumulators=True)
    wider = net.with_nodes(
        replace(node, accumulator=FixedType(width=10, integer=10))
        if isinstance(node, n.Conv)
        else node
        for node in net.nodes
    )
    run(wider, np.zeros((1, 1, 1, 2), np.uint8), check_accumulators=True)
