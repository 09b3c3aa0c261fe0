"""A program as text: one line an instruction, and as many of its weights as asked for.

    engine lanes_k=12 lanes_o=4 lanes_p=8 act_lines=3072 w_rows=3072
    frame input_bytes=3072 output_bytes=16 spill_bytes=0
    load region=frame banks=8 address=0 bank_bytes=384 offset=0
    array maximum groups=4 last_channels=4 ...  # conv1
      rows sha256:0f1e...
    end

A field that has its default is left out; a field alone is true. What follows `#` is the layer.
The weights of an `array` are one line with the digest of their rows, or in full, for each group
`biases` with its numbers and then `weights` with the bytes of each row in hexadecimal digits.
`text_parse.py` reads all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import MISSING, fields

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Instruction, Region
from fpgaflow.engine.program import Operation, Program, weight_rows

FRAME_FIELDS = ("input_bytes", "output_bytes", "spill_bytes")


def to_text(program: Program, *, full: bool = False) -> str:
    """Return a program's text, ending in a newline.

    Args:
        program: it.
        full: with every bias and weight; else with the digest of each instruction's.
    """
    lines = [f"engine {_named(program.config)}"]
    lines += ["frame " + " ".join(f"{name}={getattr(program, name)}" for name in FRAME_FIELDS)]
    for operation in program.operations:
        lines += [_instruction(operation.instruction, operation.layer)]
        lines += (f"  {line}" for line in _weights(program.config, operation, full=full))
    return "\n".join(lines) + "\n"


def weights_by_digest(program: Program) -> dict[str, bytes]:
    """Return the rows of biases and weights of each instruction, by their digests."""
    rows = (weight_rows(program.config, operation) for operation in program.operations)
    return {digest(one): one for one in rows if one}


def digest(rows: bytes) -> str:
    """Return what stands for the rows of an instruction's biases and weights."""
    return f"sha256:{hashlib.sha256(rows).hexdigest()}"


def _instruction(instruction: Instruction, layer: str) -> str:
    named = _named(instruction, defaults=False)
    words = [type(instruction).__name__.lower(), *([named] if named else [])]
    return " ".join(words) + (f"  # {layer}" if layer else "")


def _named(record: Instruction | EngineConfig, *, defaults: bool = True) -> str:
    words: list[str] = []
    for field in fields(record):
        value: object = getattr(record, field.name)
        if not defaults and field.default is not MISSING and value == field.default:
            continue
        if isinstance(value, Region):
            value = value.name.lower()
        words.append(field.name if value is True else f"{field.name}={value}")
    return " ".join(words)


def _weights(config: EngineConfig, operation: Operation, *, full: bool) -> Iterator[str]:
    if operation.biases is None or operation.weights is None:
        return
    if not full:
        yield f"rows {digest(weight_rows(config, operation))}"
        return
    for biases, steps in zip(operation.biases, operation.weights, strict=True):
        yield "biases " + " ".join(str(int(bias)) for bias in biases)
        yield from (f"weights {step.tobytes().hex()}" for step in steps)
