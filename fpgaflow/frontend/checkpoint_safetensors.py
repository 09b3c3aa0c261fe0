"""Safetensors files, their header checked against the file before a tensor is made."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import cast

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from fpgaflow.frontend.checkpoint_guard import (
    MAX_JSON_BYTES,
    MAX_RECORDS,
    refusal,
    refusing_damage,
)
from fpgaflow.frontend.sniff import FileKind

_WHAT = FileKind.SAFETENSORS.value
_ITEM_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
}


def load_safetensors(data: bytes, source: str) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name.

    Raises:
        InputRefused: the header is longer than the file or not what the format allows, or it
            declares other bytes than the file holds.
    """
    length = int.from_bytes(data[:8], "little")
    if length > MAX_JSON_BYTES:
        raise refusal(
            source, f"{_WHAT} with a header of {length} bytes; the limit is {MAX_JSON_BYTES}"
        )
    if 8 + length > len(data):
        raise refusal(
            source,
            f"{_WHAT}, but it is truncated: its header is {length} bytes, the file {len(data)}",
        )
    with refusing_damage(source, _WHAT):
        header = json.loads(data[8 : 8 + length].decode(), object_pairs_hook=_unique)
        if not isinstance(header, dict):
            raise TypeError("its header is not a JSON object")
    held = len(data) - 8 - length
    declared = _declared_bytes(cast("dict[str, object]", header), source)
    if declared != held:
        state = "truncated" if declared > held else "longer than it declares"
        raise refusal(
            source,
            f"{_WHAT}, but it is {state}: {held} bytes of numbers where {declared} are declared",
        )
    with refusing_damage(source, _WHAT, (SafetensorError,)):
        return safetensors.torch.load(data)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in its header")
    return found


def _declared_bytes(header: Mapping[str, object], source: str) -> int:
    entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    if len(entries) > MAX_RECORDS:
        raise refusal(source, f"{_WHAT} of {len(entries)} tensors; the limit is {MAX_RECORDS}")
    with refusing_damage(source, _WHAT):
        return sum(_entry_bytes(name, entry) for name, entry in entries.items())


def _entry_bytes(name: str, entry: object) -> int:
    if not isinstance(entry, dict):
        raise TypeError(f"tensor {name!r} has no description")
    fields = cast("dict[str, object]", entry)
    dtype, shape, offsets = (fields[key] for key in ("dtype", "shape", "data_offsets"))
    if dtype not in _ITEM_BYTES:
        raise ValueError(f"tensor {name!r} is of type {dtype!r}")
    sizes, (begin, end) = _naturals(shape), _naturals(offsets)
    nbytes = math.prod(sizes) * _ITEM_BYTES[str(dtype)]
    if end - begin != nbytes:
        raise ValueError(
            f"tensor {name!r} of shape {sizes} takes {nbytes} bytes, not {end - begin}"
        )
    return nbytes


def _naturals(value: object) -> list[int]:
    if not isinstance(value, list):
        raise TypeError("a shape or an offset is not a list")
    items = cast("list[object]", value)
    numbers = [item for item in items if type(item) is int and 0 <= item < 1 << 40]
    if len(numbers) != len(items):
        raise ValueError("a shape or an offset is not a list of natural numbers")
    return numbers
