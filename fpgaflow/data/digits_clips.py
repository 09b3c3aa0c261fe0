"""Clips of scikit-learn's digits, each moving over a black square: sequences to try things on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fpgaflow.data.digits import all_digits, digits_of
from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.source import Split

FRAMES = 6
SIDE = 12
"""Height and width of a frame; a digit has 8x8 pixels."""

_SEED = 0


def read_digits_clips(name: str, limit: int | None, split: Split) -> ImageSet:
    """Return a clip of each digit of `split`, in the order of `digits`; the label is the digit.

    A digit begins anywhere and moves by at most one pixel down or up and right or left from frame
    to frame, staying whole. Its path is always the same, whatever the limit.
    """
    pixels, labels = all_digits(name)
    chosen = digits_of(split, len(labels))[:limit]
    paths = _paths(len(labels), SIDE - pixels.shape[1])[chosen]
    clips = np.zeros((len(chosen), FRAMES, SIDE, SIDE, 1), np.uint8)
    clip, frame = np.ogrid[: len(chosen), :FRAMES]
    inside = np.arange(pixels.shape[1])
    rows, columns = paths[..., :1] + inside, paths[..., 1:] + inside
    at = (clip[..., None, None], frame[..., None, None], rows[..., None], columns[..., None, :], 0)
    clips[at] = pixels[chosen][:, None]
    return make_image_set(clips, labels[chosen], class_names=tuple("0123456789"), name=name)


def _paths(count: int, furthest: int) -> npt.NDArray[np.int64]:
    """Return each digit's first row and column in every frame, int64 [count, frames, 2]."""
    rng = np.random.default_rng(_SEED)
    place = rng.integers(0, furthest + 1, (count, 2))
    steps = rng.integers(-1, 2, (FRAMES - 1, count, 2))
    places = [place]
    for step in steps:
        places.append(np.clip(places[-1] + step, 0, furthest))
    return np.stack(places, axis=1)
