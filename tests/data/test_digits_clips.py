"""Clips of digits."""

from __future__ import annotations

import numpy as np

from fpgaflow.data import load_images


def test_each_digit_stays_whole_and_moves_by_a_pixel_at_most() -> None:
    clips, digits = load_images("digits-clips", limit=300), load_images("digits", limit=300)
    assert clips.images.shape == (300, 6, 12, 12, 1)
    assert np.array_equal(clips.labels, digits.labels)
    assert clips.class_names == digits.class_names
    # Where the digit lies is told by the window that holds all of it; the rest is black.
    windows = np.lib.stride_tricks.sliding_window_view(clips.images[..., 0], (8, 8), axis=(2, 3))
    same = (windows == digits.images[:, None, None, None, ..., 0]).all((-2, -1))
    total = digits.images.sum((1, 2, 3))
    assert np.array_equal(clips.images.sum((2, 3, 4)), np.repeat(total[:, None], 6, axis=1))
    assert (same.sum((2, 3)) == 1).all()
    places = np.argwhere(same)[:, 2:].reshape(300, 6, 2)
    assert np.abs(np.diff(places, axis=1)).max() == 1
    assert len(np.unique(places.reshape(-1, 2), axis=0)) == 25  # they come everywhere


def test_paths_do_not_depend_on_the_limit_and_parts_are_those_of_digits() -> None:
    few, many = load_images("digits-clips:test", limit=7), load_images("digits-clips:test")
    assert np.array_equal(few.images, many.images[:7])
    assert np.array_equal(many.labels, load_images("digits:test").labels)
    first = many.images[:, 0]
    assert len(np.unique(first, axis=0)) == len(first)
