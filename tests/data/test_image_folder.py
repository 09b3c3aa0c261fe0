"""Folders of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fpgaflow.data import load_images
from tests.data.helpers import pixels, refusal

ACCEPTED = "a folder of PNG, JPEG, BMP, PPM or WebP files, or of one such folder per class"


def save(path: Path, picture: npt.NDArray[np.uint8]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)
    return path


def test_flat_folder(tmp_path: Path) -> None:
    pictures = pixels(3, 5, 7, 3)
    for name, picture in zip(["b.bmp", "a.png", "c.PPM"], pictures, strict=True):
        save(tmp_path / name, picture)
    (tmp_path / "notes.txt").write_text("not a picture")
    found = load_images(str(tmp_path))
    assert np.array_equal(found.images, pictures[[1, 0, 2]])
    assert (found.labels, found.class_names) == (None, None)
    assert len(load_images(str(tmp_path), limit=2)) == 2


def test_jpeg_and_webp(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), 200, np.uint8)
    save(tmp_path / "a.jpg", picture)
    save(tmp_path / "b.webp", picture)
    assert np.abs(load_images(str(tmp_path)).images.astype(int) - 200).max() <= 2


def test_a_folder_per_class_gives_balanced_first_images(tmp_path: Path) -> None:
    pictures = pixels(5, 4, 4)
    for index, name in enumerate(["cat/1.png", "cat/2.png", "cat/3.png", "ant/9.png"]):
        save(tmp_path / name, pictures[index])
    (tmp_path / "bee").mkdir()
    (tmp_path / ".hidden").mkdir()
    found = load_images(str(tmp_path))
    assert found.class_names == ("ant", "bee", "cat")
    assert np.array_equal(found.labels, [0, 2, 2, 2])
    assert np.array_equal(found.images[..., 0], pictures[[3, 0, 1, 2]])
    assert np.array_equal(load_images(str(tmp_path), limit=2).labels, [0, 2])


def test_palette_and_bilevel_keep_their_values(tmp_path: Path) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[0] = (255, 10, 3)
    Image.fromarray(picture).quantize(4).save(tmp_path / "a.png")
    assert np.array_equal(load_images(str(tmp_path)).images[0], picture)
    Image.fromarray(picture[..., 0]).convert("1").save(tmp_path / "a.png")
    assert np.array_equal(load_images(str(tmp_path)).images[0, ..., 0], picture[..., 0])


@pytest.mark.parametrize(("shape", "shown"), [((6, 5, 3), "6x5x3"), ((5, 5), "5x5x1")])
def test_the_first_picture_that_differs(tmp_path: Path, shape: tuple[int, ...], shown: str) -> None:
    for name in ("a.png", "b.png"):
        save(tmp_path / name, pixels(5, 5, 3))
    save(tmp_path / "c.png", pixels(*shape))
    assert refusal(tmp_path) == (
        f"{tmp_path / 'c.png'} is {shown} (height, width, channels), "
        f"{tmp_path / 'a.png'} is 5x5x3\n"
        "  accepted: pictures of one size and channel count\n"
        "  what to do: resize or convert them to what the network takes"
    )
    assert len(load_images(str(tmp_path), limit=2)) == 2


def test_empty_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} holds no pictures\n  accepted: {ACCEPTED}"


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", pixels(4, 4))
    assert refusal(path) == f"{path} is not a folder\n  accepted: {ACCEPTED}"


def test_pictures_on_both_levels(tmp_path: Path) -> None:
    save(tmp_path / "a.png", pixels(4, 4))
    save(tmp_path / "cat/a.png", pixels(4, 4))
    assert refusal(tmp_path) == (
        f"{tmp_path} holds pictures both in itself and in subfolders\n  accepted: {ACCEPTED}"
    )


def test_truncated_picture(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", pixels(40, 40, 3))
    path.write_bytes(path.read_bytes()[:2000])
    message = refusal(tmp_path)
    assert message.startswith(f"{path} cannot be decoded: ")
    assert message.endswith("\n  accepted: a whole PNG, JPEG, BMP, PPM or WebP file")


def test_a_text_called_png(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    assert f"{tmp_path / 'a.png'} cannot be decoded: cannot identify image file" in refusal(
        tmp_path
    )


def test_alpha_and_16_bits_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", pixels(4, 4, 4))
    assert refusal(tmp_path) == (
        f"{path} has the mode RGBA\n"
        "  accepted: 8 bits a channel, grey or RGB, without an alpha channel\n"
        "  what to do: convert it"
    )
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(path)
    assert f"{path} has the mode I;16\n" in refusal(tmp_path)


def test_picture_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("1", (5000, 5000)).save(path)
    assert refusal(tmp_path) == (
        f"{path} is 5000x5000 (height, width)\n  accepted: at most 16777216 pixels in a picture"
    )
    Image.new("1", (20000, 20000)).save(path)
    assert f"{path} cannot be decoded: Image size (400000000 pixels) exceeds" in refusal(tmp_path)
