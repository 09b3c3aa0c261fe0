from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.geometry import Padding, Size, reciprocal_type
from fpgaflow.ir.ranges import Range, clamp_limits, exact_range, pool_counts, sum_range
from tests.ir.graphs import U8, WEIGHT, conv_net, graph, image, integers

SMALL = st.lists(st.integers(-7, 7), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SMALL, st.integers(-20, 20), st.booleans())
def test_sum_range_is_the_hull_of_all_partial_sums(
    weights: list[int], bias: int, signed: bool
) -> None:
    values = FixedType(width=2, integer=2, signed=signed)
    ends = (values.minimum, values.maximum)
    terms = [*([w * x for x in ends] for w in weights), [bias]]
    sums = {
        sum(chosen)
        for choice in product(*([0, *options] for options in terms))
        for chosen in [choice]
    }
    found = sum_range(np.array(weights).reshape(-1, 1), np.array([bias]), values, 3)
    assert found == Range(min(sums), max(sums), 3)


def test_sums_beyond_an_int64() -> None:
    element = FixedType(width=63, integer=63)
    weights = np.full((4, 1), element.maximum)
    found = sum_range(weights, None, element, 0)
    assert found.minimum == -4 * element.maximum << 62
    assert found.magnitude == -found.minimum


def test_each_layer_of_a_network() -> None:
    net = conv_net()
    found = {node.name: exact_range(net, node) for node in net.nodes}
    weight, bias = (net.parameters[f"conv_{kind}"].integers for kind in ("weight", "bias"))
    highest = np.maximum(weight, 0).sum((0, 1, 2)) * 255 + np.maximum(bias, 0)
    lowest = np.minimum(weight, 0).sum((0, 1, 2)) * 255 + np.minimum(bias, 0)
    assert found["image"] == Range(0, 255, 0)
    assert found["conv"] == Range(int(lowest.min()), int(highest.max()), 5)
    assert found["pool"] == found["clamp"] == found["twice"] == Range(0, 255, 5)
    assert found["mean"] == Range(0, 4 * 255, 7)
    assert found["conv"].element.fraction == 5


def test_add_aligns_the_points() -> None:
    coarse = FixedType(width=4, integer=6, signed=False)
    net = graph(
        image(3),
        n.Cast(name="fine", inputs=("image",), element=U8),
        n.Cast(name="coarse", inputs=("image",), element=coarse),
        n.Add(name="sum", inputs=("fine", "coarse"), element=U8),
        n.Concat(name="both", inputs=("fine", "coarse"), element=U8),
    )
    assert exact_range(net, net.node("sum")) == Range(0, 255 + (15 << 7), 5)
    assert exact_range(net, net.node("both")) == Range(0, 15 << 7, 5)


def test_affine_holds_the_product_and_the_sum() -> None:
    net = graph(
        image(2),
        n.Affine(name="x", inputs=("image",), element=U8, scale="s", shift="t"),
        parameters={
            "s": integers((2,), WEIGHT),
            "t": integers((2,), FixedType(width=16, integer=11), seed=1),
        },
    )
    span = exact_range(net, net.node("x"))
    scale, shift = net.parameters["s"].integers, net.parameters["t"].integers
    for pixel in (0, 255):
        for values in (scale * pixel, scale * pixel + shift):
            assert span.minimum <= values.min()
            assert values.max() <= span.maximum


@pytest.mark.parametrize(
    ("include", "expected"), [(True, [[9, 9], [9, 9]]), (False, [[4, 4], [4, 4]])]
)
def test_pool_counts(include: bool, expected: list[list[int]]) -> None:
    node = n.AveragePool(
        name="x",
        inputs=("image",),
        element=U8,
        kernel=Size(3, 3),
        stride=Size(2, 2),
        padding=Padding(1, 1, 1, 1),
        count_include_pad=include,
        reciprocal=reciprocal_type(9, exact=False),
    )
    assert pool_counts(graph(image(3, 3, 1), node), node).tolist() == expected


@pytest.mark.parametrize(
    ("low", "high", "element", "expected"),
    [
        (0.0, 6.0, U8, (0, 192)),
        (-1.0, 20.0, U8, (0, 255)),
        (-1.0, 1.0, FixedType(width=8, integer=1), (-128, 127)),
        (0.1, 0.3, FixedType(width=4, integer=2), (0, 1)),
        (float("-inf"), float("inf"), UINT8, (0, 255)),
        (0.5, 0.5, UINT8, (1, 1)),
        (float("-inf"), 3.0, FixedType(width=63, integer=63), (-(1 << 62), 3)),
    ],
)
def test_clamp_limits_lie_on_the_grid(
    low: float, high: float, element: FixedType, expected: tuple[int, int]
) -> None:
    node = n.Clamp(name="x", inputs=("image",), element=element, low=low, high=high)
    assert clamp_limits(node) == expected
