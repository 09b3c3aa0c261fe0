"""Builds small data files for the tests of the readers."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpgaflow.data import ImageSet, load_images
from fpgaflow.errors import InputRefused


def pixels(*shape: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def refusal(spec: str | Path, **options: object) -> str:
    """The message with which loading `spec` is refused."""
    try:
        load_images(str(spec), **options)  # type: ignore[arg-type]
    except InputRefused as error:
        return str(error)
    raise AssertionError(f"{spec} was accepted")


def same(a: ImageSet, b: ImageSet) -> bool:
    return np.array_equal(a.images, b.images) and np.array_equal(a.labels, b.labels)


# --- MNIST ---


def idx_images(images: npt.NDArray[np.uint8]) -> bytes:
    return struct.pack(">IIII", 0x803, *images.shape) + images.tobytes()


def idx_labels(labels: npt.NDArray[np.uint8]) -> bytes:
    return struct.pack(">II", 0x801, len(labels)) + labels.tobytes()


def write_mnist(folder: Path, count: int, *, packed: bool = True, stem: str = "train") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    labels = (np.arange(count) % 10).astype(np.uint8)
    for name, data in (
        (f"{stem}-images-idx3-ubyte", idx_images(pixels(count, 28, 28))),
        (f"{stem}-labels-idx1-ubyte", idx_labels(labels)),
    ):
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (folder / name).write_bytes(data)
    return folder


# --- CIFAR-10 ---


def cifar_batch(count: int, seed: int) -> tuple[npt.NDArray[np.uint8], list[int]]:
    """Rows as in the published files, channels first, and labels."""
    labels = np.random.default_rng(seed + 100).integers(0, 10, count).tolist()
    return pixels(count, 3072, seed=seed), labels


def binary_batch(rows: npt.NDArray[np.uint8], labels: list[int]) -> bytes:
    return np.hstack([np.array(labels, np.uint8)[:, None], rows]).tobytes()


def python3_batch(rows: npt.NDArray[np.uint8], labels: list[int], protocol: int = 2) -> bytes:
    return pickle.dumps({b"labels": labels, b"data": rows}, protocol=protocol)


def python2_batch(rows: npt.NDArray[np.uint8], labels: list[int]) -> bytes:
    """What Python 2 wrote at protocol 2: the layout of the published files."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    raw = rows.tobytes()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\x00\x85"
        + (text(b"b") + b"\x87Rq\x06(K\x01(")
        + (struct.pack("<cI", b"J", rows.shape[0]) + struct.pack("<cI", b"J", rows.shape[1]) + b"t")
        + (b"cnumpy\ndtype\nq\x07" + text(b"u1") + b"K\x00K\x01\x87Rq\x08(K\x03" + text(b"|"))
        + (b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89")
        + (b"T" + struct.pack("<I", len(raw)) + raw + b"tb")
    )
    numbers = b"]q\x01(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    names = b"]q\x02(" + text(b"a.png") + text(b"b.png") + b"e"
    items = text(b"data") + array + text(b"labels") + numbers + text(b"filenames") + names
    return b"\x80\x02}q\x00(" + items + b"u."


def cifar_files(write: object, suffix: str, count: int = 3) -> dict[str, bytes]:
    names = [f"data_batch_{i}{suffix}" for i in range(1, 6)] + [f"test_batch{suffix}"]
    return {name: write(*cifar_batch(count, seed)) for seed, name in enumerate(names)}  # type: ignore[operator]


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def write_tar(path: Path, files: dict[str, bytes], folder: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in reversed(files.items()):
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path
