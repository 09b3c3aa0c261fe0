"""Bytes that a task needs, and graphs as bytes.

On one machine the bytes lie in a file and travel by its path; the reader holds them against their
digest. To a cluster they travel themselves, as its machines need share no disk.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpgaflow.api.images import CompileImages, Labels, Pixels
from fpgaflow.errors import InputRefused
from fpgaflow.ir import serialize
from fpgaflow.ir.graph import Graph

_FILES = (serialize.GRAPH_FILE, serialize.PARAMETERS_FILE)
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Bytes, or the file that holds them.

    Attributes:
        sha256: of the bytes, hexadecimal.
        path: the file; None where the bytes are here.
        data: the bytes; None where they are in the file.
    """

    sha256: str
    path: Path | None = None
    data: bytes | None = None

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            InputRefused: the file is gone or was changed.
        """
        if self.data is not None:
            return self.data
        assert self.path is not None, "a blob has a file or bytes"
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise InputRefused(f"{self.path} cannot be read: {error.strerror}") from error
        if digest(data) != self.sha256:
            raise InputRefused(
                f"{self.path} was changed while it was in use",
                remedy="give the same command again: what is finished is kept",
            )
        return data

    def here(self) -> Blob:
        """Return the same with the bytes themselves."""
        return self if self.data is not None else Blob(sha256=self.sha256, data=self.read())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Images:
    """The images of a task: to calibrate with, and to measure on, with labels where known."""

    calibration: Pixels
    evaluation: Pixels
    labels: Labels | None


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def pack_graph(graph: Graph) -> bytes:
    """Return a graph's files as one; the same graph gives the same bytes."""
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(target, "w") as archive:
        serialize.save(graph, Path(name))
        for file in _FILES:
            # A fixed date: the same graph must give the same bytes.
            entry = zipfile.ZipInfo(file, date_time=_EPOCH)
            archive.writestr(entry, Path(name, file).read_bytes())
    return target.getvalue()


def unpack_graph(data: bytes) -> Graph:
    """Return the graph that `pack_graph` packed."""
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(io.BytesIO(data)) as archive:
        for file in _FILES:
            Path(name, file).write_bytes(archive.read(file))
        return serialize.load(Path(name))


def pack_images(images: CompileImages) -> bytes:
    """Return the images of a compilation; the same images give the same bytes."""
    assert images.evaluation is not None, "there is something to measure on"
    arrays: dict[str, np.ndarray] = {
        "calibration": images.calibration,
        "evaluation": images.evaluation,
    }
    if images.labels is not None:
        arrays["labels"] = images.labels
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH), buffer.getvalue())
    return target.getvalue()


def unpack_images(data: bytes) -> Images:
    """Return the images that `pack_images` packed."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Images(
            calibration=arrays["calibration"],
            evaluation=arrays["evaluation"],
            labels=arrays.get("labels"),
        )
