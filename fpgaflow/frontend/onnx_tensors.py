"""ONNX tensors (raw or typed, any number format) to NumPy arrays, sizes checked first."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from fpgaflow.errors import InputRefused

MAX_ELEMENTS = 1 << 26
"""Elements of all of a model's tensors together: half a gigabyte as float64."""

Array = NDArray[np.float64 | np.int64]
"""A constant during import: real numbers, or integers (booleans among them)."""

_RAW: dict[int, np.dtype[np.generic]] = {
    TensorProto.FLOAT: np.dtype("<f4"),
    TensorProto.DOUBLE: np.dtype("<f8"),
    TensorProto.FLOAT16: np.dtype("<f2"),
    TensorProto.BFLOAT16: np.dtype("<u2"),
    TensorProto.INT8: np.dtype("i1"),
    TensorProto.UINT8: np.dtype("u1"),
    TensorProto.INT16: np.dtype("<i2"),
    TensorProto.UINT16: np.dtype("<u2"),
    TensorProto.INT32: np.dtype("<i4"),
    TensorProto.UINT32: np.dtype("<u4"),
    TensorProto.INT64: np.dtype("<i8"),
    TensorProto.BOOL: np.dtype("u1"),
}
_NIBBLES: dict[int, bool] = {TensorProto.INT4: True, TensorProto.UINT4: False}
_TYPED: dict[int, str] = {
    TensorProto.FLOAT: "float_data",
    TensorProto.DOUBLE: "double_data",
    TensorProto.INT64: "int64_data",
    TensorProto.UINT32: "uint64_data",
}
_BITS_IN_INT32 = {TensorProto.FLOAT16, TensorProto.BFLOAT16}

INTEGER_RANGES: dict[int, tuple[int, bool]] = {
    TensorProto.INT4: (4, True),
    TensorProto.UINT4: (4, False),
    TensorProto.INT8: (8, True),
    TensorProto.UINT8: (8, False),
    TensorProto.INT16: (16, True),
    TensorProto.UINT16: (16, False),
    TensorProto.INT32: (32, True),
}
"""Width and sign of the integer types that a quantizer may give."""

REAL_TYPES = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16)


def type_name(data_type: int) -> str:
    """Return e.g. `INT8`; a number of no type as `type 99`."""
    names = TensorProto.DataType.items()
    return next((name for name, number in names if number == data_type), f"type {data_type}")


def read_tensor(tensor: TensorProto, place: str) -> Array:
    """Return a tensor's values: float64 for real types, int64 for integers and booleans.

    Args:
        tensor: the tensor.
        place: what it is, for messages.

    Raises:
        InputRefused: external data, a type that is no number, or data that does not fill the
            shape.
    """
    if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
        raise InputRefused(
            f"{place}: the values are in another file",
            accepted="models that hold their weights themselves",
            remedy="save it as one file: onnx.save(onnx.load(path), path, "
            "save_as_external_data=False)",
        )
    shape = tuple(tensor.dims)
    if tensor.data_type not in _RAW and tensor.data_type not in _NIBBLES:
        raise InputRefused(
            f"{place}: values of type {type_name(tensor.data_type)}",
            accepted="real numbers of 16, 32 or 64 bits, integers of 4 to 64 bits",
        )
    if any(size < 0 for size in shape) or prod(shape) > MAX_ELEMENTS:
        raise InputRefused(
            f"{place}: shape {list(shape)}", accepted=f"up to {MAX_ELEMENTS} elements"
        )
    values = _nibbles(tensor) if tensor.data_type in _NIBBLES else _stored(tensor, place)
    if values.size != prod(shape):
        raise InputRefused(
            f"{place}: {values.size} values for shape {list(shape)}",
            accepted=f"{prod(shape)} values",
            remedy="export the model again; the file is damaged",
        )
    kind = np.float64 if tensor.data_type in REAL_TYPES else np.int64
    # A signalling NaN warns when it is widened; whether NaN matters is for the reader to say.
    with np.errstate(invalid="ignore"):
        return values.astype(kind).reshape(shape)


def _stored(tensor: TensorProto, place: str) -> NDArray[np.generic]:
    kind = _RAW[tensor.data_type]
    if tensor.HasField("raw_data"):
        if len(tensor.raw_data) % kind.itemsize:
            raise InputRefused(
                f"{place}: {len(tensor.raw_data)} bytes of {type_name(tensor.data_type)}",
                accepted=f"a multiple of {kind.itemsize} bytes",
                remedy="export the model again; the file is damaged",
            )
        values = np.frombuffer(tensor.raw_data, kind)
    else:
        field = _TYPED.get(tensor.data_type, "int32_data")
        values = np.array(getattr(tensor, field))
        if tensor.data_type in _BITS_IN_INT32:
            values = values.astype(np.uint16).view(kind)
    return _widened(values) if tensor.data_type == TensorProto.BFLOAT16 else values


def _widened(bits: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return the float32 values of which bfloat16 keeps the upper half."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def _nibbles(tensor: TensorProto) -> NDArray[np.int64]:
    """Return 4-bit integers, two in a byte, the lower half first."""
    raw = np.frombuffer(tensor.raw_data, np.uint8)
    packed = raw if tensor.HasField("raw_data") else np.array(tensor.int32_data, np.int64)
    packed = packed.astype(np.int64) & 255
    values = np.stack([packed & 15, packed >> 4], axis=-1).reshape(-1)[: prod(tensor.dims)]
    return np.where(values > 7, values - 16, values) if _NIBBLES[tensor.data_type] else values
