"""torch.export archives: vetted, rewritten without their pickles, then read.

See docs/adr/0004-loading-pt2.md for what torch's own reader would run, and why this does not.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import cast

import torch
from torch._export.serde.serialize import SerializeError
from torch._export.verifier import SpecViolationError
from torch.export import ExportedProgram

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint_guard import MAX_JSON_BYTES, refusal, refusing_damage
from fpgaflow.frontend.checkpoint_pt2_model import Unvetted, vet_model, vet_tensor_table
from fpgaflow.frontend.checkpoint_weights import check_finite
from fpgaflow.frontend.checkpoint_zip import read_records, write_records
from fpgaflow.frontend.sniff import FileKind

_WHAT = FileKind.PT2.value
_MODEL = "models/model.json"
_WEIGHTS = "data/weights/"
_CONSTANTS = "data/constants/"
_TABLES = {
    _WEIGHTS: f"{_WEIGHTS}model_weights_config.json",
    _CONSTANTS: f"{_CONSTANTS}model_constants_config.json",
}
# Left out of what torch reads: example inputs (a pickle), free text and marks of the writer.
_IGNORED = re.compile(r"data/sample_inputs/model\.pt|extra/.*|\.[a-z_]+|\.data/[a-z_]+")
_KEPT = re.compile(
    r"archive_format|archive_version|byteorder|models/model\.json|"
    r"data/weights/(weight_[0-9]+|model_weights_config\.json)|"
    r"data/constants/(tensor_[0-9]+|model_constants_config\.json)"
)
_RE_EXPORT = "export it again with torch.export.save of PyTorch 2.8 or later, or export to ONNX"
# What torch's reader raises beyond the usual; SyntaxError where a name is one of Python's keywords.
_TORCH_ERRORS = (SerializeError, SpecViolationError, SyntaxError)
# torch's numbers for element types, with their bytes: uint8, int8, int16, int32, int64, float16,
# float32, float64, bool, bfloat16.
_ITEM_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 2, 7: 4, 8: 8, 12: 1, 13: 2}


def load_pt2(data: bytes, source: str) -> ExportedProgram:
    """Read an exported program without unpickling, evaluating or importing anything it names.

    Raises:
        InputRefused: the archive holds compiled code, a pickled weight or constant, a script
            object, more than one model, or a graph of other operators than aten's; or it is
            damaged; or a weight is NaN or infinite.
    """
    records = read_records(data, source, _WHAT)
    _check_names(records, source)
    if records["byteorder"] != b"little" or records["archive_version"].strip() != b"0":
        raise refusal(source, f"{_WHAT} of another version or byte order", _RE_EXPORT)
    vetted = _vet(records, source)
    with refusing_damage(source, _WHAT, _TORCH_ERRORS), _quiet():
        program = torch.export.load(write_records(vetted))
    for name, tensor in program.state_dict.items():
        if tensor.is_floating_point():
            check_finite(name, tensor.detach(), source)
    return program


def _vet(records: Mapping[str, bytes], source: str) -> dict[str, bytes]:
    vetted = {
        "archive_format": b"pt2",
        "archive_version": b"0",
        "byteorder": b"little",
        ".data/version": b"6\n",
        "version": b"6\n",
        # In place of the example inputs, which are a pickle.
        "data/sample_inputs/model.pt": b"",
    }
    try:
        with refusing_damage(source, _WHAT):
            for folder in _TABLES:
                vetted |= _vet_tensors(records, folder)
            vetted[_MODEL] = vet_model(records[_MODEL])
    except InputRefused as error:
        if isinstance(error.__cause__, Unvetted):
            raise refusal(source, f"{_WHAT}, but {error.__cause__}", _RE_EXPORT) from error
        raise
    return vetted


def _check_names(records: Mapping[str, bytes], source: str) -> None:
    for name in records:
        if not (_IGNORED.fullmatch(name) or _KEPT.fullmatch(name)):
            raise refusal(
                source,
                f"{_WHAT} with a record {name!r}, which may hold a pickle, a script object or "
                "compiled code",
                _RE_EXPORT,
            )
    needed = (_MODEL, "archive_version", "byteorder", *_TABLES.values())
    missing = [name for name in needed if name not in records]
    if missing:
        raise refusal(source, f"{_WHAT} without its record {missing[0]!r}", _RE_EXPORT)
    for name in (_MODEL, *_TABLES.values()):
        if len(records[name]) > MAX_JSON_BYTES:
            raise refusal(
                source,
                f"{_WHAT} with {len(records[name])} bytes of {name}; the limit is {MAX_JSON_BYTES}",
                _RE_EXPORT,
            )


def _vet_tensors(records: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    table, entries = vet_tensor_table(records[_TABLES[folder]])
    vetted = {_TABLES[folder]: table}
    for entry in entries:
        name = folder + str(entry["path_name"])
        _check_extent(cast("dict[str, object]", entry["tensor_meta"]), name, len(records[name]))
        vetted[name] = records[name]
    return vetted


def _check_extent(meta: Mapping[str, object], name: str, held: int) -> None:
    """Raise Unvetted unless the tensor lies inside its record."""
    item_bytes = _ITEM_BYTES.get(cast("int", meta["dtype"]))
    if item_bytes is None:
        raise Unvetted(f"{name} is of element type {meta['dtype']}, neither integer nor float")
    sizes = _integers(meta["sizes"])
    strides = _integers(meta["strides"])
    (offset,) = _integers([meta["storage_offset"]])
    numel = math.prod(sizes)
    last = offset + sum((n - 1) * s for n, s in zip(sizes, strides, strict=True))
    if numel and (max(numel, last + 1) * item_bytes > held):
        raise Unvetted(f"{name} holds {held} bytes, fewer than its shape {sizes} needs")


def _integers(value: object) -> list[int]:
    numbers = [item["as_int"] for item in cast("list[dict[str, object]]", value)]
    naturals = [n for n in numbers if type(n) is int and 0 <= n < 1 << 40]
    if len(naturals) != len(numbers):
        raise Unvetted("a weight's shape is not made of natural numbers")
    return naturals


@contextmanager
def _quiet() -> Generator[None]:
    """Keep torch from logging a traceback beside the refusal that the user gets."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
