"""Small graphs built by hand for the tests of the representation."""

from __future__ import annotations

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.geometry import Padding, Size, reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

U8 = FixedType(width=8, integer=3, signed=False)
S8 = FixedType(width=8, integer=3)
WEIGHT = FixedType(width=6, integer=1)


def image(*shape: int, element: FixedType | None = UINT8) -> n.Input:
    """Return an input called `image`."""
    return n.Input(name="image", shape=shape, source="input", element=element)


def integers(shape: tuple[int, ...], element: FixedType, seed: int = 0) -> Parameter:
    """Return random integers of a format."""
    rng = np.random.default_rng(seed)
    values = rng.integers(element.minimum, element.maximum, shape, endpoint=True)
    return Parameter(values=values, element=element)


def graph(
    *nodes: n.Node, parameters: dict[str, Parameter] | None = None, name: str = "net"
) -> Graph:
    """Return a graph whose output is the last node."""
    return Graph(name=name, nodes=nodes, parameters=parameters or {}, outputs=(nodes[-1].name,))


def conv_net() -> Graph:
    """Return a fixed-point graph with one node of most kinds."""
    bias = FixedType(width=16, integer=11)
    return graph(
        image(6, 6, 2),
        n.Conv(
            name="conv",
            inputs=("image",),
            source="conv, model.py:7",
            element=U8,
            weight="conv_weight",
            bias="conv_bias",
            stride=Size(1, 1),
            padding=Padding(1, 1, 1, 1),
            accumulator=FixedType(width=24, integer=19),
        ),
        n.MaxPool(name="pool", inputs=("conv",), element=U8, kernel=Size(3, 3), stride=Size(2, 2)),
        n.Clamp(name="clamp", inputs=("pool",), element=U8, low=0.0, high=6.0),
        n.Concat(name="twice", inputs=("clamp", "clamp"), element=U8),
        n.AveragePool(
            name="mean",
            inputs=("twice",),
            element=U8,
            kernel=Size(2, 2),
            stride=Size(1, 1),
            reciprocal=reciprocal_type(4, exact=True),
        ),
        n.Reshape(name="flat", inputs=("mean",), element=U8, shape=(6,)),
        n.Linear(
            name="linear",
            inputs=("flat",),
            source="fc",
            element=FixedType(width=12, integer=4),
            weight="linear_weight",
            accumulator=FixedType(width=18, integer=8),
        ),
        parameters={
            "conv_weight": integers((3, 3, 2, 3), WEIGHT),
            "conv_bias": integers((3,), bias, seed=1),
            "linear_weight": integers((6, 4), WEIGHT, seed=2),
        },
    )
