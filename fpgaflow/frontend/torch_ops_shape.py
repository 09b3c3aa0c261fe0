"""Operations that move no number: reshaping, permuting, and what is dropped."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fpgaflow.frontend.torch_call import Call, Handler
from fpgaflow.frontend.torch_values import Operand, Value


def _reshape(call: Call) -> Value:
    value = call.value()
    node = call.without_border(value)
    return Value(node=node, layout=value.layout.reshaped(call.shape()))


def _select(call: Call) -> Value:
    value = call.value()
    axis = call.integers("dim")[0] % (len(value.layout.shape) + 1)
    if axis == 0 or value.layout.shape[axis - 1] != 1:
        raise call.refused("it picks one element of an axis")
    return _reshape(call)


def _permute(call: Call) -> Value:
    rank = len(call.value().layout.shape) + 1
    return _transposed(call, [axis % rank for axis in call.integers("dims")])


def _transpose(call: Call) -> Value:
    axes = list(range(len(call.value().layout.shape) + 1))
    first, second = call.integers("dim0")[0], call.integers("dim1")[0]
    axes[first], axes[second] = axes[second], axes[first]
    return _transposed(call, axes)


def _transposed(call: Call, axes: list[int]) -> Value:
    value = call.value()
    if axes[0] != 0:
        raise call.refused("it moves the batch dimension")
    layout = value.layout.transposed([axis - 1 for axis in axes[1:]])
    return Value(node=call.without_border(value), layout=layout)


def _same(call: Call) -> Operand:
    return call.value()


def _dropout(call: Call) -> Operand:
    if call.flag("train"):
        raise call.refused(*TRAINING)
    return call.value()


def _convert(call: Call) -> Operand:
    if call.arguments.get("dtype") not in (None, torch.float32, torch.float64):
        raise call.refused(
            f"it converts to {call.arguments['dtype']}", "compute in float32 throughout"
        )
    return call.value()


TRAINING = ("it is active: the network was exported in training mode", "call .eval() first")
"""Reason and remedy for dropout that drops."""

_RESHAPES = (
    "view.default",
    "_unsafe_view.default",
    "reshape.default",
    "flatten.using_ints",
    "unflatten.int",
    "squeeze.default",
    "squeeze.dim",
    "squeeze.dims",
    "unsqueeze.default",
)
_IDENTITIES = ("alias.default", "clone.default", "contiguous.default", "detach.default")
_DROPOUTS = ("dropout.default", "feature_dropout.default", "alpha_dropout.default")
_CONVERSIONS = ("_to_copy.default", "to.dtype")

HANDLERS: Mapping[str, Handler] = {
    **dict.fromkeys(_RESHAPES, _reshape),
    **dict.fromkeys(_IDENTITIES, _same),
    **dict.fromkeys(_DROPOUTS, _dropout),
    **dict.fromkeys(_CONVERSIONS, _convert),
    "select.int": _select,
    "permute.default": _permute,
    "transpose.int": _transpose,
}
"""Handlers of this file, by ATen name."""
