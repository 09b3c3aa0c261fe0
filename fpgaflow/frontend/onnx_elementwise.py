"""Activations, sums, and products with constants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fpgaflow.frontend.onnx_call import Call, batched
from fpgaflow.frontend.onnx_code_range import clip_codes
from fpgaflow.frontend.onnx_products import with_bias
from fpgaflow.frontend.onnx_values import Codes, Constant, Tensor, Value
from fpgaflow.ir import nodes as n

_HIGHEST = float(np.finfo(np.float32).max)


def relu(call: Call) -> Tensor:
    """Import Relu."""
    tensor = call.tensor(0)
    node = n.Relu(name=call.fresh(), inputs=(tensor.node,), source=call.source)
    return call.builder.emit(node, tensor.layout)


def clip(call: Call) -> Value:
    """Import Clip: a ReLU, a clamp, or nothing, by its limits; of a quantizer's integers, bits."""
    value = call.input(0)
    if isinstance(value, (Codes, Constant)):
        return clip_codes(call, value)
    tensor = call.tensor(0)
    if call.opset < 11:
        low, high = call.number("min", -_HIGHEST), call.number("max", _HIGHEST)
    else:
        low, high = call.scalar(1, -_HIGHEST), call.scalar(2, _HIGHEST)
    if not low <= high:
        raise call.refused(f"limits {low:g} and {high:g}", accepted="min not above max")
    low, high = max(low, -_HIGHEST), min(high, _HIGHEST)
    if (low, high) == (-_HIGHEST, _HIGHEST):
        return tensor
    name, inputs = call.fresh(), (tensor.node,)
    if (low, high) == (0, _HIGHEST):
        return call.builder.emit(
            n.Relu(name=name, inputs=inputs, source=call.source), tensor.layout
        )
    node = n.Clamp(name=name, inputs=inputs, source=call.source, low=low, high=high)
    return call.builder.emit(node, tensor.layout)


def add(call: Call) -> Tensor:
    """Import Add: of two values, or of a constant (a bias, or a shift per channel)."""
    constants = [isinstance(value, Constant) for value in call.inputs]
    if len(constants) == 2 and any(constants):
        place = constants.index(True)
        return _shifted(call, 1 - place, place)
    return _sum(call, [call.tensor(0), call.tensor(1)])


def sum_of(call: Call) -> Tensor:
    """Import Sum, as additions of two values each."""
    return _sum(call, [call.tensor(position) for position in range(len(call.inputs))])


def _sum(call: Call, tensors: list[Tensor]) -> Tensor:
    if not tensors:
        raise call.refused("adds nothing", accepted="at least one input")
    total = tensors[0]
    for addend in tensors[1:]:
        if not total.layout.same_as(addend.layout):
            raise call.unsupported(
                f"adds values of shapes {batched(total.layout.shape)} and "
                f"{batched(addend.layout.shape)}",
                accepted="two values of one shape, or a value and a constant per channel",
            )
        # In one shape of the graph's too: one of them may be flattened there already.
        pair = (total, addend)
        if total.shape != addend.shape:
            pair = tuple(call.builder.in_natural_shape(tensor) for tensor in pair)
        node = n.Add(
            name=call.fresh(), inputs=tuple(tensor.node for tensor in pair), source=call.source
        )
        total = call.builder.emit(node, total.layout)
    return total


def _shifted(call: Call, value: int, constant: int) -> Tensor:
    tensor, shift = call.tensor(value), call.constant(constant)
    tensor, channels = _per_channel(call, tensor, shift)
    if call.readers[value] == 1:
        biased = with_bias(call, tensor, replace(shift, values=channels))
        if biased is not None:
            return biased
    return _affine(call, tensor, np.ones_like(channels), channels, shift.label)


def subtract(call: Call) -> Tensor:
    """Import Sub of a value and a constant, in either order."""
    if isinstance(call.input(0), Constant):
        constant = call.constant(0)
        tensor, shift = _per_channel(call, call.tensor(1), constant)
        return _affine(call, tensor, -np.ones_like(shift), shift, constant.label)
    if not isinstance(call.input(1), Constant):
        raise call.unsupported(
            "subtracts one computed value from another", accepted="a value and a constant"
        )
    constant = call.constant(1)
    tensor, shift = _per_channel(call, call.tensor(0), constant)
    return _affine(call, tensor, np.ones_like(shift), -shift, constant.label)


def multiply(call: Call) -> Tensor:
    """Import Mul of a value and a constant."""
    constants = [isinstance(value, Constant) for value in call.inputs]
    if True not in constants or len(constants) != 2:
        raise call.unsupported(
            "multiplies two computed values",
            accepted="a value times a constant per channel",
            remedy="gates (squeeze-and-excite, attention, SiLU) have no hardware here; train "
            "without them",
        )
    place = constants.index(True)
    constant = call.constant(place)
    tensor, scale = _per_channel(call, call.tensor(1 - place), constant)
    return _affine(call, tensor, scale, np.zeros_like(scale), constant.label)


def divide(call: Call) -> Tensor:
    """Import Div of a value by a constant."""
    if not isinstance(call.input(1), Constant):
        raise call.unsupported(
            "divides by a computed value", accepted="a value divided by a constant per channel"
        )
    constant = call.constant(1)
    tensor, divisor = _per_channel(call, call.tensor(0), constant)
    if not np.all(divisor):
        raise call.refused(f"{constant.label} holds a zero", accepted="divisors other than zero")
    with np.errstate(all="ignore"):
        scale = 1 / divisor
    return _affine(call, tensor, scale, np.zeros_like(scale), constant.label)


def _per_channel(
    call: Call, tensor: Tensor, constant: Constant
) -> tuple[Tensor, NDArray[np.float64]]:
    """Return the tensor and the constant as one number per channel of its node."""
    shape = tensor.layout.shape
    given = np.asarray(constant.values, np.float64)
    if given.size == 1 and given.ndim <= len(shape) + 1:
        return tensor, np.broadcast_to(given.reshape(-1), tensor.shape[-1:]).copy()
    try:
        values = np.broadcast_to(given, (1, *shape))
    except ValueError:
        raise _not_per_channel(call, tensor, constant) from None
    if len(shape) == 1 or tensor.layout.is_map:
        tensor = call.builder.in_natural_shape(tensor)
    channels = tensor.shape[-1]
    rows = tensor.layout.to_graph(values.reshape(-1)).reshape(-1, channels)
    if not np.array_equal(rows, np.broadcast_to(rows[:1], rows.shape), equal_nan=True):
        raise _not_per_channel(call, tensor, constant)
    return tensor, rows[0].copy()


def _not_per_channel(call: Call, tensor: Tensor, constant: Constant) -> Exception:
    return call.unsupported(
        f"{constant.label} of shape {list(constant.values.shape)} for a value "
        f"{batched(tensor.layout.shape)}",
        accepted="a scalar, or one number per channel",
    )


def _affine(
    call: Call,
    tensor: Tensor,
    scale: NDArray[np.float64],
    shift: NDArray[np.float64],
    label: str,
) -> Tensor:
    name = call.fresh()
    node = n.Affine(
        name=name,
        inputs=(tensor.node,),
        source=call.source,
        scale=call.builder.parameter(f"{name}_scale", Constant(values=scale, label=label)),
        shift=call.builder.parameter(f"{name}_shift", Constant(values=shift, label=label)),
    )
    return call.builder.emit(node, tensor.layout)
