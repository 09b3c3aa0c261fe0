"""Files that torch.save wrote: the zip format, and the older one of pickles and raw data."""

from __future__ import annotations

import io
import struct

import torch

from fpgaflow.frontend.checkpoint_guard import (
    MAX_PICKLE_BYTES,
    MAX_RECORDS,
    SAVE_WEIGHTS,
    refusal,
    refusing_damage,
)
from fpgaflow.frontend.checkpoint_pickle import scan_state_dict
from fpgaflow.frontend.checkpoint_pickle_walk import Storage
from fpgaflow.frontend.checkpoint_zip import read_records, write_records
from fpgaflow.frontend.sniff import FileKind

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001


def load_torch_zip(data: bytes, source: str) -> object:
    """What a torch.save archive holds, once its pickle and its records were vetted.

    Raises:
        InputRefused: see scan_state_dict and read_records; also a tensor's record that is missing
            or of another length than its pickle declares.
    """
    what = FileKind.TORCH_ZIP.value
    records = read_records(data, source, what)
    pickled = records.get("data.pkl", b"")
    if len(pickled) > MAX_PICKLE_BYTES:
        raise refusal(
            source,
            f"{what} with a pickle of {len(pickled)} bytes; the limit is {MAX_PICKLE_BYTES}",
            SAVE_WEIGHTS,
        )
    scan = scan_state_dict(io.BytesIO(pickled), source, what)
    vetted = {
        "data.pkl": pickled,
        "version": records.get("version", b"3\n"),
        "byteorder": records.get("byteorder", b"little"),
    }
    if vetted["byteorder"] != b"little":
        raise refusal(source, f"{what} of big-endian numbers", "save it on a little-endian machine")
    for storage in scan.storages.values():
        name = f"data/{storage.key}"
        if len(records.get(name, b"")) != storage.nbytes:
            raise refusal(source, f"{what}, but {_wrong_length(name, records.get(name), storage)}")
        if storage.nbytes:
            vetted[name] = records[name]
    return _load(write_records(vetted), source, what)


def _wrong_length(name: str, record: bytes | None, storage: Storage) -> str:
    held = "is missing" if record is None else f"holds {len(record)} bytes"
    return f"its record {name} {held} where its pickle declares {storage.nbytes}"


def load_torch_legacy(data: bytes, source: str) -> object:
    """What a file of the older format holds, once its pickles and lengths were vetted.

    The format: pickles of a magic number, a protocol number, facts about the machine, the object,
    and the storages' keys; then for each key its element count (8 bytes) and its raw numbers.

    Raises:
        InputRefused: see scan_state_dict; also numbers that are cut off or too many.
    """
    what = FileKind.TORCH_LEGACY.value
    stream = io.BytesIO(data)
    magic = scan_state_dict(stream, source, what).value
    protocol = scan_state_dict(stream, source, what).value
    if magic != _MAGIC or protocol != _PROTOCOL:
        raise refusal(source, f"{what}, but its version is {protocol!r}", SAVE_WEIGHTS)
    machine = scan_state_dict(stream, source, what).value
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise refusal(source, f"{what} of big-endian numbers", "save it on a little-endian machine")
    scan = scan_state_dict(stream, source, what)
    keys = scan_state_dict(stream, source, what).value
    if stream.tell() > MAX_PICKLE_BYTES + sum(s.nbytes for s in scan.storages.values()):
        raise refusal(source, f"{what} with pickles over {MAX_PICKLE_BYTES} bytes", SAVE_WEIGHTS)
    _check_numbers(data, stream.tell(), scan.storages, keys, source)
    return _load(io.BytesIO(data), source, what)


def _check_numbers(
    data: bytes, position: int, storages: dict[str, Storage], keys: object, source: str
) -> None:
    what = FileKind.TORCH_LEGACY.value
    if not isinstance(keys, list) or len(keys) > MAX_RECORDS or sorted(storages) != _sorted(keys):
        raise refusal(source, f"{what}, but its list of storages does not match its tensors")
    declared = position + sum(8 + storage.nbytes for storage in storages.values())
    if declared != len(data):
        state = "truncated" if declared > len(data) else "longer than it declares"
        raise refusal(
            source, f"{what}, but it is {state}: {len(data)} bytes where {declared} are declared"
        )
    for key in keys:
        storage = storages[key]
        (numel,) = struct.unpack_from("<q", data, position)
        if numel != storage.numel:
            raise refusal(
                source,
                f"{what}, but storage {key!r} holds {numel} elements where its pickle declares "
                f"{storage.numel}",
            )
        position += 8 + storage.nbytes


def _sorted(keys: list[object]) -> list[str]:
    return sorted(key for key in keys if isinstance(key, str))


def _load(stream: io.BytesIO, source: str, what: str) -> object:
    with refusing_damage(source, what):
        return torch.load(stream, map_location="cpu", weights_only=True)
