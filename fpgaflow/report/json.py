"""Writes and reads report.json and its like; the same figures give the same bytes."""

from __future__ import annotations

import json
import types
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import (
    Literal,
    NoReturn,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from fpgaflow.errors import InputRefused
from fpgaflow.report.schema import SCHEMA, Report

LINE = 160

_Kind = TypeVar("_Kind")


def to_json(report: Report) -> str:
    """Return the file's text: keys in the schema's order, short objects on one line."""
    return json_text(asdict(report))


def json_text(value: object) -> str:
    """Return any figures as a file's text, dataclasses as dicts already."""
    return _text(value, "") + "\n"


def read_as(kind: type[_Kind], value: object, path: Path) -> _Kind:
    """Return JSON as a dataclass, each value checked against its field's type.

    Args:
        kind: the dataclass.
        value: what `json.loads` gave.
        path: the file that it came from, for messages.

    Raises:
        InputRefused: a key is missing, or a value has another type.
    """
    return cast(_Kind, _Reader(path).read(kind, value, ""))


def write_json(report: Report, path: Path) -> None:
    """Write report.json."""
    path.write_text(to_json(report), encoding="utf-8", newline="\n")


def read_json(path: Path) -> Report:
    """Read report.json; keys that this version does not know are passed over.

    Raises:
        InputRefused: the file cannot be read, is damaged, or has another schema.
    """
    try:
        data: object = json.loads(path.read_bytes(), parse_constant=_refuse_constant)
    except OSError as error:
        raise InputRefused(
            f"{path}: {error.strerror}", accepted="the report.json of a build folder"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{path} is no JSON file: {error}",
            accepted="the report.json of a build folder",
            remedy="compile again: the file is damaged",
        ) from error
    schema = cast("dict[str, object]", data).get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA or isinstance(schema, bool):
        raise InputRefused(
            f"{path} has schema {_show(schema)}",
            accepted=f"schema {SCHEMA}",
            remedy="compile again with this version of fpgaflow",
        )
    return read_as(Report, data, path)


class _Reader:
    """Builds dataclasses from JSON, checking each value against its field's type."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, kind: object, value: object, key: str) -> object:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._optional(kind, value, key)
        if origin is Literal:
            if value not in get_args(kind) or not isinstance(value, str):
                self._refuse(key, value, " or ".join(get_args(kind)))
            return value
        if origin is tuple:
            return self._tuple(get_args(kind)[0], value, key)
        if is_dataclass(kind):
            return self._object(cast(type, kind), value, key)
        return self._scalar(kind, value, key)

    def _optional(self, kind: object, value: object, key: str) -> object:
        inner = next(part for part in get_args(kind) if part is not type(None))
        return None if value is None else self.read(inner, value, key)

    def _tuple(self, inner: object, value: object, key: str) -> object:
        if not isinstance(value, list):
            self._refuse(key, value, "a list")
        items = cast("list[object]", value)
        return tuple(self.read(inner, item, f"{key}[{i}]") for i, item in enumerate(items))

    def _object(self, kind: type, value: object, key: str) -> object:
        if not isinstance(value, dict):
            self._refuse(key, value, "an object")
        data = cast("dict[str, object]", value)
        hints = _hints(kind)
        prefix = f"{key}." if key else ""
        found: dict[str, object] = {}
        for field in fields(kind):
            if field.name in data:
                found[field.name] = self.read(
                    hints[field.name], data[field.name], prefix + field.name
                )
            elif field.default is MISSING:
                raise InputRefused(
                    f"{self._path}: {prefix}{field.name} is missing",
                    accepted=f"a report.json of schema {SCHEMA}",
                    remedy="compile again: the file is damaged",
                )
        return kind(**found)

    def _scalar(self, kind: object, value: object, key: str) -> object:
        if kind is float and type(value) is int and abs(value) <= _EXACT:
            return float(value)
        if type(value) is not kind:
            self._refuse(key, value, _KINDS[kind])
        return value

    def _refuse(self, key: str, value: object, accepted: str) -> NoReturn:
        raise InputRefused(
            f"{self._path}: {key} is {_show(value)}",
            accepted=accepted,
            remedy="compile again: the file is damaged",
        )


_EXACT = 2**53  # whole numbers up to here are exact as floating-point numbers

_KINDS: dict[object, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
}


@cache
def _hints(kind: type) -> dict[str, object]:
    return dict(get_type_hints(kind))


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _show(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _text(value: object, indent: str) -> str:
    """Return JSON text; an object or list of plain values stays on its line while it is short."""
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, (dict, list, tuple)) or not value:
        return flat
    parts = cast("dict[str, object] | list[object] | tuple[object, ...]", value)
    inner = list(parts.values()) if isinstance(parts, dict) else list(parts)
    nested = any(isinstance(item, (dict, list, tuple)) and item for item in inner)
    if not nested and len(flat) + len(indent) <= LINE:
        return flat
    deeper = indent + "  "
    texts = [_text(item, deeper) for item in inner]
    if isinstance(parts, dict):
        keys = [json.dumps(key, ensure_ascii=False) for key in parts]
        texts = [f"{key}: {text}" for key, text in zip(keys, texts, strict=True)]
    opening, closing = "{}" if isinstance(parts, dict) else "[]"
    lines = (",\n" + deeper).join(texts)
    return f"{opening}\n{deeper}{lines}\n{indent}{closing}"
