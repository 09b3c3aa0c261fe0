"""The text of `text.py` back into the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields

import numpy as np

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array, End, Instruction, Load, Region, Store, encode
from fpgaflow.engine.program import Operation, Program, weighted
from fpgaflow.engine.text import FRAME_FIELDS
from fpgaflow.errors import InputRefused

_KINDS: Mapping[str, type[Instruction]] = {"array": Array, "load": Load, "store": Store, "end": End}
_FLAGS = {field.name for field in fields(Array) if field.default is False}
_REGIONS = {region.name.lower(): region for region in Region}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line that is not empty: its number, first word, the others, and the comment."""

    number: int
    kind: str
    words: list[str]
    comment: str

    def refused(self, found: str, accepted: str) -> InputRefused:
        return InputRefused(f"engine text, line {self.number}: {found}", accepted=accepted)


def from_text(text: str, *, weights: Mapping[str, bytes] | None = None) -> Program:
    """Return the program that a text says.

    Args:
        text: as `text.to_text` writes it.
        weights: the rows of biases and weights by their digests (`text.weights_by_digest`), where
            the text has digests.

    Raises:
        InputRefused: a line is not of that form; a digest's rows are not in `weights`.
    """
    lines = _lines(text)
    config, frame = _head(lines)
    operations: list[Operation] = []
    at = 2
    while at < len(lines):
        end = at + 1
        while end < len(lines) and lines[end].kind not in _KINDS:
            end += 1
        operations.append(_operation(config, lines[at:end], weights or {}))
        at = end
    if not operations or not isinstance(operations[-1].instruction, End):
        raise lines[-1].refused("the text ends", "`end` in its last line")
    return Program(config=config, operations=tuple(operations), **frame)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        content, _, comment = line.partition("#")
        if words := content.split():
            kind, *rest = words
            lines.append(_Line(number=number, kind=kind, words=rest, comment=comment.strip()))
    return lines


def _head(lines: Sequence[_Line]) -> tuple[EngineConfig, dict[str, int]]:
    if [line.kind for line in lines[:2]] != ["engine", "frame"]:
        raise InputRefused(
            "engine text: its first lines are not those of a program",
            accepted="`engine` with the lanes and memories, then `frame` with its bytes",
        )
    names = [field.name for field in fields(EngineConfig)]
    config = EngineConfig(**_numbers(lines[0], names, names))
    return config, _numbers(lines[1], FRAME_FIELDS, FRAME_FIELDS)


def _numbers(line: _Line, names: Sequence[str], required: Sequence[str]) -> dict[str, int]:
    """Return the fields of a line: numbers, regions, and true for a flag."""
    found: dict[str, int] = {}
    for word in line.words:
        name, equals, text = word.partition("=")
        if name not in names or name in found:
            raise line.refused(f"`{word}` in `{line.kind}`", f"each once: {', '.join(names)}")
        if bool(equals) == (name in _FLAGS):
            raise line.refused(f"`{word}`", f"`{name}`" if equals else f"`{name}=` and a number")
        try:
            found[name] = _REGIONS[text] if name == "region" else int(text) if equals else True
        except (KeyError, ValueError) as error:
            raise line.refused(f"`{word}`", "a whole number, or a region: frame, spill") from error
    if missing := [name for name in required if name not in found]:
        raise line.refused(f"`{line.kind}` without {', '.join(missing)}", "every field once")
    return found


def _operation(
    config: EngineConfig, lines: Sequence[_Line], weights: Mapping[str, bytes]
) -> Operation:
    head, *rest = lines
    if head.kind not in _KINDS:
        raise head.refused(f"`{head.kind}`", ", ".join(_KINDS))
    kind = _KINDS[head.kind]
    names = [field.name for field in fields(kind)]
    required = [field.name for field in fields(kind) if field.default is MISSING]
    instruction = _made(kind, _numbers(head, names, required))
    try:
        encode(instruction)
    except InputRefused as error:
        raise head.refused("a field that does not fit its bits", error.accepted) from error
    if not isinstance(instruction, Array):
        if rest:
            raise rest[0].refused(f"`{rest[0].kind}` after `{head.kind}`", ", ".join(_KINDS))
        return Operation(instruction=instruction, layer=head.comment)
    rows = _rows(config, instruction, lines, weights)
    found = weighted(config, instruction, rows)
    return Operation(
        instruction=instruction, biases=found.biases, weights=found.weights, layer=head.comment
    )


def _made(kind: Callable[..., Instruction], values: Mapping[str, int]) -> Instruction:
    return kind(**values)


def _rows(
    config: EngineConfig, array: Array, lines: Sequence[_Line], weights: Mapping[str, bytes]
) -> bytes:
    """Return the rows that the lines after an `array` say or stand for."""
    head, *rest = lines
    if [line.kind for line in rest] == ["rows"] and len(rest[0].words) == 1:
        rows = weights.get(rest[0].words[0])
        if rows is None:
            raise rest[0].refused("weights that were not handed over", "a text with full weights")
    else:
        rows = b"".join(_row(config, line) for line in rest)
        kinds = ["biases", *["weights"] * array.steps] * array.groups
        if [line.kind for line in rest] != kinds:
            raise head.refused("other lines follow than its groups need", _expected(array))
    if len(rows) != array.groups * array.group_rows * config.row_bytes:
        raise head.refused("weights of another instruction", _expected(array))
    return rows


def _row(config: EngineConfig, line: _Line) -> bytes:
    try:
        if line.kind == "biases" and len(line.words) == config.lanes_o:
            return (
                np.array([int(word) for word in line.words], "<i4")
                .tobytes()
                .ljust(config.row_bytes, b"\0")
            )
        if line.kind == "weights" and len(line.words) == 1:
            row = bytes.fromhex(line.words[0])
            if len(row) == config.row_bytes:
                return row
    except (ValueError, OverflowError):
        pass
    raise line.refused(
        f"`{line.kind}` that cannot be read",
        f"`biases` with {config.lanes_o} numbers of 32 bits, or `weights` with {config.row_bytes} "
        "bytes in hexadecimal digits",
    )


def _expected(array: Array) -> str:
    return f"{array.groups} times 1 `biases` and {array.steps} `weights`, or `rows` with a digest"
