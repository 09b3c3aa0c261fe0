"""What a training run needs to go on after it was killed, in one file that holds no code.

The file is safetensors: weights, the best weights, momentum; its header holds everything else as
JSON. It is written aside and renamed, so it is always whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from fpgaflow.compress.training_history import EpochRow, History
from fpgaflow.errors import InputRefused, ToolFailed

LAST = "last.safetensors"
"""Everything needed to go on, after the last finished epoch."""
BEST = "best.safetensors"
"""The weights of the best epoch alone, as any model file."""
HISTORY = "history.json"

Json = bool | int | float | str | None
Tensors = Mapping[str, Tensor]

_KEY = "training"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR, errno.EEXIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A training run between two epochs.

    Attributes:
        identity: what was being trained, on what and how, by name; see `differences`.
        history: the epochs so far.
        weights: the network's state_dict after the last epoch.
        best: that after the best epoch.
        momentum: the optimizer's buffers by parameter name.
        scaler: the loss scaler's state; empty where the loss is not scaled.
    """

    identity: Mapping[str, Json]
    history: History
    weights: Tensors
    best: Tensors
    momentum: Tensors
    scaler: Mapping[str, float]


def pack(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint's file."""
    groups = (("w", checkpoint.weights), ("b", checkpoint.best), ("m", checkpoint.momentum))
    tensors = {f"{key}:{name}": value for key, group in groups for name, value in group.items()}
    held = {
        "schema": 1,
        "identity": dict(checkpoint.identity),
        "scaler": dict(checkpoint.scaler),
        "rows": [asdict(row) for row in checkpoint.history.rows],
    }
    return save_tensors(tensors, {_KEY: json.dumps(held)})


def unpack(data: bytes, place: Path) -> Checkpoint:
    """Read a checkpoint's file.

    Raises:
        InputRefused: it is damaged.
    """
    try:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        held = json.loads(header["__metadata__"][_KEY])
        tensors = safetensors.torch.load(data)
        history = History()
        for row in held["rows"]:
            history = history.with_row(EpochRow(**row))
        return Checkpoint(
            identity=cast("dict[str, Json]", held["identity"]),
            history=history,
            weights=_group(tensors, "w"),
            best=_group(tensors, "b"),
            momentum=_group(tensors, "m"),
            scaler=cast("dict[str, float]", held["scaler"]),
        )
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise InputRefused(
            f"{place} is damaged and no training can go on from it",
            remedy=f"start over with --no-resume; the best weights may be in {place.parent / BEST}",
        ) from error


def _group(tensors: Tensors, key: str) -> dict[str, Tensor]:
    start = f"{key}:"
    return {name[2:]: value for name, value in tensors.items() if name.startswith(start)}


def save_tensors(tensors: Tensors, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return a safetensors file; the same tensors give the same bytes.

    Args:
        tensors: by name.
        metadata: at most one entry, as the format's writer keeps no order among several.
    """
    assert metadata is None or len(metadata) <= 1, "the order of several would not be kept"
    return safetensors.torch.save(copied(tensors), None if metadata is None else dict(metadata))


def copied(tensors: Tensors) -> dict[str, Tensor]:
    """Return copies on the CPU, each contiguous and sharing memory with no other."""
    return {
        name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()
    }


def tensors_digest(tensors: Tensors) -> str:
    """Return the SHA-256 of names, types, shapes and numbers."""
    digest = hashlib.sha256()
    for name, value in sorted(tensors.items()):
        digest.update(f"{name} {value.dtype} {list(value.shape)}\n".encode())
        numbers = value.detach().cpu().contiguous().reshape(-1)
        digest.update(numbers.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def differences(began: Mapping[str, Json], now: Mapping[str, Json]) -> list[str]:
    """Say in which ways a run that began as `began` is another one than `now`.

    Digests (64 hexadecimal digits) are not shown: only that they differ.
    """
    found: list[str] = []
    for name in sorted({*began, *now}):
        before, after = began.get(name), now.get(name)
        if before == after:
            continue
        if any(isinstance(value, str) and len(value) == 64 for value in (before, after)):
            found.append(f"another {name}")
        else:
            found.append(f"{name} was {before} and is {after}")
    return found


def write_aside(path: Path, data: bytes, *, kept: str = "") -> None:
    """Write a file under another name and rename it: it appears whole or not at all.

    Args:
        path: the file; its folder is made where it is missing.
        data: its bytes.
        kept: what was finished before and is still there, for the message.

    Raises:
        ToolFailed: the disk is full.
        InputRefused: the file cannot be written there.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        _drop(aside)
        raise _not_written(path, error, kept) from error
    except BaseException:
        _drop(aside)
        raise


def _drop(aside: Path) -> None:
    with suppress(OSError):
        aside.unlink(missing_ok=True)


def _not_written(path: Path, error: OSError, kept: str) -> Exception:
    reason = f"{path} cannot be written: {error.strerror or error}"
    reason += f"; {kept}" if kept else ""
    if error.errno in _FULL:
        return ToolFailed(reason, remedy="free some space, then give the same command again")
    if error.errno in _REFUSED:
        return InputRefused(reason, remedy="name another place")
    return error


def remove_stray(folder: Path) -> None:
    """Remove what a killed process has left half-written."""
    for name in (LAST, BEST, HISTORY):
        for stray in folder.glob(f".{name}.*"):
            stray.unlink(missing_ok=True)
