"""Fixed-point networks for the backend's tests, every number seeded."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.geometry import Padding, Size, reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import pool_counts, sum_range
from fpgaflow.ir.spec import FIXED, verify
from fpgaflow.ir.types import Parameter


def signed(width: int, integer: int) -> FixedType:
    return FixedType(width=width, integer=integer)


def unsigned(width: int, integer: int) -> FixedType:
    return FixedType(width=width, integer=integer, signed=False)


class Builder:
    """Appends nodes; each method returns the new value's name."""

    def __init__(self, *shape: int, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self._nodes: list[n.Node] = [n.Input(name="image", element=UINT8, shape=shape)]
        self._parameters: dict[str, Parameter] = {}

    def graph(self, *outputs: str, name: str = "net") -> Graph:
        graph = Graph(
            name=name, nodes=tuple(self._nodes), parameters=self._parameters, outputs=outputs
        )
        verify(graph, FIXED)
        return graph

    def add(self, node: n.Node) -> str:
        self._nodes.append(node)
        return node.name

    def shape(self, value: str) -> tuple[int, ...]:
        return self._so_far().types[value].shape

    def _so_far(self) -> Graph:
        return Graph(name="", nodes=tuple(self._nodes), parameters=self._parameters, outputs=())

    def element(self, value: str) -> FixedType:
        element = next(node.element for node in self._nodes if node.name == value)
        assert element is not None
        return element

    def _weights(self, name: str, value: str, shape: tuple[int, ...], bias: bool) -> FixedType:
        """Add 6-bit weights and perhaps a bias; return the accumulator's format."""
        element = signed(6, 1)
        weights = self._rng.integers(-32, 32, shape)
        self._parameters[f"{name}.weight"] = Parameter(values=weights, element=element)
        read = self.element(value)
        fraction = element.fraction + read.fraction
        addend = None
        if bias:
            addend = self._rng.integers(-2000, 2000, shape[-1])
            self._parameters[f"{name}.bias"] = Parameter(
                values=addend, element=signed(12, 12 - fraction)
            )
        return sum_range(weights, addend, read, fraction).element

    def conv(
        self,
        name: str,
        value: str,
        outputs: int,
        element: FixedType,
        *,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int, int, int] = (1, 1, 1, 1),
        groups: int = 1,
        bias: bool = True,
    ) -> str:
        shape = (*kernel, self.shape(value)[2] // groups, outputs)
        accumulator = self._weights(name, value, shape, bias)
        return self.add(
            n.Conv(
                name=name,
                inputs=(value,),
                element=element,
                weight=f"{name}.weight",
                bias=f"{name}.bias" if bias else None,
                stride=Size(*stride),
                padding=Padding(*padding),
                groups=groups,
                accumulator=accumulator,
            )
        )

    def linear(
        self, name: str, value: str, outputs: int, element: FixedType, *, bias: bool = True
    ) -> str:
        accumulator = self._weights(name, value, (self.shape(value)[0], outputs), bias)
        return self.add(
            n.Linear(
                name=name,
                inputs=(value,),
                element=element,
                weight=f"{name}.weight",
                bias=f"{name}.bias" if bias else None,
                accumulator=accumulator,
            )
        )

    def affine(self, name: str, value: str, element: FixedType) -> str:
        channels = self.shape(value)[-1]
        fraction = self.element(value).fraction + 4
        self._parameters[f"{name}.scale"] = Parameter(
            values=self._rng.integers(-32, 32, channels), element=signed(6, 2)
        )
        self._parameters[f"{name}.shift"] = Parameter(
            values=self._rng.integers(-900, 900, channels), element=signed(11, 11 - fraction)
        )
        return self.add(
            n.Affine(
                name=name,
                inputs=(value,),
                element=element,
                scale=f"{name}.scale",
                shift=f"{name}.shift",
            )
        )

    def average(
        self,
        name: str,
        value: str,
        element: FixedType,
        kernel: tuple[int, int],
        *,
        stride: tuple[int, int],
        padding: tuple[int, int, int, int] = (0, 0, 0, 0),
        count_include_pad: bool = True,
    ) -> str:
        node = n.AveragePool(
            name=name,
            inputs=(value,),
            element=element,
            kernel=Size(*kernel),
            stride=Size(*stride),
            padding=Padding(*padding),
            count_include_pad=count_include_pad,
            reciprocal=reciprocal_type(1, exact=True),
        )
        before = self._so_far()
        counts = pool_counts(before.with_nodes((*before.nodes, node)), node)
        largest = prod(kernel)
        exact = largest & (largest - 1) == 0 and bool((counts == largest).all())
        reciprocal = reciprocal_type(largest, exact=exact)
        return self.add(
            n.AveragePool(
                name=name,
                inputs=(value,),
                element=element,
                kernel=node.kernel,
                stride=node.stride,
                padding=node.padding,
                count_include_pad=count_include_pad,
                reciprocal=reciprocal,
            )
        )

    def max(
        self,
        name: str,
        value: str,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    ) -> str:
        return self.add(
            n.MaxPool(
                name=name,
                inputs=(value,),
                element=self.element(value),
                kernel=Size(*kernel),
                stride=Size(*stride),
                padding=Padding(*padding),
            )
        )


def residual() -> Graph:
    """A residual network of one block with an option-A shortcut, as a golden file can hold it."""
    b = Builder(4, 4, 2)
    stem = b.conv("layer.0.conv", "image", 2, unsigned(8, 11))
    down = b.conv("layer.1.conv", stem, 4, signed(8, 12), stride=(2, 2))
    half = b.add(
        n.Subsample(name="half", inputs=(stem,), element=b.element(stem), stride=Size(2, 2))
    )
    wide = b.add(
        n.PadChannels(name="wide", inputs=(half,), element=b.element(stem), before=1, after=1)
    )
    joined = b.add(n.Add(name="add", inputs=(wide, down), element=unsigned(8, 12)))
    pooled = b.average("pool", joined, unsigned(10, 12), (2, 2), stride=(2, 2))
    flat = b.add(n.Reshape(name="flat", inputs=(pooled,), element=b.element(pooled), shape=(4,)))
    return b.graph(b.linear("fc", flat, 3, signed(12, 14)), name="residual")


def dense() -> Graph:
    """A multilayer perceptron whose 15 pixels and five scores do not fill their last beats."""
    b = Builder(5, 3, 1)
    flat = b.add(n.Reshape(name="flat", inputs=("image",), element=UINT8, shape=(15,)))
    hidden = b.linear("hidden", flat, 4, unsigned(8, 11))
    return b.graph(b.linear("fc", hidden, 5, signed(12, 15)), name="dense")
