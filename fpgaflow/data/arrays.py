"""Images and clips in NumPy's own files; nothing is unpickled."""

from __future__ import annotations

import math
import tokenize
import warnings
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpgaflow.data.image_set import ImageSet, check_image_array, check_label_array, make_image_set
from fpgaflow.data.limits import check_image_bytes
from fpgaflow.data.streams import DAMAGED, ByteStream, damaged, read_bytes
from fpgaflow.errors import InputRefused

_NPZ_CONTENT = "the arrays images (uint8) and, where known, labels (integers)"
_BAD_HEADER = (ValueError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError, TypeError)


def read_npz(path: Path, name: str, limit: int | None) -> ImageSet:
    """Return `images` and, where there are any, `labels` of the .npz file `path`."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: info.file_size for info in archive.infolist()}
            if "images.npy" not in members:
                raise InputRefused(
                    f"{name}: there is no array images, only: "
                    f"{', '.join(key.removesuffix('.npy') for key in members) or 'nothing'}",
                    accepted=_NPZ_CONTENT,
                )
            with archive.open("images.npy") as stream:
                images, total = _read_images(
                    stream, members["images.npy"], f"{name}: images", limit
                )
            labels = None
            if "labels.npy" in members:
                with archive.open("labels.npy") as stream:
                    labels = _read_labels(
                        stream, members["labels.npy"], f"{name}: labels", total, len(images)
                    )
    except DAMAGED as error:
        raise damaged(name, error) from error
    return make_image_set(images, labels, name=name)


def read_npy(path: Path, name: str, limit: int | None) -> ImageSet:
    """Return the images of the .npy file `path`; there are no labels."""
    try:
        with path.open("rb") as stream:
            images, _ = _read_images(stream, path.stat().st_size, name, limit)
    except DAMAGED as error:
        raise damaged(name, error) from error
    return make_image_set(images, name=name)


def _read_images(
    stream: ByteStream, size: int, place: str, limit: int | None
) -> tuple[npt.NDArray[np.uint8], int]:
    """Return the first `limit` images and how many there are in all."""
    header = _Header(stream, place)
    check_image_array(place, header.dtype, header.shape)
    header.check_size(size)
    total = header.shape[0]
    count = total if limit is None else min(limit, total)
    one = header.shape[1:] if len(header.shape) > 3 else (*header.shape[1:], 1)
    *frames, height, width, channels = one
    pictures = header.rows_to_read(count) * math.prod(frames)
    check_image_bytes(place, pictures, height, width, channels)
    return header.read_rows(count).view(np.uint8), total


def _read_labels(
    stream: ByteStream, size: int, place: str, images: int, count: int
) -> npt.NDArray[np.generic]:
    header = _Header(stream, place)
    check_label_array(place, header.dtype, header.shape, images)
    header.check_size(size)
    return header.read_rows(count)


class _Header:
    """The header of an .npy stream, and the rows behind it."""

    def __init__(self, stream: ByteStream, place: str) -> None:
        self._stream = _Counting(stream)
        self._place = place
        self.shape, self._fortran, self.dtype = _parse_header(self._stream, place)
        if self.dtype.hasobject:
            raise InputRefused(
                f"{place}: the array holds Python objects, which are never unpickled",
                accepted="an array of numbers; images of different sizes have to be resized first",
            )

    def check_size(self, size: int) -> None:
        """Refuse a header that claims other data than the `size` bytes of the stream hold."""
        expected = self._stream.done + math.prod(self.shape) * self.dtype.itemsize
        if expected != size:
            raise InputRefused(
                f"{self._place}: the header claims {expected} bytes, the file has {size}",
                remedy="write the file again",
            )

    def rows_to_read(self, count: int) -> int:
        """How many rows pass through memory to get the first `count`."""
        return self.shape[0] if self._fortran else count

    def read_rows(self, count: int) -> npt.NDArray[np.generic]:
        """Return the first `count` rows."""
        shape = (self.rows_to_read(count), *self.shape[1:])
        raw = read_bytes(self._stream, math.prod(shape) * self.dtype.itemsize, self._place)
        return raw.view(self.dtype).reshape(shape, order="F" if self._fortran else "C")[:count]


class _Counting:
    """A stream that counts what was read of it."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.done = 0

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self.done += len(chunk)
        return chunk


def _parse_header(
    stream: _Counting, place: str
) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    try:
        with warnings.catch_warnings():
            # NumPy warns of headers in Python 2's spelling, which are as good as others.
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(stream)  # pyright: ignore[reportArgumentType]
            if version not in readers:
                raise ValueError(f"version {version}")
            shape, fortran, dtype = readers[version](stream)  # pyright: ignore[reportArgumentType]
    except _BAD_HEADER as error:
        raise InputRefused(
            f"{place}: the header is no NumPy header of version 1 or 2",
            remedy="write the file again with numpy.save or numpy.savez",
        ) from error
    if any(extent < 0 for extent in shape):
        raise InputRefused(f"{place}: the header claims the shape {list(shape)}")
    return shape, fortran, dtype
