"""Real data sets from the folder that FPGAFLOW_DATA names, in forms that fpgaflow reads."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image


def read_cifar10_png4000(
    data_dir: Path,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The first 4,000 CIFAR-10 train images, uint8 [4000, 32, 32, 3], and labels [4000]."""
    folder = data_dir / "cifar10-png4000"
    rows = [
        np.asarray(Image.open(folder / f"cifar10_batch_{i}.png").convert("RGB")) for i in range(4)
    ]
    images = np.concatenate([row.reshape(1000, 32, 32, 3) for row in rows])
    with np.load(folder / "recovered_labels.npz") as archive:
        return images, archive["labels"].astype(np.int64)


def write_cifar10_png4000(data_dir: Path, path: Path, part: slice) -> Path:
    """Write the images `part` of the 4,000, with labels, to the .npz file `path`."""
    images, labels = read_cifar10_png4000(data_dir)
    np.savez(path, images=images[part], labels=labels[part])
    return path


def read_cifar10_jpeg(
    data_dir: Path, split: str, part: slice
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Images of CIFAR-10-JPEG, uint8 [n, 32, 32, 3], and labels [n].

    Args:
        data_dir: the folder of real data sets.
        split: train or test.
        part: which images of it.
    """
    with np.load(data_dir / "cifar10-jpeg" / f"{split}.npz") as archive:
        data, offsets = archive["jpeg"].tobytes(), archive["offsets"]
        labels = archive["labels"][part].astype(np.int64)
    files = [data[offsets[i] : offsets[i + 1]] for i in range(len(offsets) - 1)[part]]
    images = [np.asarray(Image.open(io.BytesIO(file)).convert("RGB")) for file in files]
    return np.stack(images), labels


def write_cifar10_jpeg(data_dir: Path, path: Path, split: str, part: slice) -> Path:
    """Write images of CIFAR-10-JPEG, with labels, to the .npz file `path`."""
    images, labels = read_cifar10_jpeg(data_dir, split, part)
    np.savez(path, images=images, labels=labels)
    return path
