"""Clip between QuantizeLinear and DequantizeLinear: fewer bits than the integer type has (QCDQ)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaflow.frontend.onnx_call import Call
from fpgaflow.frontend.onnx_qdq import fake_quantize
from fpgaflow.frontend.onnx_tensors import INTEGER_RANGES
from fpgaflow.frontend.onnx_values import Codes, Constant, Tensor
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow


def clip_codes(call: Call, value: Codes | Constant) -> Codes | Constant:
    """Import a Clip of integers: the format whose range the limits are.

    Args:
        call: the Clip.
        value: what a QuantizeLinear gave, or integers that are stored.
    """
    if isinstance(value, Constant):
        return _clip_stored(call, value)
    if isinstance(value.value, Tensor):
        return replace(value, value=_requantized(call, value.value))
    element = value.value.element
    assert element is not None, "a quantized constant has its format"
    if value.scale.size != 1:
        raise call.unsupported(
            "limits weights that are quantized per channel here",
            accepted="one scale, or weights stored as integers",
        )
    kind = _limited(call, element)
    values = np.clip(value.value.values, kind.minimum * kind.step, kind.maximum * kind.step)
    return replace(value, value=replace(value.value, values=values, element=kind))


def _clip_stored(call: Call, constant: Constant) -> Constant:
    if constant.data_type not in INTEGER_RANGES:
        raise call.unsupported("limits constants", accepted="limits of computed values")
    width, signed = INTEGER_RANGES[constant.data_type]
    kind = _limited(call, FixedType(width=width, integer=width, signed=signed))
    values = np.clip(np.asarray(constant.values, np.int64), kind.minimum, kind.maximum)
    return replace(constant, values=values, element=kind)


def _requantized(call: Call, tensor: Tensor) -> Tensor:
    """Return the quantizer once more, with the limits' format; the first one is read no more."""
    before = call.builder.nodes[tensor.node]
    assert isinstance(before, n.FakeQuantize), "codes come from a quantizer"
    kind = _limited(call, before.target)
    unquantized = Tensor(node=before.inputs[0], shape=tensor.shape, layout=tensor.layout)
    fraction = np.array([kind.fraction], np.int64)
    return fake_quantize(call, unquantized, kind, fraction)


def _limited(call: Call, kind: FixedType) -> FixedType:
    """Return the format of the same step whose range the limits give."""
    low = call.scalar(1, kind.minimum)
    high = call.scalar(2, kind.maximum)
    for width in range(1, kind.width + 1):
        # One signed bit without its lowest value would hold nothing but zero.
        symmetric = (Overflow.SATURATE_SYMMETRIC,) if kind.signed and width > 1 else ()
        for overflow in (Overflow.SATURATE, *symmetric):
            narrower = replace(kind, width=width, integer=width - kind.fraction, overflow=overflow)
            if (narrower.minimum, narrower.maximum) == (low, high):
                return narrower
    raise call.unsupported(
        f"limits integers to {low:g} and {high:g}",
        accepted="the range of a number of bits, with or without its lowest value",
    )
