"""QONNX quantizers (domains qonnx.custom_op.general, onnx.brevitas, finn.custom_op.general)."""

from __future__ import annotations

import numpy as np

from fpgaflow.frontend.onnx_call import Call
from fpgaflow.frontend.onnx_grid import check_zero_point, fractions_of, on_grid
from fpgaflow.frontend.onnx_qdq import fake_quantize, refuse_image_quantizer
from fpgaflow.frontend.onnx_values import Constant, Tensor
from fpgaflow.ir.arithmetic import from_real
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding

QONNX_DOMAINS = ("qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general")

MAX_BITS = 32

_ROUNDING = {
    "ROUND": Rounding.EVEN,
    "HALF_EVEN": Rounding.EVEN,
    "HALF_UP": Rounding.INFINITY,
    "HALF_DOWN": Rounding.ZERO,
    "FLOOR": Rounding.TRUNCATE,
    "DOWN": Rounding.TRUNCATE_ZERO,
}
"""QONNX's modes; its HALF_UP and HALF_DOWN round ties away from and towards zero."""


def quant(call: Call) -> Tensor | Constant:
    """Import Quant (IntQuant): rounds and saturates to the given number of bits."""
    value = call.input(0)
    scale = call.constant(1)
    kind = _format(call)
    if not isinstance(value, Constant):
        refuse_image_quantizer(call, call.tensor(0), scale, kind.width, kind.signed)
    check_zero_point(call, 2)
    fractions = fractions_of(call, scale)
    if not isinstance(value, Constant):
        return fake_quantize(call, call.tensor(0), kind, fractions)
    shape = value.values.shape
    if fractions.size == 1:
        fractions = fractions.reshape(())
    try:
        fractions = np.broadcast_to(fractions, shape)
    except ValueError:
        raise call.refused(
            f"scales of shape {list(scale.values.shape)} for {list(shape)}",
            accepted="one scale, or scales per channel",
        ) from None
    codes = from_real(np.ldexp(np.asarray(value.values, np.float64), fractions), kind)
    return on_grid(call, codes, fractions, kind, value.label)


def _format(call: Call) -> FixedType:
    """Return the format of the codes: their width, sign, rounding and saturation."""
    bits = call.scalar(3, 8.0)
    signed = call.integer("signed", 1) != 0
    narrow = call.integer("narrow", 0) != 0
    mode = call.text("rounding_mode", "ROUND").upper()
    least = 2 if signed else 1
    if not least <= bits <= MAX_BITS or bits != int(bits):
        raise call.unsupported(
            f"{'signed' if signed else 'unsigned'} integers of {bits:g} bits",
            accepted=f"whole numbers of bits, {least} to {MAX_BITS}",
        )
    if narrow and not signed:
        raise call.unsupported(
            "an unsigned narrow range (the highest code unused)",
            accepted="narrow ranges of signed integers",
        )
    if mode not in _ROUNDING:
        raise call.unsupported(f"rounding mode {mode}", accepted=", ".join(_ROUNDING))
    return FixedType(
        width=int(bits),
        integer=int(bits),
        signed=signed,
        rounding=_ROUNDING[mode],
        overflow=Overflow.SATURATE_SYMMETRIC if narrow else Overflow.SATURATE,
    )
