"""scikit-learn's digits: 1,797 grey images of 8x8, shipped with that package."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.source import Split
from fpgaflow.errors import ToolMissing


def read_digits(name: str, limit: int | None, split: Split) -> ImageSet:
    """Return the digits of `split`, in their order.

    The values 0..16 become round(value * 255 / 16), halves up. They come in runs of ten, mostly
    one of each digit; every fifth run (the fifth, the tenth, ...) is for testing.
    """
    pixels, labels = all_digits(name)
    chosen = digits_of(split, len(labels))[:limit]
    return make_image_set(
        pixels[chosen], labels[chosen], class_names=tuple("0123456789"), name=name
    )


def all_digits(name: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return pixels, uint8 [1797, 8, 8], and labels, int64 [1797].

    Raises:
        ToolMissing: scikit-learn is not installed; `name` is what the message calls the source.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ToolMissing(
            f"{name}: scikit-learn, which ships the digits, is not installed",
            remedy="pip install 'fpgaflow[demo]'",
        ) from error
    values, labels = (np.asarray(part).astype(np.int64) for part in load_digits(return_X_y=True))
    return ((values * 255 + 8) // 16).astype(np.uint8).reshape(-1, 8, 8), labels


def digits_of(split: Split, count: int) -> npt.NDArray[np.int64]:
    """Return which of `count` digits belong to a part, in order."""
    is_test = np.arange(count) // 10 % 5 == 4
    return np.flatnonzero(is_test if split == "test" else ~is_test)
