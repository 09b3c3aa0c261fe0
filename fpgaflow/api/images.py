"""Images for calibration and for measuring, from whatever the user gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fpgaflow.data import ImageSet, check_images, check_labels, load_images, make_image_set
from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]
Data = str | Path | NDArray[np.generic] | Sequence[NDArray[np.generic]] | ImageSet
"""A data source's name; uint8 images [n, height, width, channels], [n, height, width] or
[n, features]; a pair of images and labels; or an image set."""

RANDOM_IMAGES = 64
"""How many random images stand in where the user gave none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompileImages:
    """The images of one compilation, all of the network's input shape.

    Attributes:
        calibration: what formats are chosen by, uint8 [n, *input shape].
        evaluation: what agreement is measured on; None where the user gave no images.
        labels: of `evaluation`, where known, int64 [n].
        class_names: where known.
        description: where they came from, for the report.
    """

    calibration: Pixels
    evaluation: Pixels | None
    labels: Labels | None
    class_names: tuple[str, ...] | None
    description: str

    @property
    def kept(self) -> Pixels:
        """The images to keep with the build and to simulate: real ones wherever there are any."""
        return self.calibration if self.evaluation is None else self.evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many images to use.

    Attributes:
        calibration: for calibration.
        evaluation: for measuring agreement.
    """

    calibration: int = 256
    evaluation: int = 4000

    def __post_init__(self) -> None:
        """Refuse numbers below 1 and 0."""
        if self.calibration < 1:
            raise InputRefused(
                f"{self.calibration} calibration images were asked for", accepted="1 or more"
            )
        if self.evaluation < 0:
            raise InputRefused(
                f"{self.evaluation} evaluation images were asked for", accepted="0 or more"
            )


def read_images(data: Data, *, limit: int | None = None) -> ImageSet:
    """Return the images that the user named or handed over.

    Raises:
        InputRefused: they cannot be read, or are no images.
    """
    if isinstance(data, ImageSet):
        return data if limit is None else _part(data, slice(0, limit))
    if isinstance(data, (str, Path)):
        return load_images(str(data), limit=limit)
    images, labels = _arrays(data)
    if images.ndim == 2:  # vectors: columns of pixels
        images = images[:, :, np.newaxis, np.newaxis]
    return _part(make_image_set(images, labels, name="the given images"), slice(0, limit))


def fit_images(images: ImageSet, graph: Graph) -> ImageSet:
    """Return the set checked against a network's input and its number of classes.

    Raises:
        InputRefused: the images have another size or channel count, or a label is out of range.
    """
    shape = graph.input.shape
    if len(shape) == 3:
        try:
            check_images(images, *shape)
        except InputRefused as error:
            raise _with_shape_remedy(error, images) from error
    elif images.frames or images.images.shape[3] != 1 or images.images[0].size != shape[0]:
        raise InputRefused(
            f"{images.name}: the {images.noun} are {images.size}",
            accepted=f"one channel and {shape[0]} pixels in all, which the network takes",
        )
    kind = graph.types[graph.outputs[0]]
    if len(kind.shape) == 1:
        check_labels(images, kind.channels)
    return images


def pixels_for(images: ImageSet, graph: Graph) -> Pixels:
    """Return the pixels in the shape that the network takes: [n, h, w, c] or [n, features]."""
    return images.images.reshape(len(images), *graph.input.shape)


def choose_images(
    graph: Graph,
    calibration: ImageSet | None,
    evaluation: ImageSet | None,
    wanted: Wanted,
    seed: int,
) -> CompileImages:
    """Split what the user gave into images to calibrate with and images to measure on.

    The first `wanted.calibration` images calibrate; figures come from images that calibration has
    not seen wherever there are any. Random pixels stand in for calibration images that are not
    there; nothing is measured on them.

    Args:
        graph: the network.
        calibration: images for calibration, and, after them, for measuring.
        evaluation: images for measuring instead.
        wanted: how many.
        seed: of the random pixels.

    Raises:
        InputRefused: the images do not suit the network.
    """
    source = evaluation
    if calibration is None:
        pixels = random_pixels(graph, RANDOM_IMAGES, seed)
        text = f"random pixels (seed {seed}), no images were given"
    else:
        checked = fit_images(calibration, graph)
        pixels = pixels_for(checked, graph)[: wanted.calibration]
        text = f"{calibration.name}: the first {len(pixels)} images"
        if source is None:
            source = _part(checked, slice(len(pixels), None)) or checked
            same = len(checked) == len(pixels)
            text += "; figures from the same images" if same else "; figures from those after them"
    if source is None or not wanted.evaluation:
        return CompileImages(
            calibration=pixels, evaluation=None, labels=None, class_names=None, description=text
        )
    if evaluation is not None:
        text += f"; figures from {evaluation.name}"
    chosen = _part(fit_images(source, graph), slice(0, wanted.evaluation))
    return CompileImages(
        calibration=pixels,
        evaluation=pixels_for(chosen, graph),
        labels=chosen.labels,
        class_names=chosen.class_names,
        description=text,
    )


def random_pixels(graph: Graph, count: int, seed: int) -> Pixels:
    """Return seeded uniform noise, uint8 [count, *input shape]."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, *graph.input.shape), dtype=np.uint8)


def _arrays(
    data: NDArray[np.generic] | Sequence[NDArray[np.generic]],
) -> tuple[NDArray[np.generic], NDArray[np.generic] | None]:
    if isinstance(data, np.ndarray):
        return data, None
    parts = [np.asarray(part) for part in data]
    if len(parts) != 2 or parts[1].ndim != 1:
        raise InputRefused(
            f"the given images are a {type(data).__name__} of {len(parts)} parts",
            accepted="an array of images, or a pair (images, labels)",
        )
    return cast("tuple[NDArray[np.generic], NDArray[np.generic]]", tuple(parts))


def _part(images: ImageSet, part: slice) -> ImageSet:
    return ImageSet(
        images=images.images[part],
        labels=None if images.labels is None else images.labels[part],
        class_names=images.class_names,
        name=images.name,
    )


def _with_shape_remedy(error: InputRefused, images: ImageSet) -> InputRefused:
    if images.frames is not None:
        return error  # nothing that is compiled takes clips
    shape = ",".join(str(size) for size in images.input_shape)
    own = f"where the network does take such images: --input-shape {shape}"
    remedy = f"{error.remedy}; {own}" if error.remedy else own
    return InputRefused(error.found, accepted=error.accepted, remedy=remedy)
