"""One illegal graph for each rule, and the exact message."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, smallest_type
from fpgaflow.ir.geometry import Padding, Size, reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import FIXED, REAL, Level, verify
from fpgaflow.ir.types import Parameter
from tests.ir.graphs import U8, WEIGHT, conv_net, graph, image, integers

ACCUMULATOR = FixedType(width=24, integer=19)


def real(*shape: int) -> Parameter:
    return Parameter(values=np.ones(shape))


def fixed(*shape: int) -> Parameter:
    return integers(shape, WEIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Softmax(n.Node):
    def infer_shape(self, inputs: tuple[n.Shape, ...], parameters: tuple[n.Shape, ...]) -> n.Shape:
        return inputs[0]


def _real(*nodes: n.Node, **parameters: Parameter) -> Graph:
    return graph(image(6, 6, 2, element=None), *nodes, parameters=parameters)


def _fixed(*nodes: n.Node, **parameters: Parameter) -> Graph:
    return graph(image(6, 6, 2), *nodes, parameters=parameters)


X = ("image",)
CONV = n.Conv(name="x", inputs=X, element=U8, weight="w", accumulator=ACCUMULATOR)
POOL = n.AveragePool(
    name="x",
    inputs=X,
    element=U8,
    kernel=Size(2, 3),
    stride=Size(1, 1),
    reciprocal=reciprocal_type(6, exact=False),
)

STRUCTURE: dict[str, tuple[Graph, str]] = {
    "known": (_real(Softmax(name="x", inputs=X)), "Softmax x: is no operation of the graph"),
    "one_input": (
        graph(image(3, element=None), n.Input(name="x", shape=(3,))),
        "Input image (from input): stands in a graph of 2 inputs",
    ),
    "arity": (_real(n.Add(name="x", inputs=("image",) * 3)), "Add x: has 3 inputs"),
    "rank": (
        _real(n.Linear(name="x", inputs=X, weight="w"), w=real(72, 4)),
        "Linear x: reads a value of shape [6, 6, 2]",
    ),
    "rank_of_join": (
        graph(image(6, 6, element=None), n.Relu(name="x", inputs=X)),
        "Relu x: reads a value of shape [6, 6]",
    ),
    "positive": (
        _real(n.Conv(name="x", inputs=X, weight="w"), w=real(7, 7, 2, 3)),
        "Conv x: yields shape [0, 0, 3]",
    ),
    "conv_channels": (
        _real(n.Conv(name="x", inputs=X, weight="w"), w=real(3, 3, 3, 4)),
        "Conv x: has weights [3, 3, 3, 4] in 1 groups for 2 channels",
    ),
    "conv_groups": (
        _real(n.Conv(name="x", inputs=X, weight="w", groups=2), w=real(3, 3, 1, 3)),
        "Conv x: has weights [3, 3, 1, 3] in 2 groups for 2 channels",
    ),
    "conv_bias": (
        _real(n.Conv(name="x", inputs=X, weight="w", bias="b"), w=real(3, 3, 2, 4), b=real(3)),
        "Conv x: has a bias [3] for 4 outputs",
    ),
    "linear_weight": (
        graph(
            image(5, element=None),
            n.Linear(name="x", inputs=X, weight="w"),
            parameters={"w": real(4, 2)},
        ),
        "Linear x: has weights [4, 2] for 5 inputs",
    ),
    "linear_bias": (
        graph(
            image(5, element=None),
            n.Linear(name="x", inputs=X, weight="w", bias="b"),
            parameters={"w": real(5, 2), "b": real(2, 1)},
        ),
        "Linear x: has a bias [2, 1] for 2 outputs",
    ),
    "per_channel": (
        _real(n.Affine(name="x", inputs=X, scale="s", shift="t"), s=real(2), t=real(3)),
        "Affine x: has t of shape [3] for 2 channels",
    ),
    "add_shapes": (
        _real(
            n.Subsample(name="y", inputs=X, stride=Size(2, 2)),
            n.Add(name="x", inputs=("image", "y")),
        ),
        "Add x: adds shapes [6, 6, 2] and [3, 3, 2]",
    ),
    "concat_shapes": (
        _real(
            n.Subsample(name="y", inputs=X, stride=Size(2, 2)),
            n.Concat(name="x", inputs=("image", "y")),
        ),
        "Concat x: joins shapes [[6, 6, 2], [3, 3, 2]]",
    ),
    "reshape": (
        _real(n.Reshape(name="x", inputs=X, shape=(70,))),
        "Reshape x: turns 72 numbers into 70",
    ),
    "pool_rows": (
        _real(
            n.MaxPool(
                name="x",
                inputs=X,
                kernel=Size(2, 3),
                stride=Size(1, 1),
                padding=Padding(2, 0, 0, 0),
            )
        ),
        "MaxPool x: has padding 2,0,0,0 around a 2x3 window: a window of padding alone",
    ),
    "pool_columns": (
        _real(
            n.MaxPool(
                name="x",
                inputs=X,
                kernel=Size(2, 3),
                stride=Size(1, 1),
                padding=Padding(0, 0, 0, 3),
            )
        ),
        "MaxPool x: has padding 0,0,0,3 around a 2x3 window: a window of padding alone",
    ),
}

WIDE = FixedType(width=63, integer=63)

FIXED_ONLY: dict[str, tuple[Graph, str]] = {
    "real_only": (
        _fixed(n.FakeQuantize(name="x", inputs=X, element=U8, target=U8)),
        "FakeQuantize x: has no fixed-point meaning",
    ),
    "no_format": (_fixed(n.Relu(name="x", inputs=X)), "Relu x: has no fixed-point format"),
    "real_parameter": (
        _fixed(CONV, w=real(3, 3, 2, 3)),
        "Conv x: has a real-valued parameter",
    ),
    "no_accumulator": (
        _fixed(replace(CONV, accumulator=None), w=fixed(3, 3, 2, 3)),
        "Conv x: has no accumulator format",
    ),
    "no_reciprocal": (
        _fixed(replace(POOL, reciprocal=None)),
        "AveragePool x: has no reciprocal format",
    ),
    "outside": (
        _fixed(CONV, w=Parameter(values=np.full((3, 3, 2, 3), 32), element=WEIGHT)),
        "Conv x: has values of w outside s6.1",
    ),
    "bias_fraction": (
        _fixed(
            replace(CONV, bias="b"),
            w=fixed(3, 3, 2, 3),
            b=integers((3,), FixedType(width=8, integer=4)),
        ),
        "Conv x: has b at fraction 4, its products at 5",
    ),
    "affine_fraction": (
        _fixed(
            n.Affine(name="x", inputs=X, element=U8, scale="s", shift="t"),
            s=fixed(2),
            t=integers((2,), FixedType(width=8, integer=4)),
        ),
        "Affine x: has t at fraction 4, its products at 5",
    ),
    "reciprocal_range": (
        _fixed(replace(POOL, reciprocal=smallest_type(0, 3, 5))),
        "AveragePool x: has reciprocals of 6 to 6 outside u2.-3 AP_TRN AP_WRAP",
    ),
    "reciprocal_fraction": (
        _fixed(replace(POOL, reciprocal=smallest_type(0, 3, -1))),
        "AveragePool x: has reciprocals of 6 to 6 outside u2.3 AP_TRN AP_WRAP",
    ),
    "exact_result": (
        _fixed(
            n.Cast(name="y", inputs=X, element=WIDE), n.Add(name="x", inputs=("y", "y"), element=U8)
        ),
        "Add x: has exact results of 65 bits, more than 63",
    ),
    "accumulator_fraction": (
        _fixed(replace(CONV, accumulator=FixedType(width=24, integer=20)), w=fixed(3, 3, 2, 3)),
        "Conv x: has accumulator s24.20: its products are finer or coarser",
    ),
    "accumulator_range": (
        _fixed(
            replace(CONV, accumulator=FixedType(width=16, integer=11)),
            w=Parameter(values=np.full((3, 3, 2, 3), 31), element=WEIGHT),
        ),
        "Conv x: has accumulator s16.11: its partial sums need u18.13 AP_TRN AP_WRAP",
    ),
}


def _check(net: Graph, level: Level, message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        verify(net, level, after="a-pass")
    where, _, problem = message.partition(": ")
    where = where if "(from" in where else f"{where} (from nowhere)"
    assert str(caught.value) == (
        f"graph net after a-pass: {where}: {problem}\n"
        f"  accepted: a legal {level.name} graph (fpgaflow/ir/spec.py)"
    )


@pytest.mark.parametrize("name", STRUCTURE)
def test_structure(name: str) -> None:
    _check(STRUCTURE[name][0], REAL, STRUCTURE[name][1])


@pytest.mark.parametrize("name", FIXED_ONLY)
def test_fixed_point(name: str) -> None:
    _check(FIXED_ONLY[name][0], FIXED, FIXED_ONLY[name][1])


def test_each_rule_has_a_test() -> None:
    """Every rule function is what some test above trips over."""
    tripped = {
        next(rule for node in net.nodes for rule in level.rules if rule(net, node))
        for level, table in ((REAL, STRUCTURE), (FIXED, FIXED_ONLY))
        for net, _ in table.values()
    }
    assert tripped == set(FIXED.rules)


def test_legal_graphs() -> None:
    verify(conv_net(), FIXED)
    verify(conv_net(), REAL)


def test_message_without_a_pass() -> None:
    with pytest.raises(InputRefused, match=r"^graph net: Relu x \(from model.relu\): has no fixed"):
        verify(_fixed(n.Relu(name="x", inputs=X, source="model.relu")), FIXED)
