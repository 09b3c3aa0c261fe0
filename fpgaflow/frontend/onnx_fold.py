"""Operators on constants alone, computed during the import.

Exporters spell out how a shape is made (Shape, Gather, Concat, ...) and how weights are turned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

import numpy as np

from fpgaflow.frontend.onnx_call import Call
from fpgaflow.frontend.onnx_tensors import REAL_TYPES, Array, read_tensor
from fpgaflow.frontend.onnx_values import Constant

Fold = Callable[[Call, list[Constant]], Array]


def fold(call: Call) -> Constant:
    """Return the constant that a node on constants gives.

    Raises:
        UnsupportedOperator: the operator is not one that exporters use on constants.
        InputRefused: shapes that do not go together.
    """
    operands = [value for value in call.inputs if isinstance(value, Constant)]
    if call.proto.op_type == "Constant":
        return _held(call)
    if call.proto.op_type in _SAME:
        return operands[0]
    operation = _OPERATIONS.get(call.proto.op_type)
    if operation is None:
        raise call.unsupported(
            "computes on constants",
            accepted=f"on constants: {', '.join(sorted(_OPERATIONS))}",
            remedy="simplify the model before: python -m onnxsim in.onnx out.onnx",
        )
    try:
        with np.errstate(all="ignore"):
            values = operation(call, operands)
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        shapes = [list(operand.values.shape) for operand in operands]
        raise call.refused(f"does not fit its constants of shapes {shapes}") from error
    call.builder.charge(values.size, call.title)
    if call.proto.op_type in _MOVING:
        return replace(operands[0], values=values)
    data_type = call.integer("to", 0) if call.proto.op_type == "Cast" else 0
    return Constant(values=values, label=call.title, data_type=data_type)


def _held(call: Call) -> Constant:
    """Return what a Constant node holds."""
    given = call.attributes
    if "value" in given:
        tensor = given["value"].t
        values = read_tensor(tensor, f"model {call.builder.name}, {call.title}")
        call.builder.charge(values.size, call.title)
        return Constant(values=values, label=call.title, data_type=tensor.data_type)
    if "value_float" in given or "value_floats" in given:
        values = np.array(
            given["value_floats"].floats
            if "value_floats" in given
            else call.number("value_float", 0.0),
            np.float64,
        )
    elif "value_int" in given or "value_ints" in given:
        values = np.array(
            call.integers("value_ints") if "value_ints" in given else call.integer("value_int", 0),
            np.int64,
        )
    else:
        raise call.unsupported(
            f"holds {', '.join(given) or 'nothing'}", accepted="a tensor, numbers or integers"
        )
    return Constant(values=values, label=call.title)


def _budget(call: Call, elements: int) -> None:
    """Refuse an array before it is made."""
    call.builder.charge(elements, call.title)


def _axes(call: Call, operands: list[Constant]) -> tuple[int, ...] | None:
    if "axes" in call.attributes:
        return call.integers("axes")
    return _list(operands[1]) if len(operands) > 1 else None


def _list(constant: Constant) -> tuple[int, ...]:
    return tuple(int(value) for value in constant.values.reshape(-1))


def _gather(call: Call, operands: list[Constant]) -> Array:
    data, indices = operands[0].values, operands[1].values.astype(np.int64)
    axis = call.axis(call.integer("axis", 0), data.ndim)
    _budget(call, data.size // max(data.shape[axis], 1) * indices.size)
    return np.take(data, indices, axis=axis)


def _concat(call: Call, operands: list[Constant]) -> Array:
    _budget(call, sum(operand.values.size for operand in operands))
    return np.concatenate([operand.values for operand in operands], call.integer("axis", 0))


def _slice(call: Call, operands: list[Constant]) -> Array:
    if "starts" in call.attributes:
        starts, ends = call.integers("starts") or (), call.integers("ends") or ()
        axes, steps = call.integers("axes"), None
    else:
        starts, ends, *rest = (_list(operand) for operand in operands[1:])
        axes = rest[0] if rest else None
        steps = rest[1] if len(rest) > 1 else None
    values = operands[0].values
    part = [slice(None)] * values.ndim
    given = zip(starts, ends, axes or range(len(starts)), steps or (1,) * len(starts), strict=True)
    for start, end, axis, step in given:
        # An end before the first element, which only a negative step can mean.
        last = None if step < 0 and end < -values.shape[axis] else end
        part[axis] = slice(start, last, step)
    return values[tuple(part)]


def _reshape(call: Call, operands: list[Constant]) -> Array:
    values = operands[0].values
    target = call.integers("shape") if "shape" in call.attributes else _list(operands[1])
    shape = [
        values.shape[place] if size == 0 and not call.integer("allowzero", 0) else size
        for place, size in enumerate(target or ())
    ]
    return values.reshape(shape)


def _flatten(call: Call, operands: list[Constant]) -> Array:
    values, axis = operands[0].values, call.integer("axis", 1)
    return values.reshape(prod(values.shape[:axis]), prod(values.shape[axis:]))


def _unsqueeze(call: Call, operands: list[Constant]) -> Array:
    return np.expand_dims(operands[0].values, _axes(call, operands) or ())


def _squeeze(call: Call, operands: list[Constant]) -> Array:
    return np.squeeze(operands[0].values, _axes(call, operands))


def _transpose(call: Call, operands: list[Constant]) -> Array:
    return operands[0].values.transpose(call.integers("perm"))


def _cast(call: Call, operands: list[Constant]) -> Array:
    return operands[0].values.astype(
        np.float64 if call.integer("to", 0) in REAL_TYPES else np.int64
    )


def _filled(call: Call, operands: list[Constant]) -> Array:
    shape = _list(operands[0])
    _budget(call, prod(shape))
    attribute = call.attributes.get("value")
    fill = read_tensor(attribute.t, call.title) if attribute else np.zeros(1)
    return np.full(shape, fill.reshape(-1)[0], fill.dtype)


def _expand(call: Call, operands: list[Constant]) -> Array:
    values = operands[0].values
    shape = np.broadcast_shapes(values.shape, _list(operands[1]))
    _budget(call, prod(shape))
    return np.broadcast_to(values, shape).copy()


def _binary(operation: Callable[[Array, Array], Array]) -> Fold:
    def apply(call: Call, operands: list[Constant]) -> Array:
        first, second = (operand.values for operand in operands)
        _budget(call, prod(np.broadcast_shapes(first.shape, second.shape)))
        result = operation(first, second)
        both = first.dtype == second.dtype == np.int64
        return np.asarray(result, np.int64 if both else np.float64)

    return apply


def _unary(operation: Callable[[Array], Array]) -> Fold:
    def apply(call: Call, operands: list[Constant]) -> Array:
        values = operands[0].values
        return np.asarray(operation(values), values.dtype)

    return apply


def _divide(first: Array, second: Array) -> Array:
    if first.dtype == second.dtype == np.int64:
        return np.trunc(first / second).astype(np.int64)
    return np.asarray(first / second, np.float64)


_SAME = frozenset({"Identity", "Dropout"})
_MOVING = frozenset(
    {"Gather", "Slice", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand"}
)
_OPERATIONS: dict[str, Fold] = {
    "Add": _binary(np.add),
    "Cast": _cast,
    "Concat": _concat,
    "ConstantOfShape": _filled,
    "Div": _binary(_divide),
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "Mul": _binary(np.multiply),
    "Neg": _unary(np.negative),
    "Reciprocal": _unary(np.reciprocal),
    "Reshape": _reshape,
    "Slice": _slice,
    "Sqrt": _unary(np.sqrt),
    "Squeeze": _squeeze,
    "Sub": _binary(np.subtract),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
FOLDED = frozenset({"Constant", *_SAME, *_OPERATIONS})
"""Operators that are computed during the import when all they read is constant."""
