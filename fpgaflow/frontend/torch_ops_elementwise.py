"""ReLU and clamps, sums of two values, and arithmetic with constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from fpgaflow.frontend.torch_call import Call, Handler
from fpgaflow.frontend.torch_values import Constant, Operand, Value
from fpgaflow.ir.nodes import Add, Affine, Clamp, Relu

Reals = NDArray[np.float64]

_Fold = Callable[[Reals, Reals], tuple[Reals, Reals]]
"""Given 1 and a constant (in the order of the operands), returns scale and shift."""


def _relu(call: Call) -> Value:
    return _clamped(call, 0.0, None)


def _relu6(call: Call) -> Value:
    return _clamped(call, 0.0, 6.0)


def _hardtanh(call: Call) -> Value:
    return _clamped(call, call.number("min_val"), call.number("max_val"))


def _clamp(call: Call) -> Value:
    return _clamped(call, call.number("min"), call.number("max"))


def _threshold(call: Call) -> Value:
    if call.number("threshold") != 0 or call.number("value") != 0:
        raise call.refused("only a threshold of 0 with value 0 is known", "use ReLU")
    return _relu(call)


def _clamped(call: Call, low: float | None, high: float | None) -> Value:
    value = call.value()
    if value.border is not None and (value.border.fill != 0 or (low or 0) > 0 or (high or 0) < 0):
        call.without_border(value)
    name, place = call.new_name(), call.place.source
    if low == 0 and high in (None, np.inf):
        node = Relu(name=name, inputs=(value.node,), source=place)
    elif low is None or high is None or not np.isfinite([low, high]).all():
        raise call.refused(
            f"it clamps to [{low}, {high}]", "give both limits, or only the lower one at 0 (ReLU)"
        )
    else:
        node = Clamp(name=name, inputs=(value.node,), source=place, low=low, high=high)
    clamped = call.result(node, value.layout)
    return Value(node=clamped.node, layout=value.layout, border=value.border)


def _alpha(call: Call) -> float:
    """Return what the second operand of a sum or difference is multiplied by."""
    alpha = call.number("alpha")
    return 1.0 if alpha is None else alpha


def _add(call: Call) -> Operand:
    first, second, factor = call.operand("input"), call.arguments["other"], _alpha(call)
    if not isinstance(first, Value) or not isinstance(second, Value):
        return _with_constant(call, lambda x, c: (x, c * factor), lambda c, x: (x * factor, c))
    if factor != 1:
        raise call.refused(f"the second operand is multiplied by alpha={factor:g}", "use alpha=1")
    if first.layout.shape != second.layout.shape:
        raise call.refused(
            f"it adds shapes {list(first.layout.shape)} and {list(second.layout.shape)}",
            "add values of one shape",
        )
    if not first.layout.same_as(second.layout):
        raise call.refused(
            "it adds two values whose elements lie in different orders, such as a flattened map "
            "and the output of a linear layer",
            "add maps before they are flattened, or vectors of linear layers",
        )
    if call.builder.shape(first.node) == call.builder.shape(second.node):
        as_node = call.without_border
    else:
        as_node = call.map_node if first.layout.is_map else call.vector_node
    inputs = (as_node(first), as_node(second))
    node = Add(name=call.new_name(), inputs=inputs, source=call.place.source)
    return call.result(node, first.layout)


def _subtract(call: Call) -> Operand:
    factor = _alpha(call)
    return _with_constant(call, lambda x, c: (x, -c * factor), lambda c, x: (-x * factor, c))


def _reverse_subtract(call: Call) -> Operand:
    factor = _alpha(call)
    return _with_constant(call, lambda x, c: (-x * factor, c), lambda c, x: (x, -c * factor))


def _multiply(call: Call) -> Operand:
    return _with_constant(call, lambda x, c: (x * c, 0.0 * c), lambda c, x: (x * c, 0.0 * c))


def _divide(call: Call) -> Operand:
    def by(x: Reals, c: Reals) -> tuple[Reals, Reals]:
        if not c.all():
            raise call.refused("it divides by zero")
        return x / c, 0.0 * c

    def of(c: Reals, x: Reals) -> tuple[Reals, Reals]:
        raise call.refused("it divides by a value computed from the input")

    return _with_constant(call, by, of)


def _negate(call: Call) -> Operand:
    return _affine(call, call.value(), np.array(-1.0), np.array(0.0))


def _with_constant(call: Call, value_first: _Fold, constant_first: _Fold) -> Operand:
    """Make `value op constant` or `constant op value` an Affine."""
    first, other = call.operand("input"), call.arguments["other"]
    if isinstance(first, Value) and isinstance(other, Value):
        raise call.refused(
            f"it takes two values computed from the input; only adding is known for those, "
            f"{call.kind} needs a constant"
        )
    one = np.array(1.0)
    if isinstance(first, Value):
        return _affine(call, first, *value_first(one, _per_channel(call, other, first)))
    value = call.value("other")
    return _affine(call, value, *constant_first(_per_channel(call, first, value), one))


def _per_channel(call: Call, operand: object, value: Value) -> Reals:
    """Return a constant as a scalar, or one number a channel in the graph's order."""
    if isinstance(operand, (int, float)):
        return np.array(float(operand))
    if not isinstance(operand, Constant):
        raise call.refused("its second operand is not known before the network runs")
    values = operand.values
    shape = value.layout.shape
    if call.shape() != shape:
        raise call.refused(f"it spreads shape {list(shape)} to {list(call.shape())}")
    if values.size and values.min() == values.max():
        return np.array(values.flat[0])
    aligned = values.reshape((1,) * (len(shape) + 1 - values.ndim) + values.shape)
    per_channel = (1, shape[0], *(1,) * (len(shape) - 1))
    if aligned.shape != per_channel or not (value.layout.is_map or len(shape) == 1):
        raise call.refused(
            f"its constant has shape {list(values.shape)}",
            "use one number, or one for each channel: shape (1, channels, 1, 1)",
        )
    flat = aligned.reshape(-1)
    return flat if value.layout.is_map else value.layout.to_graph(flat)


def _affine(call: Call, value: Value, scale: Reals, shift: Reals) -> Operand:
    """Add value · scale + shift, both scalars or one number a channel."""
    if not scale.any() and not shift.any():
        return Constant(tensor=torch.zeros(1, *value.layout.shape))
    if (scale == 1).all() and not shift.any():
        return value
    node = call.without_border(value)
    if scale.ndim or shift.ndim:
        node = call.map_node(value) if value.layout.is_map else call.vector_node(value)
    channels = call.builder.shape(node)[-1]
    affine = Affine(
        name=call.new_name(),
        inputs=(node,),
        source=call.place.source,
        scale=call.parameter(None, "scale", np.broadcast_to(scale, channels)),
        shift=call.parameter(None, "shift", np.broadcast_to(shift, channels)),
    )
    return call.result(affine, value.layout)


HANDLERS: Mapping[str, Handler] = {
    "relu.default": _relu,
    "relu6.default": _relu6,
    "hardtanh.default": _hardtanh,
    "clamp.default": _clamp,
    "clamp_min.default": _clamp,
    "clamp_max.default": _clamp,
    "threshold.default": _threshold,
    "add.Tensor": _add,
    "add.Scalar": _add,
    "sub.Tensor": _subtract,
    "sub.Scalar": _subtract,
    "rsub.Tensor": _reverse_subtract,
    "rsub.Scalar": _reverse_subtract,
    "mul.Tensor": _multiply,
    "mul.Scalar": _multiply,
    "div.Tensor": _divide,
    "div.Scalar": _divide,
    "neg.default": _negate,
}
"""Handlers of this file, by ATen name."""
