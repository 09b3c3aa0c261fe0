"""MNIST, and whatever else comes in its idx files.

The format: http://yann.lecun.com/exdb/mnist/, "FILE FORMATS FOR THE MNIST DATABASE".
"""

from __future__ import annotations

import gzip
import io
import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.limits import check_image_bytes
from fpgaflow.data.source import Split
from fpgaflow.data.streams import DAMAGED, ByteStream, damaged, read_bytes
from fpgaflow.errors import InputRefused

_STEMS: dict[Split, str] = {"train": "train", "test": "t10k"}
_FOLDERS = (".", "MNIST/raw", "raw")
_IMAGES_MAGIC = 0x00000803
_LABELS_MAGIC = 0x00000801


def read_mnist(folder: Path, name: str, limit: int | None, split: Split) -> ImageSet:
    """Return the images and labels of `split` from the idx files in `folder`, gzipped or not."""
    images_path = _find(folder, name, f"{_STEMS[split]}-images", "idx3-ubyte")
    labels_path = _find(folder, name, f"{_STEMS[split]}-labels", "idx1-ubyte")
    images, total = _read_images(images_path, limit)
    labels = _read_labels(labels_path, total, len(images))
    return make_image_set(images, labels, class_names=tuple("0123456789"), name=name)


def _find(folder: Path, name: str, stem: str, kind: str) -> Path:
    names = [f"{stem}{dot}{kind}{gz}" for dot in "-." for gz in ("", ".gz")]
    for inner in _FOLDERS:
        for candidate in names:
            path = folder / inner / candidate
            if path.is_file():
                return path
    raise InputRefused(
        f"{name}: there is no {names[0]} in {folder}",
        accepted=f"{names[0]} or {names[1]}, in the folder itself or in MNIST/raw",
    )


def _read_images(path: Path, limit: int | None) -> tuple[npt.NDArray[np.uint8], int]:
    place = str(path)
    try:
        with closing(_open(path)) as stream:
            magic, total, height, width = struct.unpack(">IIII", _header(stream, 16, place))
            _check_magic(place, magic, _IMAGES_MAGIC)
            count = total if limit is None else min(limit, total)
            check_image_bytes(place, count, height, width, 1)
            pixels = read_bytes(stream, count * height * width, place)
            _check_end(stream, place, whole=count == total)
    except DAMAGED as error:
        raise damaged(place, error) from error
    return pixels.reshape(count, height, width), total


def _read_labels(path: Path, images: int, count: int) -> npt.NDArray[np.uint8]:
    place = str(path)
    try:
        with closing(_open(path)) as stream:
            magic, total = struct.unpack(">II", _header(stream, 8, place))
            _check_magic(place, magic, _LABELS_MAGIC)
            if total != images:
                raise InputRefused(
                    f"{place}: there are {total} labels for {images} images",
                    accepted="one label per image",
                )
            labels = read_bytes(stream, count, place)
            _check_end(stream, place, whole=count == total)
    except DAMAGED as error:
        raise damaged(place, error) from error
    return labels


def _open(path: Path) -> io.BufferedIOBase:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _header(stream: ByteStream, size: int, place: str) -> bytes:
    return read_bytes(stream, size, place).tobytes()


def _check_magic(place: str, found: int, expected: int) -> None:
    if found != expected:
        raise InputRefused(
            f"{place} begins with 0x{found:08x}",
            accepted=f"an idx file, which begins with 0x{expected:08x}",
        )


def _check_end(stream: ByteStream, place: str, *, whole: bool) -> None:
    if whole and stream.read(1):
        raise InputRefused(
            f"{place} is longer than its header says", remedy="download or write it again"
        )
