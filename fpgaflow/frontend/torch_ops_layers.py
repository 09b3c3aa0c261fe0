"""Convolution, fully connected layer and batch norm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fpgaflow.frontend.torch_call import Call, Handler
from fpgaflow.frontend.torch_values import Constant, Value
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.nodes import BatchNorm, Conv, Linear

Reals = NDArray[np.float64]


def _conv(call: Call) -> Value:
    if call.flag("transposed"):
        raise call.refused("it is transposed")
    if len(call.shape()) != 3:
        raise call.refused("only two-dimensional convolution is known")
    value, weight, bias = call.value(), call.constant("weight"), call.optional_constant("bias")
    dilation = call.size("dilation")
    kernel = _dilated(weight.values.transpose(2, 3, 1, 0), dilation)
    padding = _conv_padding(call, Size(*kernel.shape[:2]))
    if value.border is not None:
        if value.border.fill != 0:
            raise call.refused(f"its input is padded with {value.border.fill}, not with zeros")
        padding = Padding(*np.add(padding, value.border.padding).tolist())
    source = call.map_node(Value(node=value.node, layout=value.layout))
    node = Conv(
        name=call.new_name(),
        inputs=(source,),
        source=call.place.source,
        weight=call.parameter(weight, "weight", kernel),
        bias=_optional(call, bias, "bias"),
        stride=call.size("stride"),
        padding=padding,
        groups=call.integers("groups")[0],
    )
    return call.result(node)


def _dilated(kernel: Reals, dilation: Size) -> Reals:
    """Spread a kernel [kh, kw, ...] over the zeros that dilation leaves between its elements."""
    height = (kernel.shape[0] - 1) * dilation.height + 1
    width = (kernel.shape[1] - 1) * dilation.width + 1
    spread = np.zeros((height, width, *kernel.shape[2:]))
    spread[:: dilation.height, :: dilation.width] = kernel
    return spread


def _conv_padding(call: Call, kernel: Size) -> Padding:
    padding = call.arguments.get("padding")
    if padding == "valid":
        return Padding()
    if padding == "same":
        # As PyTorch does: the odd row or column goes below and to the right.
        height, width = kernel.height - 1, kernel.width - 1
        top, left = height // 2, width // 2
        return Padding(top, left, height - top, width - left)
    size = call.size("padding", Size(0, 0))
    return Padding(size.height, size.width, size.height, size.width)


def _optional(call: Call, constant: Constant | None, role: str) -> str | None:
    return None if constant is None else call.parameter(constant, role, constant.values)


def _linear(call: Call) -> Value:
    weight = call.constant("weight")
    return _fully_connected(call, "input", weight, weight.values.T, call.optional_constant("bias"))


def _addmm(call: Call) -> Value:
    if call.number("alpha") != 1 or call.number("beta") != 1:
        raise call.refused("addmm with alpha or beta other than 1")
    weight = call.constant("mat2")
    return _fully_connected(call, "mat1", weight, weight.values, call.constant("input"))


def _matmul(call: Call) -> Value:
    weight = call.constant("mat2" if "mat2" in call.arguments else "other")
    return _fully_connected(call, "input", weight, weight.values, None)


def _fully_connected(
    call: Call, operand: str, weight: Constant, rows: Reals, bias: Constant | None
) -> Value:
    value = call.value(operand)
    if len(value.layout.shape) != 1 or rows.ndim != 2:
        raise call.refused(
            f"it reads shape {list(value.layout.shape)}, not a vector",
            "flatten before the linear layer: x.flatten(1)",
        )
    vector = call.vector_node(value)
    node = Linear(
        name=call.new_name(),
        inputs=(vector,),
        source=call.place.source,
        weight=call.parameter(weight, "weight", value.layout.to_graph(rows)),
        bias=_optional(call, bias, "bias"),
    )
    return call.result(node)


def _batch_norm(call: Call) -> Value:
    if call.flag("training"):
        raise call.refused(*STATISTICS)
    value = call.value()
    if value.layout.is_map:
        node, channels = call.map_node(value), value.layout.shape[0]
    elif len(value.layout.shape) == 1:
        node, channels = call.vector_node(value), value.layout.elements
    else:
        raise call.refused(f"it reads shape {list(value.layout.shape)}")

    def stored(constant: Constant | None, role: str, default: float) -> str:
        values = np.full(channels, default) if constant is None else constant.values
        ordered = values if value.layout.is_map else value.layout.to_graph(values)
        return call.parameter(constant, role, ordered)

    norm = BatchNorm(
        name=call.new_name(),
        inputs=(node,),
        source=call.place.source,
        gamma=stored(call.optional_constant("weight"), "gamma", 1.0),
        beta=stored(call.optional_constant("bias"), "beta", 0.0),
        mean=stored(call.constant("running_mean"), "mean", 0.0),
        variance=stored(call.constant("running_var"), "variance", 1.0),
        epsilon=call.number("eps") or 0.0,
    )
    return call.result(norm, value.layout)


STATISTICS = (
    "it takes mean and variance from the batch, not from training",
    "call .eval() before exporting, and keep track_running_stats=True",
)
"""Reason and remedy for a batch norm without fixed statistics."""

HANDLERS: Mapping[str, Handler] = {
    "conv2d.default": _conv,
    "conv2d.padding": _conv,
    "convolution.default": _conv,
    "linear.default": _linear,
    "addmm.default": _addmm,
    "mm.default": _matmul,
    "matmul.default": _matmul,
    "batch_norm.default": _batch_norm,
    "_native_batch_norm_legit_no_training.default": _batch_norm,
}
"""Handlers of this file, by ATen name."""
