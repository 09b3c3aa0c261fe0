"""A folder of pictures: flat, or with a subfolder per class."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.limits import MAX_IMAGE_PIXELS, check_image_bytes
from fpgaflow.errors import InputRefused, ToolMissing

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = ("PNG", "JPEG", "BMP", "PPM", "WEBP")
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".webp"})
_ACCEPTED = "a folder of PNG, JPEG, BMP, PPM or WebP files, or of one such folder per class"
# The mode that keeps every value: bilevel and grey stay one channel, a palette becomes its colours.
_TARGET_MODES = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB"}


def read_image_folder(folder: Path, name: str, limit: int | None) -> ImageSet:
    """Return the pictures in `folder`, all of one size and channel count.

    A flat folder gives its files by name, without labels. With a subfolder per class, classes count
    from 0 in the order of their names, and the pictures come one of each class in turn, so that the
    first `limit` are balanced. Orientation tags (EXIF) are not applied.
    """
    if not folder.is_dir():
        raise InputRefused(f"{name} is not a folder", accepted=_ACCEPTED)
    files, labels, classes = _list(folder, name)
    files, labels = files[:limit], labels[:limit]
    first = decode_picture(files[0])
    check_image_bytes(name, len(files), *first.shape)
    images = np.empty((len(files), *first.shape), np.uint8)
    for index, path in enumerate(files):
        picture = decode_picture(path)
        if picture.shape != first.shape:
            raise InputRefused(
                f"{path} is {_show(picture)} (height, width, channels), "
                f"{files[0]} is {_show(first)}",
                accepted="pictures of one size and channel count",
                remedy="resize or convert them to what the network takes",
            )
        images[index] = picture
    return make_image_set(
        images, np.array(labels) if classes else None, class_names=classes or None, name=name
    )


def _list(folder: Path, name: str) -> tuple[list[Path], list[int], tuple[str, ...]]:
    """Return the files, their labels and the class names; flat folders have neither of the last."""
    try:
        flat = list_pictures(folder)
        folders = sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._")
        by_class = [list_pictures(inner) for inner in folders]
    except OSError as error:
        raise InputRefused(f"{name} cannot be read: {error.strerror}") from error
    if flat and any(by_class):
        raise InputRefused(
            f"{name} holds pictures both in itself and in subfolders", accepted=_ACCEPTED
        )
    if flat:
        return flat, [], ()
    if not any(by_class):
        parts = {path.name for path in folders} >= {"train", "val"}
        raise InputRefused(
            f"{name} holds no pictures",
            accepted=_ACCEPTED,
            remedy=f"its parts are in train and val: imagenet:{folder}" if parts else "",
        )
    turns = [
        (path, label)
        for row in zip_longest(*by_class)
        for label, path in enumerate(row)
        if path is not None
    ]
    return (
        [path for path, _ in turns],
        [label for _, label in turns],
        tuple(p.name for p in folders),
    )


def list_classes(folder: Path, name: str) -> tuple[list[Path], list[int], tuple[str, ...]]:
    """Return the pictures in FOLDER/CLASS, their labels, and the class names.

    Classes count from 0 in the order of their names; the pictures come one of each class in turn.

    Raises:
        InputRefused: the folder cannot be read, or has no class with pictures.
    """
    files, labels, classes = _list(folder, name)
    if not classes:
        raise InputRefused(f"{name} has no folder for each class", accepted="FOLDER/CLASS/FILE")
    return files, labels, classes


def list_pictures(folder: Path) -> list[Path]:
    """Return the pictures directly in `folder`, by name; hidden files are passed over."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _SUFFIXES and path.name[0] != "." and path.is_file()
    )


def decode_picture(
    path: Path, fit: Callable[[Image.Image], Image.Image] | None = None
) -> npt.NDArray[np.uint8]:
    """Return a picture as uint8 [height, width, channels].

    Args:
        path: the file.
        fit: makes the picture that is wanted, grey or RGB; by default that is the picture itself.

    Raises:
        InputRefused: it is damaged, too large, or not of 8 bits a channel.
        ToolMissing: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ToolMissing(
            f"{path}: Pillow, which reads pictures, is not installed",
            remedy="pip install 'fpgaflow[compile]'",
        ) from error
    try:
        with warnings.catch_warnings():
            # A damaged tag, or a size that is checked below: neither is worth a line to the user.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                _check_size(path, image)
                pixels = np.asarray(_as_it_is(path, image) if fit is None else fit(image))
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
        Image.DecompressionBombError,
    ) as error:
        raise InputRefused(
            f"{path} cannot be decoded: {error or type(error).__name__}",
            accepted="a whole PNG, JPEG, BMP, PPM or WebP file",
        ) from error
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


def _check_size(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_IMAGE_PIXELS:
        raise InputRefused(
            f"{path} is {image.height}x{image.width} (height, width)",
            accepted=f"at most {MAX_IMAGE_PIXELS} pixels in a picture",
        )


def _as_it_is(path: Path, image: Image.Image) -> Image.Image:
    if image.mode not in _TARGET_MODES:
        raise InputRefused(
            f"{path} has the mode {image.mode}",
            accepted="8 bits a channel, grey or RGB, without an alpha channel",
            remedy="convert it",
        )
    return image.convert(_TARGET_MODES[image.mode])


def _show(picture: npt.NDArray[np.uint8]) -> str:
    return "x".join(str(extent) for extent in picture.shape)
