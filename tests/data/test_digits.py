"""scikit-learn's digits."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from fpgaflow.data import load_images
from fpgaflow.errors import ToolMissing


def test_splits_are_fixed_disjoint_and_balanced() -> None:
    from sklearn.datasets import load_digits

    train, test = load_images("digits"), load_images("digits:test")
    assert (len(train), len(test)) == (1440, 357)
    assert np.array_equal(np.unique(np.r_[train.labels, test.labels]), np.arange(10))
    assert np.bincount(test.labels).min() >= 30
    _, labels = load_digits(return_X_y=True)
    assert np.array_equal(train.labels[:50], np.r_[labels[:40], labels[50:60]])
    assert np.array_equal(test.labels[:10], labels[40:50])


def test_values_are_scaled_to_the_whole_range() -> None:
    from sklearn.datasets import load_digits

    values, _ = load_digits(return_X_y=True)
    images = load_images("digits", limit=40).images
    assert images.shape == (40, 8, 8, 1)
    exact = values[:40].reshape(40, 8, 8, 1) * 255 / 16
    assert np.array_equal(images, np.floor(exact + 0.5))
    assert (images.min(), images.max()) == (0, 255)


def test_class_names() -> None:
    assert load_images("digits", split="test", limit=1).class_names == tuple("0123456789")


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ToolMissing) as caught:
        load_images("digits")
    assert str(caught.value) == (
        "digits: scikit-learn, which ships the digits, is not installed\n"
        "  what to do: pip install 'fpgaflow[demo]'"
    )
