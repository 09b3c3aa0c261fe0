"""A set of images or clips with their labels, and whether it suits a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fpgaflow.errors import InputRefused

IMAGE_SHAPES = (
    "uint8 of shape [images, height, width, channels] or [images, height, width]; clips are "
    "[clips, frames, height, width, channels]"
)
LABEL_SHAPE = "integers of shape [images]"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageSet:
    """Images or clips as the hardware takes them: raw pixels, channels last.

    A clip is a sequence of frames with one label; all clips of a set have as many frames.

    Attributes:
        images: uint8 [n, height, width, channels], of clips [n, frames, height, width, channels],
            n at least 1.
        labels: int64 [n], or None where the source has none.
        class_names: one name per class, or None where the source has none.
        name: what messages call the set: the text that the user gave.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64] | None = None
    class_names: tuple[str, ...] | None = None
    name: str

    def __len__(self) -> int:
        """The number of images or clips."""
        return len(self.images)

    @property
    def frames(self) -> int | None:
        """The frames of each clip; None where these are images."""
        return self.images.shape[1] if self.images.ndim == 5 else None

    @property
    def noun(self) -> str:
        """What messages call them: images or clips."""
        return _noun(self.images.shape[1:])

    @property
    def size(self) -> str:
        """The size of each for messages, such as `32x32x3 (height, width, channels)`."""
        return show_size(self.images.shape[1:])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one as PyTorch has it: (channels, height, width), or frames in front."""
        *frames, height, width, channels = self.images.shape[1:]
        return (*frames, channels, height, width)


def show_size(size: tuple[int, ...]) -> str:
    """Return a size for messages, (height, width, channels) or with frames in front."""
    axes = ("frames", "height", "width", "channels")[-len(size) :]
    return f"{_times(size)} ({', '.join(axes)})"


def make_image_set(
    images: npt.NDArray[np.generic],
    labels: npt.NDArray[np.generic] | None = None,
    *,
    class_names: tuple[str, ...] | None = None,
    name: str,
) -> ImageSet:
    """Return the set of these arrays; grey images may lack the channel axis.

    Args:
        images: uint8 [n, height, width, channels] or [n, height, width]; of clips
            [n, frames, height, width, channels].
        labels: integers [n].
        class_names: one name per class.
        name: what messages call the set.

    Raises:
        InputRefused: a wrong type or rank, an empty set, or another number of labels than images.
    """
    check_image_array(name, images.dtype, images.shape)
    pixels = np.ascontiguousarray(images, np.uint8)
    if pixels.ndim == 3:
        pixels = pixels[..., np.newaxis]
    checked = None
    if labels is not None:
        check_label_array(name, labels.dtype, labels.shape, len(pixels))
        checked = labels.astype(np.int64)
        if not np.array_equal(checked, labels):
            raise InputRefused(f"{name}: a label is {labels.max()}", accepted="at most 2^63 - 1")
    return ImageSet(images=pixels, labels=checked, class_names=class_names, name=name)


def check_image_array(place: str, dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> None:
    """Refuse what cannot be images, by type and shape alone."""
    if dtype != np.uint8:
        raise InputRefused(
            f"{place}: the images are {dtype.name}",
            accepted=IMAGE_SHAPES,
            remedy=_dtype_remedy(dtype),
        )
    if len(shape) not in (3, 4, 5):
        raise InputRefused(
            f"{place}: the images have the shape {_show_shape(shape)}", accepted=IMAGE_SHAPES
        )
    if 0 in shape:
        raise InputRefused(
            f"{place}: there are no images, the shape is {_show_shape(shape)}",
            accepted="at least one image",
        )


def check_label_array(
    place: str, dtype: np.dtype[np.generic], shape: tuple[int, ...], images: int
) -> None:
    """Refuse what cannot be the labels of `images` images, by type and shape alone."""
    if dtype.kind not in "iu":
        raise InputRefused(f"{place}: the labels are {dtype.name}", accepted=LABEL_SHAPE)
    if len(shape) != 1:
        raise InputRefused(
            f"{place}: the labels have the shape {_show_shape(shape)}", accepted=LABEL_SHAPE
        )
    if shape[0] != images:
        raise InputRefused(
            f"{place}: there are {shape[0]} labels for {images} images",
            accepted="one label per image",
        )


def check_images(image_set: ImageSet, *size: int) -> None:
    """Refuse images or clips of another size than the network takes.

    Args:
        image_set: the images or clips.
        size: height, width and channels that the network takes, of clips with frames in front.
    """
    found, noun = image_set.images.shape[1:], image_set.noun
    if found == size:
        return
    if len(found) != len(size):
        raise InputRefused(
            f"{image_set.name}: these are {noun} of {image_set.size}",
            accepted=f"{_noun(size)} of {show_size(size)}, which the network takes",
        )
    *frames, height, width, channels = size
    remedy = f"resize the {noun}, or name the data set that the network was trained on"
    if found == (*frames, channels, height, width):
        order = "0, 1, 3, 4, 2" if frames else "0, 2, 3, 1"
        remedy = f"these are channels first; transpose: images.transpose({order})"
    elif found[:-1] == size[:-1]:
        remedy = f"convert the {noun} to " + ("grey" if channels == 1 else "RGB")
    raise InputRefused(
        f"{image_set.name}: the {noun} are {image_set.size}",
        accepted=f"{_times(size)}, which the network takes",
        remedy=remedy,
    )


def check_labels(image_set: ImageSet, classes: int) -> None:
    """Refuse labels outside 0 .. `classes` - 1; a set without labels passes."""
    if image_set.labels is None:
        return
    wrong = np.flatnonzero((image_set.labels < 0) | (image_set.labels >= classes))
    if wrong.size:
        first = int(wrong[0])
        raise InputRefused(
            f"{image_set.name}: the label of {image_set.noun[:-1]} {first} is "
            f"{int(image_set.labels[first])}, "
            f"the first of {wrong.size} out of range",
            accepted=f"0 to {classes - 1}: the network has {classes} outputs",
        )


def _dtype_remedy(dtype: np.dtype[np.generic]) -> str:
    if dtype.kind == "f":
        return (
            "give raw pixels, 0 to 255, before any normalisation; "
            "pixels scaled to 0..1: (images * 255).round().astype('uint8')"
        )
    if dtype.kind in "iu":
        return "if the pixels are 0 to 255: images.astype('uint8')"
    return ""


def _show_shape(shape: tuple[int, ...]) -> str:
    return str(list(shape))


def _times(size: tuple[int, ...]) -> str:
    return "x".join(str(extent) for extent in size)


def _noun(size: tuple[int, ...]) -> str:
    return "clips" if len(size) == 4 else "images"
