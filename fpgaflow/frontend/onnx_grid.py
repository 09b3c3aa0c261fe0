"""Quantizers' scales: powers of two only, and constants brought onto one fixed-point grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.onnx_call import Call
from fpgaflow.frontend.onnx_values import Constant
from fpgaflow.ir.fixed import FixedType

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

MAX_WEIGHT_BITS = 16
MAX_BIAS_BITS = 48
MAX_EXPONENT = 60

_REMEDY = (
    "retrain or export with power-of-two scales (in Brevitas the quantizers for fixed point, "
    "such as Int8WeightPerTensorFixedPoint and Int8ActPerTensorFixedPoint), or hand over the "
    "float model and let fpgaflow quantize it"
)


def fractions_of(call: Call, scale: Constant) -> Integers:
    """Return the fraction bits of scales 2^-fraction, in the shape of the scale.

    Raises:
        InputRefused: a scale that is no power of two, naming the nearest one.
    """
    values = np.asarray(scale.values, np.float64)
    if not values.size or not np.all(np.isfinite(values) & (values > 0)):
        raise call.refused(f"{scale.label} is no scale", accepted="scales above zero")
    mantissa, exponent = np.frexp(values)
    bad = np.flatnonzero(mantissa.reshape(-1) != 0.5)
    if bad.size:
        raise _not_a_power(call, values.reshape(-1), int(bad[0]), bad.size)
    fractions = 1 - exponent.astype(np.int64)
    if np.any(np.abs(fractions) > MAX_EXPONENT):
        raise call.refused(
            f"{scale.label} of 2^{-int(fractions.reshape(-1)[0])}",
            accepted=f"scales from 2^-{MAX_EXPONENT} to 2^{MAX_EXPONENT}",
        )
    return fractions


def _not_a_power(call: Call, values: Reals, place: int, count: int) -> InputRefused:
    value = float(values[place])
    exponent = round(float(np.log2(value)))
    where = f" of channel {place} ({count} of {values.size} are like it)" if values.size > 1 else ""
    return call.refused(
        f"scale {_digits(value)}{where} is not a power of two; the nearest is "
        f"2^{exponent} = {2.0**exponent:.9g}",
        accepted="quantizers with power-of-two scales and zero point 0",
        remedy=_REMEDY,
    )


def _digits(value: float) -> str:
    """Return a scale as its exporter wrote it: the shortest digits of a float32, if it is one."""
    single = np.float32(value)
    return str(single) if float(single) == value else repr(value)


def check_zero_point(call: Call, position: int) -> None:
    """Refuse a quantizer whose zero point is not zero."""
    constant = call.optional_constant(position)
    if constant is not None and np.any(constant.values):
        value = constant.values.reshape(-1)[np.flatnonzero(constant.values)[0]]
        raise call.refused(
            f"zero point {value:g}",
            accepted="quantizers with power-of-two scales and zero point 0",
            remedy=f"quantize symmetrically: {_REMEDY}",
        )


def on_grid(
    call: Call, codes: Integers, fractions: Integers, kind: FixedType, label: str
) -> Constant:
    """Return integers of several fractions as one constant on the finest grid.

    Args:
        call: the quantizer.
        codes: integers worth code · 2^-fraction.
        fractions: of each code, broadcastable to `codes`.
        kind: the format of the codes; its width grows where the fractions differ.
        label: the constant's name.

    Raises:
        InputRefused: the common grid needs more than 16 bits (48 for 32-bit integers).
    """
    fractions = np.broadcast_to(fractions, codes.shape)
    used = fractions[codes != 0]
    finest = int(used.max()) if used.size else int(fractions.max(initial=0))
    coarsest = int(used.min()) if used.size else finest
    limit = MAX_WEIGHT_BITS if kind.width <= MAX_WEIGHT_BITS else MAX_BIAS_BITS
    width = kind.width
    if finest - coarsest < limit:
        shifted = codes << np.where(codes != 0, finest - fractions, 0)
        width = max(width, _bits(shifted, kind.signed))
    else:
        width += finest - coarsest
        shifted = codes
    if width > limit:
        raise call.refused(
            f"{label}: scales from 2^{-finest} to 2^{-coarsest} need {width} bits on one grid",
            accepted=f"up to {limit} bits for all channels together",
            remedy="export with one scale per tensor, or with scales closer to each other",
        )
    element = FixedType(
        width=width,
        integer=width - finest,
        signed=kind.signed,
        rounding=kind.rounding,
        overflow=kind.overflow,
    )
    return Constant(
        values=np.ldexp(shifted.astype(np.float64), -finest), label=label, element=element
    )


def _bits(codes: Integers, signed: bool) -> int:
    highest = int(codes.max(initial=0))
    lowest = int(codes.min(initial=0))
    return max(highest, -lowest - 1).bit_length() + int(signed)
