"""A walk over protobuf bytes without decoding them: is this ONNX, and how much of it is structure?

A decoded protobuf message can be fifty times as large as its bytes; raw tensor data is not. So the
bytes outside raw tensor data are what a limit has to bound, before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from fpgaflow.frontend.checkpoint_guard import MAX_PROTOBUF_FIELDS

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# ModelProto's fields with their wire types, from onnx.proto.
_MODEL_FIELDS = {
    1: _VARINT,
    2: _BYTES,
    3: _BYTES,
    4: _BYTES,
    5: _VARINT,
    6: _BYTES,
    7: _BYTES,
    8: _BYTES,
    14: _BYTES,
    20: _BYTES,
    25: _BYTES,
    26: _BYTES,
}
_GRAPH_FIELD = 7
# A model has a dozen fields and some hundred functions and metadata entries at most.
_MAX_MODEL_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class _Message:
    """Which fields of a message are messages to walk into, and which hold raw numbers."""

    inner: Mapping[int, _Message] = field(default_factory=dict[int, "_Message"])
    raw: tuple[int, ...] = ()


# float_data, double_data and raw_data of TensorProto.
_TENSOR = _Message(raw=(4, 9, 10))
_ATTRIBUTE = _Message(inner={5: _TENSOR})
_NODE = _Message(inner={5: _ATTRIBUTE})
_GRAPH = _Message(inner={1: _NODE, 5: _TENSOR})
_MODEL = _Message(inner={_GRAPH_FIELD: _GRAPH})


def is_onnx(data: bytes) -> bool:
    """Whether the bytes start as an ONNX model and reach its graph; the end may be cut off."""
    seen_graph = False
    try:
        for number, wire, _, end in islice(_fields(data, 0, len(data)), _MAX_MODEL_FIELDS):
            if _MODEL_FIELDS.get(number) != wire:
                return False
            seen_graph = seen_graph or number == _GRAPH_FIELD
            if end > len(data):
                return seen_graph
    except ValueError:
        return seen_graph
    return seen_graph


def structure_bytes(data: bytes) -> int:
    """Bytes of an ONNX model outside raw tensor data.

    Raises:
        ValueError: a field is malformed or reaches past its message, or there are too many.
    """
    walk = _RawBytes(data)
    walk.enter(0, len(data), _MODEL)
    return len(data) - walk.raw


class _RawBytes:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.raw = 0
        self.fields = 0

    def enter(self, start: int, stop: int, message: _Message) -> None:
        for number, wire, begin, end in _fields(self.data, start, stop):
            self.fields += 1
            if self.fields > MAX_PROTOBUF_FIELDS:
                raise ValueError(f"it has more than {MAX_PROTOBUF_FIELDS} fields")
            if end > stop:
                raise ValueError(f"the field at byte {begin} is cut off")
            if wire != _BYTES:
                continue
            if number in message.raw:
                self.raw += end - begin
            elif number in message.inner:
                self.enter(begin, end, message.inner[number])


def _fields(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (field number, wire type, first payload byte, byte after the payload)."""
    position = start
    while position < stop:
        key, position = _varint(data, position, stop)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            _, end = _varint(data, position, stop)
        elif wire == _FIXED64:
            end = position + 8
        elif wire == _FIXED32:
            end = position + 4
        elif wire == _BYTES:
            length, position = _varint(data, position, stop)
            end = position + length
        else:
            raise ValueError(f"wire type {wire} at byte {position}")
        if number == 0:
            raise ValueError(f"field number 0 at byte {position}")
        yield number, wire, position, end
        position = end


def _varint(data: bytes, position: int, stop: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= stop:
            raise ValueError(f"the number at byte {position} is cut off")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError(f"a number at byte {position} is longer than 64 bits")
