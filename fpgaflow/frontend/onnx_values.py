"""What a name in an ONNX graph stands for while the graph is imported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.onnx_tensors import Array
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Padding
from fpgaflow.ir.nodes import Shape


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tensor:
    """A value computed from the image.

    Attributes:
        node: the node of the graph that gives it.
        shape: that node's shape, channels-last.
        layout: how the ONNX model sees it (without the batch dimension).
    """

    node: str
    shape: Shape
    layout: Layout


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Padded:
    """A feature map with a border of its own, for the convolution or pooling behind to take in.

    Attributes:
        tensor: the map without the border.
        padding: rows and columns on each side.
        fill: the border's value.
        title: the Pad node, for messages.
    """

    tensor: Tensor
    padding: Padding
    fill: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constant:
    """A value known now.

    Attributes:
        values: the real numbers or integers.
        label: the tensor or node that gave it, for messages.
        element: the fixed-point format on whose grid all real `values` lie, where a quantizer
            put them there; of integers behind a Clip, the format of that range.
        data_type: the ONNX type (TensorProto.DataType) that was stored, 0 when computed.
    """

    values: Array
    label: str
    element: FixedType | None = None
    data_type: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Codes:
    """The integers behind a QuantizeLinear, for its DequantizeLinear.

    Attributes:
        value: what that DequantizeLinear gives back.
        scale: the quantizer's scale.
    """

    value: Tensor | Constant
    scale: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unknown:
    """The value of a node that was refused; what reads it is not looked at."""


Value = Tensor | Padded | Constant | Codes | Unknown
