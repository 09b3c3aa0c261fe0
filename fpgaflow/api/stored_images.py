"""The few images that a build keeps, so that it can be simulated and tried out by itself."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.layout import IMAGES
from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.errors import InputRefused

STORED = 32
"""How many images a build keeps at most."""


def store_images(
    folder: Path,
    images: NDArray[np.uint8],
    labels: NDArray[np.int64] | None,
    class_names: tuple[str, ...] | None,
) -> None:
    """Write the first images, uint8 [n, *input shape], with labels and class names where known."""
    arrays: dict[str, Any] = {"images": images[:STORED]}
    if labels is not None:
        arrays["labels"] = labels[:STORED]
    if class_names is not None:
        arrays["class_names"] = np.array(class_names, np.str_)
    np.savez(folder / IMAGES, **arrays)


def stored_images(folder: Path) -> ImageSet:
    """Return what `store_images` wrote.

    Raises:
        InputRefused: the file is missing or damaged.
    """
    path = folder / IMAGES
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        images = arrays["images"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputRefused(
            f"{path}: damaged or missing ({error})", remedy="compile the model again"
        ) from error
    if images.ndim == 2:
        images = images[:, :, np.newaxis, np.newaxis]
    names = arrays.get("class_names")
    return make_image_set(
        images,
        arrays.get("labels"),
        class_names=None if names is None else tuple(str(name) for name in names),
        name=str(path),
    )
