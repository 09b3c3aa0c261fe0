"""What an image set may hold, and whether it suits a network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from fpgaflow.data import check_images, check_labels, make_image_set
from fpgaflow.errors import InputRefused

IMAGES = np.zeros((4, 32, 32, 3), np.uint8)


def test_grey_images_get_a_channel_axis() -> None:
    images = make_image_set(np.ones((2, 5, 6), np.uint8), name="x")
    assert images.images.shape == (2, 5, 6, 1)
    assert images.labels is None
    assert len(images) == 2


def test_labels_become_int64() -> None:
    labels = make_image_set(IMAGES, np.array([0, 1, 2, 3], np.uint8), name="x").labels
    assert labels is not None
    assert labels.dtype == np.int64
    assert labels.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (
            IMAGES.astype(np.float32),
            None,
            "x: the images are float32\n"
            "  accepted: uint8 of shape [images, height, width, channels] "
            "or [images, height, width]; clips are [clips, frames, height, width, channels]\n"
            "  what to do: give raw pixels, 0 to 255, before any normalisation; "
            "pixels scaled to 0..1: (images * 255).round().astype('uint8')",
        ),
        (
            IMAGES.astype(np.int32),
            None,
            "x: the images are int32\n"
            "  accepted: uint8 of shape [images, height, width, channels] "
            "or [images, height, width]; clips are [clips, frames, height, width, channels]\n"
            "  what to do: if the pixels are 0 to 255: images.astype('uint8')",
        ),
        (
            IMAGES[0, 0],
            None,
            "x: the images have the shape [32, 3]\n"
            "  accepted: uint8 of shape [images, height, width, channels] "
            "or [images, height, width]; clips are [clips, frames, height, width, channels]",
        ),
        (
            IMAGES[:0],
            None,
            "x: there are no images, the shape is [0, 32, 32, 3]\n  accepted: at least one image",
        ),
        (
            IMAGES,
            np.zeros(3, np.int64),
            "x: there are 3 labels for 4 images\n  accepted: one label per image",
        ),
        (
            IMAGES,
            np.zeros(4),
            "x: the labels are float64\n  accepted: integers of shape [images]",
        ),
        (
            IMAGES,
            np.zeros((4, 1), np.int64),
            "x: the labels have the shape [4, 1]\n  accepted: integers of shape [images]",
        ),
        (
            IMAGES,
            np.full(4, 2**63, np.uint64),
            "x: a label is 9223372036854775808\n  accepted: at most 2^63 - 1",
        ),
    ],
)
def test_refusals(
    images: npt.NDArray[np.generic], labels: npt.NDArray[np.generic] | None, message: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        make_image_set(images, labels, name="x")
    assert str(caught.value) == message


def test_images_that_suit_the_network() -> None:
    check_images(make_image_set(IMAGES, name="x"), 32, 32, 3)


def test_clips() -> None:
    clips = make_image_set(np.zeros((2, 5, 8, 9, 3), np.uint8), np.array([1, 4]), name="x")
    assert (clips.frames, clips.noun) == (5, "clips")
    assert clips.input_shape == (5, 3, 8, 9)
    assert clips.size == "5x8x9x3 (frames, height, width, channels)"
    check_images(clips, 5, 8, 9, 3)
    with pytest.raises(InputRefused, match=r"x: the label of clip 1 is 4, "):
        check_labels(clips, 4)
    images = make_image_set(IMAGES, name="x")
    assert (images.frames, images.noun, images.input_shape) == (None, "images", (3, 32, 32))


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (
            (8, 9, 3),
            "x: these are clips of 5x8x9x3 (frames, height, width, channels)\n"
            "  accepted: images of 8x9x3 (height, width, channels), which the network takes",
        ),
        (
            (5, 8, 9, 1),
            "x: the clips are 5x8x9x3 (frames, height, width, channels)\n"
            "  accepted: 5x8x9x1, which the network takes\n"
            "  what to do: convert the clips to grey",
        ),
        (
            (5, 9, 3, 8),
            "x: the clips are 5x8x9x3 (frames, height, width, channels)\n"
            "  accepted: 5x9x3x8, which the network takes\n"
            "  what to do: these are channels first; transpose: images.transpose(0, 1, 3, 4, 2)",
        ),
        (
            (6, 8, 9, 3),
            "x: the clips are 5x8x9x3 (frames, height, width, channels)\n"
            "  accepted: 6x8x9x3, which the network takes\n"
            "  what to do: resize the clips, or name the data set that the network was trained on",
        ),
    ],
)
def test_clips_of_another_size(size: tuple[int, ...], message: str) -> None:
    clips = make_image_set(np.zeros((2, 5, 8, 9, 3), np.uint8), name="x")
    with pytest.raises(InputRefused) as caught:
        check_images(clips, *size)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("shape", "expected", "remedy"),
    [
        ((2, 28, 28, 1), "32x32x3", "resize the images, or name the data set that the network "),
        ((2, 3, 32, 32), "32x32x3", "these are channels first; transpose: images.transpose("),
        ((2, 32, 32, 1), "32x32x3", "convert the images to RGB"),
        ((2, 32, 32, 3), "32x32x1", "convert the images to grey"),
    ],
)
def test_images_of_another_size(shape: tuple[int, ...], expected: str, remedy: str) -> None:
    images = make_image_set(np.zeros(shape, np.uint8), name="x")
    found = "x".join(map(str, shape[1:]))
    with pytest.raises(InputRefused) as caught:
        check_images(images, *map(int, expected.split("x")))
    assert str(caught.value).startswith(
        f"x: the images are {found} (height, width, channels)\n"
        f"  accepted: {expected}, which the network takes\n"
        f"  what to do: {remedy}"
    )


def test_labels_in_range() -> None:
    check_labels(make_image_set(IMAGES, name="x"), 10)
    check_labels(make_image_set(IMAGES, np.array([0, 9, 1, 2]), name="x"), 10)


@pytest.mark.parametrize("wrong", [-1, 10])
def test_labels_out_of_range(wrong: int) -> None:
    images = make_image_set(IMAGES, np.array([0, 9, wrong, wrong]), name="x")
    with pytest.raises(InputRefused) as caught:
        check_labels(images, 10)
    assert str(caught.value) == (
        f"x: the label of image 2 is {wrong}, the first of 2 out of range\n"
        "  accepted: 0 to 9: the network has 10 outputs"
    )
