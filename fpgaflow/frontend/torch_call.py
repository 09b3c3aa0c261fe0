"""One operation of the exported program, as its handler sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import UnsupportedOperator
from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.torch_builder import GraphBuilder
from fpgaflow.frontend.torch_place import Place
from fpgaflow.frontend.torch_values import Constant, Operand, Value
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.nodes import Node, Reshape, Shape

_PLAIN_NAMES = {
    "_native_batch_norm_legit": "batch_norm",
    "_native_batch_norm_legit_no_training": "batch_norm",
    "convolution": "conv2d",
    "addmm": "linear",
    "max_pool2d_with_indices": "max_pool2d",
    "constant_pad_nd": "pad",
    "native_dropout": "dropout",
    "_to_copy": "to",
}


def plain_name(operation: str) -> str:
    """Return an ATen operation's name as users know it: `_softmax.default` is `softmax`."""
    name = operation.rsplit(".", maxsplit=1)[0]
    return _PLAIN_NAMES.get(name, name).strip("_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation, its place, its arguments, and the graph to add to.

    Attributes:
        operation: ATen name with overload, e.g. `conv2d.default`.
        place: where it stands in the user's code.
        arguments: by ATen's parameter name (`self` is `input`); tensors are operands.
        result_shape: of one image, channels-first; None when the result has no leading batch.
        builder: the graph in the making.
    """

    operation: str
    place: Place
    arguments: Mapping[str, object]
    result_shape: Shape | None
    builder: GraphBuilder

    @property
    def kind(self) -> str:
        """The operation's plain name."""
        return plain_name(self.operation)

    @property
    def base_name(self) -> str:
        """What its node is called: the layer's path, or the operation inside a module's path."""
        module = self.place.module
        if not self.place.leaf:
            return f"{module}.{self.kind}".strip(".")
        # A bare Sequential numbers its layers; the number alone would tell nothing.
        return f"{self.kind}.{module}" if module.isdigit() else module

    def refused(self, reason: str, remedy: str = "") -> UnsupportedOperator:
        """Return the error to raise; `reason` completes "conv2d at model.py:45 ...: "."""
        return UnsupportedOperator(reason, remedy=remedy)

    def operand(self, name: str) -> Operand | None:
        """Return a tensor argument, or None where the program gives none."""
        return cast("Operand | None", self.arguments.get(name))

    def value(self, name: str = "input") -> Value:
        """Return an argument that depends on the input."""
        operand = self.operand(name)
        if not isinstance(operand, Value):
            raise self.refused(f"{name} does not depend on the network's input")
        return operand

    def constant(self, name: str) -> Constant:
        """Return an argument that does not depend on the input."""
        operand = self.operand(name)
        if not isinstance(operand, Constant):
            raise self.refused(f"{name} is computed from the network's input")
        return operand

    def optional_constant(self, name: str) -> Constant | None:
        """Return a constant argument, or None where the program gives none."""
        return None if self.operand(name) is None else self.constant(name)

    def number(self, name: str) -> float | None:
        """Return a number, or None where the program gives none."""
        value = self.arguments.get(name)
        return None if value is None else float(cast("float", value))

    def flag(self, name: str) -> bool:
        """Return a truth value; False where the program gives none."""
        return bool(self.arguments.get(name))

    def integers(self, name: str) -> tuple[int, ...]:
        """Return integers; one alone counts as a list of one, none as an empty list."""
        value = self.arguments.get(name)
        if value is None:
            return ()
        if isinstance(value, int):
            return (value,)
        return tuple(int(number) for number in cast("Sequence[int]", value))

    def size(self, name: str, default: Size = Size(1, 1)) -> Size:
        """Return rows and columns; one number stands for both."""
        numbers = self.integers(name)
        if not numbers:
            return default
        return Size(*numbers) if len(numbers) == 2 else Size(numbers[0], numbers[0])

    def shape(self) -> Shape:
        """Return the result's shape for one image; refused when images are mixed."""
        if self.result_shape is None:
            raise self.refused(
                "the result has no batch dimension in front: it mixes images, or the code was "
                "written for one image",
                "keep the batch as first dimension: x.flatten(1) or x.reshape(x.size(0), -1)",
            )
        return self.result_shape

    def new_name(self, suffix: str = "") -> str:
        """Return a free name for a node of this operation."""
        return self.builder.new_name(f"{self.base_name}.{suffix}" if suffix else self.base_name)

    def parameter(
        self, constant: Constant | None, fallback: str, values: NDArray[np.float64]
    ) -> str:
        """Store values made from a constant, under its path or `<base name>.<fallback>`."""
        path = constant.name if constant is not None and constant.name else ""
        return self.builder.parameter(path or f"{self.base_name}.{fallback}", values)

    def result(self, node: Node, layout: Layout | None = None) -> Value:
        """Add the node; its layout is the natural one of the result's shape by default."""
        name = self.builder.add(node)
        return Value(node=name, layout=layout or Layout(shape=self.shape()))

    def map_node(self, value: Value) -> str:
        """Return the node of a value as a feature map [h, w, c]; refused where it is none."""
        if not value.layout.is_map:
            raise self.refused(
                f"the input, {_shape(value.layout)}, is no feature map (channels, height, width) "
                "in the order in which it was computed",
                "remove the reshape or permutation in front of it",
            )
        return self._shaped(self.without_border(value), value.layout.graph_shape)

    def vector_node(self, value: Value) -> str:
        """Return the node of a value as a vector [n], in the graph's order."""
        return self._shaped(self.without_border(value), (value.layout.elements,))

    def without_border(self, value: Value) -> str:
        """Return the node of a value that has no padding left to take in."""
        if value.border is not None:
            raise self.refused(
                f"rows and columns padded before {self.kind} cannot be kept as data",
                "pad directly in front of a convolution or a pooling, or in its own padding=",
            )
        return value.node

    def _shaped(self, name: str, shape: Shape) -> str:
        if self.builder.shape(name) == shape:
            return name
        suffix = "flatten" if len(shape) == 1 else "unflatten"
        return self.builder.add(
            Reshape(
                name=self.new_name(suffix), inputs=(name,), source=self.place.source, shape=shape
            )
        )


def _shape(layout: Layout) -> str:
    return f"shape {list(layout.shape)}"


Handler = Callable[[Call], Operand]
"""Adds what an operation means to the graph and says where its result is."""
