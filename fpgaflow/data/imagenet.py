"""Photographs kept as ImageNet's are: DIR/train/CLASS/FILE and DIR/val/CLASS/FILE, of any size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fpgaflow.data.image_folder import decode_picture, list_classes
from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.limits import MAX_IMAGE_BYTES
from fpgaflow.data.source import Split
from fpgaflow.errors import InputRefused

if TYPE_CHECKING:
    from PIL import Image

_PARTS: dict[Split, tuple[str, ...]] = {"train": ("train",), "test": ("val", "validation", "test")}
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_ACCEPTED = "DIR/train/CLASS/FILE and DIR/val/CLASS/FILE: PNG, JPEG, BMP, PPM or WebP"


def read_imagenet(folder: Path, name: str, limit: int | None, split: Split, size: int) -> ImageSet:
    """Return one part of a data set that is kept as ImageNet is, as RGB of one size.

    Of each picture the middle square is taken whose side is 7/8 of the shorter side, as 224 is of
    256, and resized (bilinear, antialiased). Classes count from 0 in the order of the
    training part's folder names; pictures come one of each class in turn, so that the first `limit`
    are balanced. Orientation tags (EXIF) are not applied.

    Args:
        folder: holds the folder train, and val, validation or test.
        name: what messages call the set.
        limit: take the first `limit` pictures at most; None takes all.
        split: train, or test for the other part.
        size: height and width of the result, in pixels.

    Raises:
        InputRefused: the part is missing, a class has no counterpart in the training part, a
            picture is damaged, or there are too many.
        ToolMissing: Pillow is not installed.
    """
    part = _part(folder, name, split)
    files, labels, own = list_classes(part, f"{name}: {part}")
    classes = own
    if split == "test" and (folder / "train").is_dir():
        classes = list_classes(folder / "train", f"{name}: {folder / 'train'}")[2]
    files, labels = files[:limit], labels[:limit]
    for label in sorted(set(labels)):
        if own[label] not in classes:
            raise InputRefused(
                f"{name}: {part / own[label]} is a class that {folder / 'train'} lacks",
                accepted="the same class folders in both parts",
            )
    _check_bytes(name, len(files), size)
    images = np.empty((len(files), size, size, 3), np.uint8)
    for index, path in enumerate(files):
        images[index] = decode_picture(path, lambda image, path=path: _fit(image, size, path))
    numbers = np.array([classes.index(own[label]) for label in labels])
    return make_image_set(images, numbers, class_names=classes, name=name)


def _part(folder: Path, name: str, split: Split) -> Path:
    for inner in _PARTS[split]:
        if (folder / inner).is_dir():
            return folder / inner
    raise InputRefused(
        f"{name}: there is no folder {folder / _PARTS[split][0]}", accepted=_ACCEPTED
    )


def _check_bytes(name: str, count: int, size: int) -> None:
    found = count * size * size * 3
    if found > MAX_IMAGE_BYTES:
        raise InputRefused(
            f"{name}: {count} pictures of {size}x{size}x3 take {found} bytes",
            accepted=f"at most {MAX_IMAGE_BYTES} bytes of pixels",
            remedy="use fewer classes or pictures, or smaller ones: imagenet-64:DIR",
        )


def _fit(image: Image.Image, size: int, path: Path) -> Image.Image:
    from PIL import Image

    if image.mode not in _MODES:
        raise InputRefused(
            f"{path} has the mode {image.mode}",
            accepted="8 bits a channel",
            remedy="convert it to RGB",
        )
    width, height = image.size
    side = min(width, height) * 7 / 8
    box = ((width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2)
    return image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR, box)
