"""Photographs of any size in a folder per part and class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fpgaflow.data import load_images, parse_data_source
from tests.data.helpers import pixels, refusal


def save(path: Path, height: int, width: int, colour: tuple[int, int, int] = (200, 30, 90)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((height, width, 3), colour, np.uint8)
    Image.fromarray(picture).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three training pictures and two others, each of another size."""
    save(tmp_path / "train" / "n01" / "a.JPEG", 40, 60)
    save(tmp_path / "train" / "n01" / "b.JPEG", 33, 17)
    save(tmp_path / "train" / "n02" / "c.png", 300, 260, (0, 255, 0))
    save(tmp_path / "val" / "n02" / "d.png", 9, 70, (0, 255, 0))
    save(tmp_path / "val" / "n02" / "e.jpg", 50, 50, (0, 255, 0))
    return tmp_path


def test_both_parts_are_of_one_size_and_number_their_classes_alike(folder: Path) -> None:
    train = load_images(f"imagenet-16:{folder}")
    assert train.images.shape == (3, 16, 16, 3)
    assert train.class_names == ("n01", "n02")
    assert train.labels is not None
    assert train.labels.tolist() == [0, 1, 0]
    other = load_images(f"imagenet-16:{folder}:test")
    assert other.labels is not None
    assert other.labels.tolist() == [1, 1]
    assert other.class_names == ("n01", "n02")
    assert np.abs(other.images.astype(int) - (0, 255, 0)).max() <= 2
    assert load_images(f"imagenet:{folder}", limit=1).images.shape == (1, 224, 224, 3)


def test_the_middle_square_is_taken(tmp_path: Path) -> None:
    """Of 16x24 the middle 14x14; at 14 nothing is resampled."""
    picture = pixels(16, 24, 3)
    (tmp_path / "train" / "a").mkdir(parents=True)
    Image.fromarray(picture).save(tmp_path / "train" / "a" / "0.png")
    found = load_images(f"imagenet-14:{tmp_path}:train").images[0]
    assert np.array_equal(found, picture[1:15, 5:19])


def test_grey_and_transparent_pictures_become_rgb(tmp_path: Path) -> None:
    (tmp_path / "train" / "a").mkdir(parents=True)
    for mode, value in (("L", 7), ("RGBA", (7, 7, 7, 0)), ("CMYK", (0, 0, 0, 248))):
        suffix = "jpg" if mode == "CMYK" else "png"
        path = tmp_path / "train" / "a" / f"{mode}.{suffix}"
        Image.new(mode, (20, 20), value).save(path)
    found = load_images(f"imagenet-8:{tmp_path}").images
    assert np.abs(found.astype(int) - 7).max() <= 2


def test_spellings() -> None:
    source = parse_data_source("imagenet-64:data/photos:test")
    assert (source.kind, source.path, source.split, source.size) == (
        "imagenet", Path("data/photos"), "test", 64,
    )  # fmt: skip
    assert parse_data_source("imagenet:x").size == 224
    assert parse_data_source("imagenet").kind == "folder"
    assert refusal("imagenet-32:") == (
        'the data source "imagenet-32:" names no folder\n'
        "  accepted: imagenet-32:DIR, or ./imagenet-32 for an image folder of that name"
    )


def test_what_is_refused(folder: Path) -> None:
    tree = "DIR/train/CLASS/FILE and DIR/val/CLASS/FILE: PNG, JPEG, BMP, PPM or WebP"
    spec = f"imagenet-16:{folder}"
    assert refusal(folder).endswith(
        f"{folder} holds no pictures\n  accepted: a folder of PNG, JPEG, BMP, PPM or WebP files, "
        "or of one such folder per class\n"
        f"  what to do: its parts are in train and val: imagenet:{folder}"
    )
    save(folder / "val" / "n03" / "a.png", 8, 8)
    assert refusal(f"{spec}:test") == (
        f"{spec}:test: {folder / 'val' / 'n03'} is a class that {folder / 'train'} lacks\n"
        "  accepted: the same class folders in both parts"
    )
    (folder / "train" / "n01" / "a.JPEG").write_bytes(b"no picture")
    assert refusal(spec).startswith(f"{folder / 'train' / 'n01' / 'a.JPEG'} cannot be decoded: ")
    (folder / "train").rename(folder / "training")
    assert refusal(spec) == f"{spec}: there is no folder {folder / 'train'}\n  accepted: {tree}"
    (folder / "train").mkdir()
    save(folder / "train" / "flat.png", 8, 8)
    assert refusal(spec) == (
        f"{spec}: {folder / 'train'} has no folder for each class\n  accepted: FOLDER/CLASS/FILE"
    )


def test_too_many_pictures_are_refused_before_any_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fpgaflow.data.imagenet.MAX_IMAGE_BYTES", 2000)
    assert refusal(f"imagenet-16:{folder}") == (
        f"imagenet-16:{folder}: 3 pictures of 16x16x3 take 2304 bytes\n"
        "  accepted: at most 2000 bytes of pixels\n"
        "  what to do: use fewer classes or pictures, or smaller ones: imagenet-64:DIR"
    )
