"""One ONNX node with its inputs resolved: typed access to attributes, and its refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from onnx import AttributeProto, NodeProto

from fpgaflow.errors import InputRefused, UnsupportedOperator
from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.onnx_builder import Builder
from fpgaflow.frontend.onnx_names import readable_name
from fpgaflow.frontend.onnx_values import Codes, Constant, Padded, Tensor, Value
from fpgaflow.ir.geometry import Padding

_Kind = TypeVar("_Kind")

_TYPE_WORDS: dict[int, str] = {
    AttributeProto.FLOAT: "a number",
    AttributeProto.INT: "an integer",
    AttributeProto.STRING: "a text",
    AttributeProto.FLOATS: "numbers",
    AttributeProto.INTS: "integers",
    AttributeProto.TENSOR: "a tensor",
}


def node_title(proto: NodeProto) -> str:
    """Return how messages call a node, e.g. `Conv "/conv1/Conv"`."""
    name = proto.name or next((name for name in proto.output if name), "without a name")
    return f'{proto.op_type} "{name}"'


def batched(shape: Sequence[int]) -> str:
    """Return how messages write a shape of the model's, e.g. `[N, 3, 32, 32]`."""
    return f"[{', '.join(['N', *map(str, shape)])}]"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """An ONNX node to import.

    Attributes:
        builder: the graph under construction.
        proto: the node.
        inputs: what its inputs stand for; None for one left out.
        attributes: by name.
        opset: version of the operator set that it belongs to.
        batch: the model's batch size; 1 where it is dynamic, which shapes are computed for.
        readers: how many nodes and model outputs read each of its inputs.
    """

    builder: Builder
    proto: NodeProto
    inputs: tuple[Value | None, ...]
    attributes: Mapping[str, AttributeProto]
    opset: int
    batch: int
    readers: tuple[int, ...]

    @property
    def title(self) -> str:
        """How messages call the node."""
        return node_title(self.proto)

    @property
    def source(self) -> str:
        """Where the node came from, for the graph."""
        return self.proto.name or self.title

    def fresh(self) -> str:
        """Return a name for a node of the graph."""
        return self.builder.fresh(readable_name(self.proto))

    def refused(self, found: str, accepted: str = "", remedy: str = "") -> InputRefused:
        """Return the error for a node that contradicts ONNX or itself."""
        return InputRefused(
            f"model {self.builder.name}, {self.title}: {found}", accepted=accepted, remedy=remedy
        )

    def unsupported(self, found: str, accepted: str = "", remedy: str = "") -> UnsupportedOperator:
        """Return the error for a node that ONNX allows and the graph does not."""
        return UnsupportedOperator(f"{self.title}: {found}", accepted=accepted, remedy=remedy)

    # Attributes

    def _attribute(self, name: str, kind: int) -> AttributeProto | None:
        attribute = self.attributes.get(name)
        if attribute is not None and attribute.type != kind:
            raise self.refused(
                f"attribute {name} is of type {attribute.type}", accepted=_TYPE_WORDS[kind]
            )
        return attribute

    def integer(self, name: str, default: int) -> int:
        """Return an integer attribute."""
        attribute = self._attribute(name, AttributeProto.INT)
        return default if attribute is None else attribute.i

    def number(self, name: str, default: float) -> float:
        """Return a real attribute."""
        attribute = self._attribute(name, AttributeProto.FLOAT)
        return default if attribute is None else attribute.f

    def text(self, name: str, default: str) -> str:
        """Return a text attribute."""
        attribute = self._attribute(name, AttributeProto.STRING)
        return default if attribute is None else attribute.s.decode(errors="replace")

    def integers(self, name: str) -> tuple[int, ...] | None:
        """Return an attribute of integers, None where it is missing."""
        attribute = self._attribute(name, AttributeProto.INTS)
        return None if attribute is None else tuple(attribute.ints)

    def integers_of(self, name: str, position: int) -> tuple[int, ...] | None:
        """Return integers that older opsets give as an attribute, newer ones as an input."""
        if name in self.attributes:
            return self.integers(name)
        constant = self.optional_constant(position)
        if constant is None:
            return None
        if constant.values.dtype != np.int64:
            raise self.refused(f"input {position + 1} ({name}) is real", accepted="integers")
        return tuple(int(value) for value in constant.values.reshape(-1))

    # Inputs

    def input(self, position: int) -> Value | None:
        """Return what an input stands for; None where it is left out."""
        return self.inputs[position] if position < len(self.inputs) else None

    def tensor(self, position: int) -> Tensor:
        """Return an input that is computed from the image."""
        value = self.input(position)
        if isinstance(value, Padded):
            raise self.unsupported(
                f"reads the border of {value.title}",
                accepted="a padded feature map goes to convolution or pooling only",
            )
        if isinstance(value, Codes):
            raise self.unsupported(
                "computes on the integers behind a QuantizeLinear",
                accepted="QuantizeLinear directly followed by DequantizeLinear",
                remedy="export in the QDQ format",
            )
        return self._expect(value, Tensor, position, "a value computed from the model's input")

    def map(self, position: int) -> Tensor:
        """Return an input that is a feature map [n, c, h, w], its node in [h, w, c]."""
        tensor = self.tensor(position)
        if not tensor.layout.is_map:
            raise self.unsupported(
                f"reads a value of shape {batched(tensor.layout.shape)} as [N, c, h, w]"
                f"{'' if tensor.layout.order is None else ', in another order of axes'}",
                accepted="feature maps [N, c, h, w] (two-dimensional operators, channels first)",
            )
        return self.builder.in_natural_shape(tensor)

    def padded_map(self, position: int) -> tuple[Tensor, Padding, float]:
        """Return a feature map, the border that a Pad before gave it, and what fills that."""
        value = self.input(position)
        if isinstance(value, Padded):
            return value.tensor, value.padding, value.fill
        return self.map(position), Padding(), 0.0

    def vector(self, position: int) -> Tensor:
        """Return an input that is a vector [n, features], its node in [features]."""
        tensor = self.tensor(position)
        if len(tensor.layout.shape) != 1:
            raise self.unsupported(
                f"reads a value of shape {batched(tensor.layout.shape)}",
                accepted="vectors [N, features]",
                remedy="flatten the feature map first",
            )
        return self.builder.in_natural_shape(tensor)

    def constant(self, position: int) -> Constant:
        """Return an input that is known now."""
        value = self.input(position)
        return self._expect(value, Constant, position, "a constant (initializer or Constant node)")

    def optional_constant(self, position: int) -> Constant | None:
        """Return an input that is known now, None where it is left out."""
        return None if self.input(position) is None else self.constant(position)

    def scalar(self, position: int, default: float) -> float:
        """Return a constant input of one element, the default where it is left out."""
        constant = self.optional_constant(position)
        if constant is None:
            return default
        if constant.values.size != 1:
            raise self.refused(
                f"input {position + 1} has shape {list(constant.values.shape)}", accepted="a scalar"
            )
        return float(constant.values.reshape(-1)[0])

    def _expect(
        self, value: Value | None, kind: type[_Kind], position: int, accepted: str
    ) -> _Kind:
        if value is None:
            raise self.refused(f"input {position + 1} is missing", accepted=accepted)
        if not isinstance(value, kind):
            found = "a constant" if isinstance(value, Constant) else "computed from the image"
            raise self.unsupported(f"input {position + 1} is {found}", accepted=accepted)
        return value

    def axis(self, value: int, rank: int) -> int:
        """Return an axis counted from the front."""
        if not -rank <= value < rank:
            raise self.refused(f"axis {value} of a value of {rank} axes")
        return value % rank

    def elementwise(self, tensor: Tensor, node: str) -> Tensor:
        """Return the value of a node that changed neither shape nor layout."""
        return Tensor(node=node, shape=tensor.shape, layout=tensor.layout)

    def relabelled(self, tensor: Tensor, layout: Layout) -> Tensor:
        """Return the same node's value as another layout of the model's."""
        if layout.order is not None:
            self.builder.charge(layout.elements, self.title)
        return Tensor(node=tensor.node, shape=tensor.shape, layout=layout)
