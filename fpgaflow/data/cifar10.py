"""CIFAR-10 as its authors publish it, the binary or the Python version, packed or not.

The formats: https://www.cs.toronto.edu/~kriz/cifar.html, "Dataset layout" and "Binary version".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpgaflow.data.archive import read_members
from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.limits import MAX_BATCH_BYTES
from fpgaflow.data.pickle_data import PickledArray, read_pickle
from fpgaflow.data.source import Split
from fpgaflow.errors import InputRefused

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
_PIXELS = 3 * 32 * 32
_RECORD = 1 + _PIXELS

_Arrays = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How one of the two versions names its files."""

    folder: str
    archive: str
    suffix: str

    def files(self, split: Split) -> list[str]:
        if split == "test":
            return [f"test_batch{self.suffix}"]
        return [f"data_batch_{number}{self.suffix}" for number in range(1, 6)]


_BINARY = _Layout(folder="cifar-10-batches-bin", archive="cifar-10-binary.tar.gz", suffix=".bin")
_PYTHON = _Layout(folder="cifar-10-batches-py", archive="cifar-10-python.tar.gz", suffix="")


def read_cifar10(path: Path, name: str, limit: int | None, split: Split) -> ImageSet:
    """Return the images [n, 32, 32, 3] and labels of `split`.

    `path` is one of the two archives, or a folder that holds the batch files, the folder they are
    packed in, or an archive, looked for in this order, the binary version first.
    """
    images: list[npt.NDArray[np.uint8]] = []
    labels: list[npt.NDArray[np.uint8]] = []
    found = 0
    for place, data in _batches(path, name, split):
        rows, row_labels = _parse(data, place)
        wanted = len(rows) if limit is None else min(len(rows), limit - found)
        # Copies, so that the batch itself can be let go.
        images.append(rows[:wanted].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy())
        labels.append(row_labels[:wanted].copy())
        found += wanted
        if found == limit:
            break
    return make_image_set(
        np.concatenate(images), np.concatenate(labels), class_names=CIFAR10_CLASSES, name=name
    )


def _batches(path: Path, name: str, split: Split) -> Iterator[tuple[str, bytes]]:
    """Yield the place and the content of each batch file of `split`, in order."""
    for layout in (_BINARY, _PYTHON):
        files = layout.files(split)
        for folder in (path, path / layout.folder):
            if (folder / files[0]).is_file():
                yield from ((str(folder / file), _read_file(folder / file)) for file in files)
                return
    for layout in (_BINARY, _PYTHON):
        archive = path if path.name == layout.archive else path / layout.archive
        if archive.is_file():
            members = [f"{layout.folder}/{file}" for file in layout.files(split)]
            contents = read_members(archive, members, MAX_BATCH_BYTES)
            yield from ((f"{archive}/{member}", contents.pop(member)) for member in members)
            return
    raise InputRefused(
        f"{name}: there is no CIFAR-10 {split} batch in {path}",
        accepted=f"{_BINARY.archive} or {_PYTHON.archive}, or a folder with one of these "
        f"or with its files ({_BINARY.files(split)[0]} or {_PYTHON.files(split)[0]})",
    )


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BATCH_BYTES:
            raise InputRefused(
                f"{path} has {size} bytes", accepted=f"at most {MAX_BATCH_BYTES} bytes"
            )
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}", accepted="all batch files of CIFAR-10"
        ) from error


def _parse(data: bytes, place: str) -> _Arrays:
    """Return the rows uint8 [n, 3072], channels first, and the labels [n] of one batch file."""
    rows, labels = (
        _parse_binary(data, place) if place.endswith(".bin") else _parse_python(data, place)
    )
    if len(rows) == 0:
        raise InputRefused(f"{place} holds no images", remedy="download it again")
    wrong = np.flatnonzero(labels > 9)
    if wrong.size:
        raise InputRefused(
            f"{place}: the label of image {wrong[0]} is {labels[wrong[0]]}", accepted="0 to 9"
        )
    return rows, labels


def _parse_binary(data: bytes, place: str) -> _Arrays:
    if len(data) % _RECORD:
        raise InputRefused(
            f"{place} has {len(data)} bytes, no whole number of records of {_RECORD}",
            remedy="download it again",
        )
    records = np.frombuffer(data, np.uint8).reshape(-1, _RECORD)
    return records[:, 1:], records[:, 0]


def _parse_python(data: bytes, place: str) -> _Arrays:
    batch = read_pickle(data, place)
    accepted = "a dictionary with data (uint8 [n, 3072]) and labels (n whole numbers)"
    if not isinstance(batch, dict):
        raise InputRefused(f"{place} holds no dictionary", accepted=accepted)
    # Python 2 wrote the keys, so they may come as bytes.
    pixels = batch.get(b"data", batch.get("data"))
    labels = batch.get(b"labels", batch.get("labels"))
    if not isinstance(pixels, PickledArray) or not isinstance(labels, list):
        raise InputRefused(f"{place} lacks data or labels", accepted=accepted)
    rows = pixels.as_uint8(place)
    if rows.ndim != 2 or rows.shape[1] != _PIXELS or len(rows) != len(labels):
        raise InputRefused(
            f"{place}: data has the shape {list(rows.shape)}, and there are {len(labels)} labels",
            accepted=accepted,
        )
    if not all(isinstance(label, int) and 0 <= label <= 255 for label in labels):
        raise InputRefused(f"{place}: a label is no whole number from 0 to 9", accepted=accepted)
    return rows, np.array(labels, np.uint8)
