"""MNIST's idx files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.data import check_images, check_labels, load_images
from tests.data.helpers import idx_images, idx_labels, pixels, refusal, write_mnist


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("inner", ["", "MNIST/raw"])
def test_reads_both_splits(tmp_path: Path, inner: str, packed: bool) -> None:
    write_mnist(tmp_path / inner, 12, packed=packed)
    write_mnist(tmp_path / inner, 5, packed=packed, stem="t10k")
    train = load_images(f"mnist:{tmp_path}")
    assert np.array_equal(train.images[..., 0], pixels(12, 28, 28))
    assert np.array_equal(train.labels, np.arange(12) % 10)
    assert train.class_names == tuple("0123456789")
    assert len(load_images(f"mnist:{tmp_path}:test")) == 5
    assert len(load_images(f"mnist:{tmp_path}", split="test")) == 5
    assert len(load_images(f"mnist:{tmp_path}:train", split="test", limit=7)) == 7


def test_dotted_names(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3, packed=False)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.name.replace("-idx", ".idx"))
    assert len(load_images(f"mnist:{tmp_path}")) == 3


def test_missing(tmp_path: Path) -> None:
    spec = f"mnist:{tmp_path}"
    assert refusal(spec) == (
        f"{spec}: there is no train-images-idx3-ubyte in {tmp_path}\n"
        "  accepted: train-images-idx3-ubyte or train-images-idx3-ubyte.gz, "
        "in the folder itself or in MNIST/raw"
    )


def test_truncated_pixels(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx_images(pixels(3, 28, 28))[:-100]))
    assert refusal(f"mnist:{tmp_path}") == (
        f"{path} is truncated: it ends 100 bytes early\n  what to do: download or write it again"
    )


def test_truncated_gzip(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3)
    path = tmp_path / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:20])
    assert f"{path} is damaged or of another format: " in refusal(f"mnist:{tmp_path}")


def test_no_gzip(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(b"hello")
    assert refusal(f"mnist:{tmp_path}") == (
        f"{path} is damaged or of another format: Not a gzipped file (b'he')\n"
        "  what to do: download or write it again"
    )


def test_wrong_magic(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3, packed=False)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(b"\0\0\x0d\x03" + path.read_bytes()[4:])
    assert refusal(f"mnist:{tmp_path}") == (
        f"{path} begins with 0x00000d03\n  accepted: an idx file, which begins with 0x00000803"
    )


def test_label_count(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3, packed=False)
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(idx_labels(np.zeros(4, np.uint8)))
    assert refusal(f"mnist:{tmp_path}") == (
        f"{path}: there are 4 labels for 3 images\n  accepted: one label per image"
    )


def test_too_long(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3, packed=False)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes() + b"x")
    assert refusal(f"mnist:{tmp_path}") == (
        f"{path} is longer than its header says\n  what to do: download or write it again"
    )


def test_a_header_that_claims_too_much(tmp_path: Path) -> None:
    write_mnist(tmp_path, 3, packed=False)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(b"\0\0\x08\x03" + b"\xff" * 12)
    assert "accepted: at most 1073741824 bytes of pixels" in refusal(f"mnist:{tmp_path}")


@pytest.mark.data
def test_the_real_files(data_dir: Path) -> None:
    train = load_images(f"mnist:{data_dir / 'mnist'}")
    test = load_images(f"mnist:{data_dir / 'mnist'}:test")
    for images, count in ((train, 60000), (test, 10000)):
        assert len(images) == count
        check_images(images, 28, 28, 1)
        check_labels(images, 10)
    assert test.labels is not None
    assert test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
