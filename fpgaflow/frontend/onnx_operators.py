"""Which ONNX operators become what: a table from operator to handler."""

from __future__ import annotations

from collections.abc import Callable

from fpgaflow.frontend import (
    onnx_elementwise,
    onnx_joins,
    onnx_pools,
    onnx_products,
    onnx_qdq,
    onnx_qonnx,
    onnx_shapes,
)
from fpgaflow.frontend.onnx_call import Call
from fpgaflow.frontend.onnx_qonnx import QONNX_DOMAINS
from fpgaflow.frontend.onnx_values import Value

Handler = Callable[[Call], Value]

OPERATORS: dict[str, Handler] = {
    "Add": onnx_elementwise.add,
    "AveragePool": onnx_pools.average_pool,
    "BatchNormalization": onnx_products.batch_norm,
    "Cast": onnx_shapes.cast,
    "Clip": onnx_elementwise.clip,
    "Concat": onnx_joins.concat,
    "Conv": onnx_products.conv,
    "DequantizeLinear": onnx_qdq.dequantize_linear,
    "Div": onnx_elementwise.divide,
    "Dropout": onnx_shapes.dropout,
    "Expand": onnx_shapes.expand,
    "Flatten": onnx_shapes.flatten,
    "Gemm": onnx_products.gemm,
    "GlobalAveragePool": onnx_pools.global_average_pool,
    "GlobalMaxPool": onnx_pools.global_max_pool,
    "Identity": onnx_shapes.identity,
    "MatMul": onnx_products.matmul,
    "MaxPool": onnx_pools.max_pool,
    "Mul": onnx_elementwise.multiply,
    "Pad": onnx_shapes.pad,
    "QuantizeLinear": onnx_qdq.quantize_linear,
    "ReduceMax": onnx_pools.reduce_max,
    "ReduceMean": onnx_pools.reduce_mean,
    "Relu": onnx_elementwise.relu,
    "Reshape": onnx_shapes.reshape,
    "Shape": onnx_shapes.shape_of,
    "Slice": onnx_shapes.slice_of,
    "Squeeze": onnx_shapes.squeeze,
    "Sub": onnx_elementwise.subtract,
    "Sum": onnx_elementwise.sum_of,
    "Transpose": onnx_shapes.transpose,
    "Unsqueeze": onnx_shapes.unsqueeze,
}
"""Operators of ONNX's own domain on values computed from the image."""

QONNX_OPERATORS: dict[str, Handler] = {"IntQuant": onnx_qonnx.quant, "Quant": onnx_qonnx.quant}
"""Operators of QONNX's domains."""

CONSTANTS_TOO = frozenset(
    {"Clip", "DequantizeLinear", "IntQuant", "Quant", "QuantizeLinear", "Shape"}
)
"""Operators whose handlers take constants too; all others on constants alone are folded."""

ACCEPTED = f"{', '.join(OPERATORS)}; of QONNX: {', '.join(QONNX_OPERATORS)}"

_INTEGER_FORMAT = (
    "the integer-operator format hides the scales that fpgaflow keeps; export in the QDQ format "
    "(onnxruntime: quant_format=QuantFormat.QDQ), or hand over the float model"
)
_CLASSIFIER = (
    "export the model without it: the hardware returns the scores before it, whose order is the "
    "same, and `fpgaflow run` computes the confidences"
)
_ACTIVATION = "train with ReLU, ReLU6 or a clamp instead"
_BINARY = "train with quantizers of 2 bits or more, with power-of-two scales"

REMEDIES: dict[str, str] = {
    "BipolarQuant": _BINARY,
    "ConvInteger": _INTEGER_FORMAT,
    "DynamicQuantizeLinear": _INTEGER_FORMAT,
    "Elu": _ACTIVATION,
    "Gelu": _ACTIVATION,
    "HardSigmoid": _ACTIVATION,
    "HardSwish": _ACTIVATION,
    "LeakyRelu": _ACTIVATION,
    "LogSoftmax": _CLASSIFIER,
    "MatMulInteger": _INTEGER_FORMAT,
    "Mish": _ACTIVATION,
    "PRelu": _ACTIVATION,
    "QLinearAdd": _INTEGER_FORMAT,
    "QLinearConv": _INTEGER_FORMAT,
    "QLinearGlobalAveragePool": _INTEGER_FORMAT,
    "QLinearMatMul": _INTEGER_FORMAT,
    "Selu": _ACTIVATION,
    "Sigmoid": _ACTIVATION,
    "Softmax": _CLASSIFIER,
    "Swish": _ACTIVATION,
    "Tanh": _ACTIVATION,
    "Trunc": "train with a quantized average pooling that rounds with a Quant, or without one",
}
"""What to do about operators that people often bring."""


def handler_of(domain: str, operator: str) -> Handler | None:
    """Return the handler of an operator, None where there is none."""
    if domain in ("", "ai.onnx"):
        return OPERATORS.get(operator)
    return QONNX_OPERATORS.get(operator) if domain in QONNX_DOMAINS else None
