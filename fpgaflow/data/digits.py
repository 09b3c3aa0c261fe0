"""scikit-learn's digits: 1,797 grey images of 8x8, shipped with that package."""

from __future__ import annotations

import numpy as np

from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.data.source import Split
from fpgaflow.errors import ToolMissing


def read_digits(name: str, limit: int | None, split: Split) -> ImageSet:
    """Return the digits of `split`, in their order.

    The values 0..16 become round(value * 255 / 16), halves up. They come in runs of ten, mostly
    one of each digit; every fifth run (the fifth, the tenth, ...) is for testing.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ToolMissing(
            f"{name}: scikit-learn, which ships the digits, is not installed",
            remedy="pip install 'fpgaflow[demo]'",
        ) from error
    values, labels = (np.asarray(part).astype(np.int64) for part in load_digits(return_X_y=True))
    pixels = ((values * 255 + 8) // 16).astype(np.uint8).reshape(-1, 8, 8)
    is_test = np.arange(len(labels)) // 10 % 5 == 4
    chosen = np.flatnonzero(is_test if split == "test" else ~is_test)[:limit]
    return make_image_set(
        pixels[chosen],
        labels[chosen],
        class_names=tuple("0123456789"),
        name=name,
    )
