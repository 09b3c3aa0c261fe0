"""QuantizeLinear and DequantizeLinear: the QDQ format."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from fpgaflow.frontend.onnx_call import Call
from fpgaflow.frontend.onnx_grid import Integers, check_zero_point, fractions_of, on_grid
from fpgaflow.frontend.onnx_tensors import INTEGER_RANGES, type_name
from fpgaflow.frontend.onnx_values import Codes, Constant, Tensor
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import from_real
from fpgaflow.ir.fixed import FixedType, Rounding


def quantize_linear(call: Call) -> Codes:
    """Import QuantizeLinear: rounds half to even and saturates."""
    _check_blocks(call)
    scale = call.constant(1)
    value = call.input(0)
    width, signed = _code_type(call)
    if not isinstance(value, Constant):
        refuse_image_quantizer(call, call.tensor(0), scale, width, signed)
    check_zero_point(call, 2)
    fractions = fractions_of(call, scale)
    kind = FixedType(width=width, integer=width, signed=signed, rounding=Rounding.EVEN)
    held = np.ldexp(1.0, -fractions)
    if isinstance(value, Constant):
        fractions = _along_axis(call, value.values.shape, fractions)
        codes = from_real(np.ldexp(np.asarray(value.values, np.float64), fractions), kind)
        return Codes(value=on_grid(call, codes, fractions, kind, value.label), scale=held)
    return Codes(value=fake_quantize(call, call.tensor(0), kind, fractions), scale=held)


def fake_quantize(call: Call, tensor: Tensor, kind: FixedType, fractions: Integers) -> Tensor:
    """Append a quantizer of activations; all its channels share one format."""
    fraction = int(fractions.reshape(-1)[0])
    if np.any(fractions != fraction):
        raise call.unsupported(
            "quantizes activations with a scale per channel",
            accepted="one scale for all activations of a value",
            remedy="export activations with one scale per tensor",
        )
    target = FixedType(
        width=kind.width,
        integer=kind.width - fraction,
        signed=kind.signed,
        rounding=kind.rounding,
        overflow=kind.overflow,
    )
    node = n.FakeQuantize(
        name=call.fresh(), inputs=(tensor.node,), source=call.source, target=target
    )
    return call.builder.emit(node, tensor.layout)


def refuse_image_quantizer(
    call: Call, tensor: Tensor, scale: Constant, width: int, signed: bool
) -> None:
    """Refuse the quantizer that turns pixels/255 back to pixels, with advice of its own.

    Dropping it would be exact for inputs pixel/255 only, and the import does not know which
    normalisation the network was trained with.
    """
    if scale.values.size != 1 or width != 8 or signed:
        return
    value = float(scale.values.reshape(-1)[0])
    if isinstance(call.builder.nodes[tensor.node], n.Input) and abs(value * 255 - 1) < 1e-4:
        raise call.refused(
            "quantizes the input image with scale 1/255",
            accepted="a model whose input is the normalised image itself",
            remedy="export without the quantizer of the input: fpgaflow's hardware reads the "
            "uint8 pixels, and --mean and --std say how the network's input is normalised "
            "(mean 0 and std 1 for pixel/255)",
        )


def dequantize_linear(call: Call) -> Tensor | Constant:
    """Import DequantizeLinear, of a QuantizeLinear or of integer weights."""
    _check_blocks(call)
    value = call.input(0)
    scale = call.constant(1)
    check_zero_point(call, 2)
    fractions = fractions_of(call, scale)
    if isinstance(value, Codes):
        if not np.array_equal(np.ldexp(1.0, -fractions), value.scale):
            raise call.unsupported(
                "has another scale than its QuantizeLinear", accepted="pairs of one scale"
            )
        return value.value
    constant = call.constant(0)
    width, signed = _integer_type(call, constant.data_type)
    codes = np.asarray(constant.values, np.int64)
    kind = constant.element or FixedType(width=width, integer=width, signed=signed)
    return on_grid(call, codes, _along_axis(call, codes.shape, fractions), kind, constant.label)


def _check_blocks(call: Call) -> None:
    if call.integer("block_size", 0):
        raise call.unsupported("quantizes in blocks", accepted="a scale per tensor or per channel")


def _code_type(call: Call) -> tuple[int, bool]:
    zero_point = call.optional_constant(2)
    data_type = 0 if zero_point is None else zero_point.data_type
    return _integer_type(call, data_type or call.integer("output_dtype", 0) or TensorProto.UINT8)


def _integer_type(call: Call, data_type: int) -> tuple[int, bool]:
    if data_type not in INTEGER_RANGES:
        raise call.unsupported(
            f"integers of type {type_name(data_type)}",
            accepted=", ".join(map(type_name, INTEGER_RANGES)),
        )
    return INTEGER_RANGES[data_type]


def _along_axis(call: Call, shape: tuple[int, ...], fractions: Integers) -> NDArray[np.int64]:
    """Return the scales' fractions, broadcastable to a constant of that shape."""
    if fractions.size == 1:
        return fractions.reshape(())
    axis = call.axis(call.integer("axis", 1), len(shape))
    if fractions.shape != (shape[axis],):
        raise call.refused(
            f"scales of shape {list(fractions.shape)} for {list(shape)} along axis {axis}",
            accepted=f"one scale, or {shape[axis]}",
        )
    return fractions.reshape([-1 if place == axis else 1 for place in range(len(shape))])
