"""What a build for the engine holds beside the graph: the program, its text, the frames' layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from fpgaflow.api.layout import FRAMES, PROGRAM, PROGRAM_TEXT
from fpgaflow.engine.frames import FrameLayout, frame_layout
from fpgaflow.engine.program import Operation, Program, read_program
from fpgaflow.engine.text import to_text
from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph

_LAYERS = "layers"
_MOST_BYTES = 1 << 28
"""Of a file: a dozen times the largest program known, VGG-16's; a device has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFiles:
    """A program and the layout of its frames."""

    program: Program
    frames: FrameLayout


def write_engine_files(program: Program, frames: FrameLayout, folder: Path) -> None:
    """Write both, and the program's text; the layers' names, which no program holds, lie beside."""
    (folder / PROGRAM).write_bytes(program.to_bytes())
    (folder / PROGRAM_TEXT).write_text(to_text(program), encoding="utf-8", newline="\n")
    layers = [operation.layer for operation in program.operations]
    text = json.dumps(frames.to_json() | {_LAYERS: layers}, indent=1)
    (folder / FRAMES).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_engine_files(folder: Path, graph: Graph) -> EngineFiles:
    """Read both, of a build of this fixed-point graph.

    Raises:
        InputRefused: a file is missing or damaged, or the layout is another network's.
    """
    try:
        program = _read(folder / PROGRAM)
        frames: object = json.loads(_read(folder / FRAMES))
    except OSError as error:
        raise InputRefused(
            f"{folder}: {error.strerror}: {Path(str(error.filename)).name}",
            accepted="a build of the engine's style, whole",
            remedy="compile again",
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{folder / FRAMES} is no JSON file: {error}", remedy="compile again"
        ) from error
    if not isinstance(frames, dict):
        raise InputRefused(f"{folder / FRAMES} holds no object", remedy="compile again")
    held = cast("Mapping[str, object]", frames)
    found, layout = read_program(program), frame_layout(held)
    layout.require(graph, input_bytes=found.input_bytes, output_bytes=found.output_bytes)
    return EngineFiles(
        program=replace(found, operations=_named(found.operations, held.get(_LAYERS))),
        frames=layout,
    )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise InputRefused(f"{path} has more than {_MOST_BYTES} bytes", remedy="compile again")
    return data


def _named(operations: tuple[Operation, ...], names: object) -> tuple[Operation, ...]:
    """Return the operations with their layers' names, where these belong to them."""
    if not isinstance(names, list) or len(cast("list[object]", names)) != len(operations):
        return operations
    pairs = zip(operations, cast("list[object]", names), strict=True)
    return tuple(replace(operation, layer=str(name)) for operation, name in pairs)
