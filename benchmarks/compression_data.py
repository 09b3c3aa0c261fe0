"""The data sets of the compression runs, as files that every `fpgaflow` command reads.

CIFAR-10-JPEG is all of CIFAR-10 as JPEG bytes, MNIST the standard idx files. Each test set is cut
in two: the first half chooses (thresholds, best epochs), the second is looked at once, at the end.
"""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fpgaflow.data import load_images

Images = tuple[NDArray[np.uint8], NDArray[np.int64]]


def write_data(source: Path, folder: Path) -> None:
    """Write the data sets that are not there yet.

    Args:
        source: holds cifar10-jpeg/{train,test}.npz and mnist/.
        folder: where the files go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "c10jpeg-held.npz").exists():
        train, test = (_decoded(source / "cifar10-jpeg" / f"{part}.npz") for part in _PARTS)
        _write(folder / "c10jpeg-train.npz", train)
        _write(folder / "c10jpeg-train20k.npz", _part(train, 0, 20_000))
        _write(folder / "c10jpeg-train10k.npz", _part(train, 0, 10_000))
        _write_halves(folder, "c10jpeg", test)
    if not (folder / "mnist-held.npz").exists():
        train, test = (_mnist(f"mnist:{source / 'mnist'}:{part}") for part in _PARTS)
        _write(folder / "mnist-train12k.npz", _part(train, 0, 12_000))
        _write_halves(folder, "mnist", test)


_PARTS = ("train", "test")


def _decoded(path: Path) -> Images:
    with np.load(path, allow_pickle=False) as held:
        data, ends, labels = held["jpeg"].tobytes(), held["offsets"], held["labels"]
    pictures = [
        np.asarray(Image.open(io.BytesIO(data[start:end])).convert("RGB"))
        for start, end in itertools.pairwise(ends)
    ]
    return np.stack(pictures), labels.astype(np.int64)


def _mnist(source: str) -> Images:
    held = load_images(source)
    assert held.labels is not None
    return held.images, held.labels


def _part(images: Images, start: int, end: int) -> Images:
    return images[0][start:end], images[1][start:end]


def _write_halves(folder: Path, name: str, test: Images) -> None:
    half = len(test[1]) // 2
    _write(folder / f"{name}-val.npz", _part(test, 0, half))
    _write(folder / f"{name}-test.npz", test)
    _write(folder / f"{name}-held.npz", _part(test, half, len(test[1])))


def _write(path: Path, images: Images) -> None:
    aside = path.with_name(f"{path.stem}-aside.npz")
    np.savez(aside, images=images[0], labels=images[1])
    aside.replace(path)
