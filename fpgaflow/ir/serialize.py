"""The graph on disk: `graph.json` for the structure, `parameters.npz` for the values.

Plain data: reading a graph runs no code of the file's. The same graph gives the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import MISSING, fields
from enum import Enum
from pathlib import Path
from typing import cast

import numpy as np

from fpgaflow.errors import FpgaflowError, InputRefused
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import OPERATIONS, Node
from fpgaflow.ir.types import Parameter

FORMAT = 1
GRAPH_FILE = "graph.json"
PARAMETERS_FILE = "parameters.npz"

_Json = dict[str, object]
_INTEGERS = tuple(np.dtype(f"<i{size}") for size in (1, 2, 4, 8))
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(graph: Graph, folder: Path) -> None:
    """Write `graph.json` and `parameters.npz` into an existing folder."""
    (folder / GRAPH_FILE).write_text(json.dumps(_encode(graph), indent=1) + "\n", "utf-8")
    with zipfile.ZipFile(folder / PARAMETERS_FILE, "w", zipfile.ZIP_STORED) as archive:
        for name, parameter in graph.parameters.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, _stored(parameter), allow_pickle=False)
            # A fixed date: the same graph must give the same file.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH), buffer.getvalue())


def _stored(parameter: Parameter) -> np.ndarray:
    """Return integers in the narrowest type of the machine's that holds their format."""
    element = parameter.element
    if element is None:
        return np.asarray(parameter.values)
    bits = element.width + int(not element.signed)
    narrowest = next(dtype for dtype in _INTEGERS if 8 * dtype.itemsize >= bits)
    return np.asarray(parameter.values, narrowest)


def load(folder: Path) -> Graph:
    """Read a graph that `save` wrote.

    Raises:
        InputRefused: when a file is missing, of another format, or damaged.
    """
    path = folder / GRAPH_FILE
    try:
        data = cast("_Json", json.loads(path.read_text("utf-8")))
        return _decode(data, _read_arrays(folder / PARAMETERS_FILE))
    except FileNotFoundError as error:
        raise InputRefused(
            f"{folder}: there is no {Path(str(error.filename)).name}",
            accepted="a build folder that fpgaflow compile made",
        ) from error
    except FpgaflowError:
        raise
    except _DAMAGE as error:
        raise InputRefused(
            f"{path}: damaged or not a graph ({error})",
            accepted=f"graph format {FORMAT}",
            remedy="compile the model again",
        ) from error


_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)
"""What reading a file that `save` did not write can raise."""


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            # A packed member could grow to any size.
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{member.filename} is compressed")
        return {
            name.removesuffix(".npy"): _array(name, archive.read(name))
            for name in archive.namelist()
        }


def _array(name: str, data: bytes) -> np.ndarray:
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ValueError(f"{name} is of version {version}")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    if by_columns or dtype not in (*_INTEGERS, np.dtype("<f8")):
        raise ValueError(f"{name} holds {dtype}")
    # Not read_array: it would first take the memory that a false shape asks for.
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape)


def _encode(graph: Graph) -> _Json:
    return {
        "format": FORMAT,
        "name": graph.name,
        "outputs": list(graph.outputs),
        "parameters": {
            name: _plain(parameter.element) for name, parameter in graph.parameters.items()
        },
        "nodes": [
            {"operation": type(node).__name__}
            | {f.name: _plain(getattr(node, f.name)) for f in fields(node)}
            for node in graph.nodes
        ],
    }


def _plain(value: object) -> object:
    if isinstance(value, FixedType):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(part) for part in cast("tuple[object, ...]", value)]
    return value


def _decode(data: _Json, values: dict[str, np.ndarray]) -> Graph:
    if data["format"] != FORMAT:
        raise ValueError(f"format {data['format']}")
    elements = cast("dict[str, _Json | None]", data["parameters"])
    parameters = {
        name: Parameter(values=values[name], element=_fixed(element))
        for name, element in elements.items()
    }
    nodes = tuple(_node(cast("_Json", entry)) for entry in cast("list[object]", data["nodes"]))
    outputs = tuple(str(name) for name in cast("list[object]", data["outputs"]))
    return Graph(name=str(data["name"]), nodes=nodes, parameters=parameters, outputs=outputs)


_CLASSES = {operation.__name__: operation for operation in OPERATIONS}
_TUPLES = {"kernel": Size, "stride": Size, "padding": Padding}


def _node(entry: _Json) -> Node:
    kind = _CLASSES[str(entry["operation"])]
    known = {f.name: f for f in fields(kind)}
    extra = entry.keys() - known.keys() - {"operation"}
    missing = {f.name for f in known.values() if f.default is MISSING} - entry.keys()
    if extra or missing:
        raise ValueError(f"{kind.__name__} with {sorted(extra | missing)}")
    return kind(**{name: _value(name, entry[name]) for name in known if name in entry})  # pyright: ignore[reportArgumentType]


def _value(name: str, value: object) -> object:
    if isinstance(value, dict):
        return _fixed(cast("_Json", value))
    if isinstance(value, list):
        parts = cast("list[object]", value)
        return _TUPLES[name](*parts) if name in _TUPLES else tuple(parts)  # pyright: ignore[reportArgumentType]
    return value


def _fixed(data: _Json | None) -> FixedType | None:
    if data is None:
        return None
    return FixedType(
        width=int(cast("int", data["width"])),
        integer=int(cast("int", data["integer"])),
        signed=bool(data["signed"]),
        rounding=Rounding(data["rounding"]),
        overflow=Overflow(data["overflow"]),
    )
