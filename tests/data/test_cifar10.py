"""CIFAR-10, the binary and the Python version, packed or not."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.data import load_images
from fpgaflow.data.cifar10 import CIFAR10_CLASSES
from tests.data.helpers import (
    binary_batch,
    cifar_batch,
    cifar_files,
    python2_batch,
    python3_batch,
    refusal,
    same,
    write_files,
    write_tar,
)

VERSIONS = [
    pytest.param(binary_batch, ".bin", "bin", "binary", id="binary"),
    pytest.param(python2_batch, "", "py", "python", id="python2"),
    pytest.param(python3_batch, "", "py", "python", id="python3"),
]


@pytest.mark.parametrize(("write", "suffix", "short", "long"), VERSIONS)
def test_files_folder_and_archive_agree(
    tmp_path: Path, write: Callable[..., bytes], suffix: str, short: str, long: str
) -> None:
    files = cifar_files(write, suffix)
    inner = f"cifar-10-batches-{short}"
    places = [
        write_files(tmp_path / "files", files),
        write_files(tmp_path / "outer" / inner, files).parent,
        write_tar(tmp_path / "packed" / f"cifar-10-{long}.tar.gz", files, inner),
        tmp_path / "packed",
    ]
    rows, labels = zip(*(cifar_batch(3, seed) for seed in range(5)), strict=True)
    for place in places:
        train = load_images(f"cifar10:{place}")
        expected = np.concatenate(rows).reshape(15, 3, 32, 32).transpose(0, 2, 3, 1)
        assert np.array_equal(train.images, expected)
        assert np.array_equal(train.labels, np.concatenate(labels))
        assert train.class_names == CIFAR10_CLASSES
        test = load_images(f"cifar10:{place}:test")
        assert np.array_equal(test.labels, cifar_batch(3, 5)[1])
        assert same(load_images(f"cifar10:{place}", split="test"), test)
        few = load_images(f"cifar10:{place}", limit=4)
        assert np.array_equal(few.images, train.images[:4])
        assert np.array_equal(few.labels, np.concatenate(labels)[:4])


@pytest.mark.parametrize("protocol", [3, 4])
def test_newer_pickles(tmp_path: Path, protocol: int) -> None:
    rows, labels = cifar_batch(2, 0)
    write_files(tmp_path, {"test_batch": python3_batch(rows, labels, protocol)})
    assert np.array_equal(load_images(f"cifar10:{tmp_path}:test").labels, labels)


def test_missing(tmp_path: Path) -> None:
    assert refusal(f"cifar10:{tmp_path}:test") == (
        f"cifar10:{tmp_path}:test: there is no CIFAR-10 test batch in {tmp_path}\n"
        "  accepted: cifar-10-binary.tar.gz or cifar-10-python.tar.gz, or a folder with one of "
        "these or with its files (test_batch.bin or test_batch)"
    )


def test_one_missing_batch(tmp_path: Path) -> None:
    files = cifar_files(binary_batch, ".bin")
    del files["data_batch_3.bin"]
    write_files(tmp_path, files)
    assert refusal(f"cifar10:{tmp_path}") == (
        f"{tmp_path / 'data_batch_3.bin'} cannot be read: No such file or directory\n"
        "  accepted: all batch files of CIFAR-10"
    )
    assert len(load_images(f"cifar10:{tmp_path}", limit=6)) == 6


def test_truncated_binary(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_batch.bin": bytes(3073 * 2 - 1)})
    assert refusal(f"cifar10:{tmp_path}:test") == (
        f"{tmp_path / 'test_batch.bin'} has 6145 bytes, no whole number of records of 3073\n"
        "  what to do: download it again"
    )


def test_empty_binary(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_batch.bin": b""})
    assert refusal(f"cifar10:{tmp_path}:test") == (
        f"{tmp_path / 'test_batch.bin'} holds no images\n  what to do: download it again"
    )


def test_label_out_of_range(tmp_path: Path) -> None:
    rows, _ = cifar_batch(2, 0)
    write_files(tmp_path, {"test_batch.bin": binary_batch(rows, [1, 10])})
    assert refusal(f"cifar10:{tmp_path}:test") == (
        f"{tmp_path / 'test_batch.bin'}: the label of image 1 is 10\n  accepted: 0 to 9"
    )


def test_a_batch_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "test_batch.bin").open("wb") as stream:
        stream.truncate((64 << 20) + 1)
    assert refusal(f"cifar10:{tmp_path}:test") == (
        f"{tmp_path / 'test_batch.bin'} has 67108865 bytes\n  accepted: at most 67108864 bytes"
    )


def test_truncated_archive(tmp_path: Path) -> None:
    files = cifar_files(binary_batch, ".bin")
    path = write_tar(tmp_path / "cifar-10-binary.tar.gz", files, "cifar-10-batches-bin")
    path.write_bytes(path.read_bytes()[:30000])
    assert f"{path} is damaged or of another format: " in refusal(f"cifar10:{path}")


def test_an_archive_without_the_files(tmp_path: Path) -> None:
    files = cifar_files(binary_batch, ".bin")
    path = write_tar(tmp_path / "cifar-10-binary.tar.gz", files, "../cifar-10-batches-bin")
    assert refusal(f"cifar10:{path}:test") == (
        f"{path} holds no file cifar-10-batches-bin/test_batch.bin\n"
        "  accepted: an archive of CIFAR-10 as published"
    )


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert "holds no file cifar-10-batches-bin/test_batch.bin" in refusal(f"cifar10:{path}:test")


def test_archive_bomb(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo("cifar-10-batches-bin/test_batch.bin")
        info.size = 65 << 20
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    assert refusal(f"cifar10:{path}:test") == (
        f"{path} holds a file or header of 68157440 bytes\n  accepted: at most 67108864 bytes"
    )


def test_a_tar_header_that_claims_too_much(tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("other")
        info.size = 2 << 30
        archive.addfile(info)
    assert refusal(f"cifar10:{path}:test") == (
        f"{path} unpacks to more than 1073741824 bytes\n"
        "  accepted: an archive of CIFAR-10 as published"
    )
