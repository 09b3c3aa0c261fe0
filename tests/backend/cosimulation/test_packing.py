"""Beats of images and scores."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.backend.cosimulation.packing import pack_images, unpack_scores
from fpgaflow.hardware.beats import BeatFormat, NumberType

NUMBERS: tuple[NumberType, ...] = ("int8", "int16", "int32")


def test_each_image_starts_on_a_new_beat() -> None:
    beats = BeatFormat(stream="images", shape=(2, 5), number="uint8", beat_bits=64)
    images = np.arange(20, dtype=np.uint8).reshape(2, 2, 5)
    assert pack_images(images, beats) == (
        bytes(range(10)) + bytes(6) + bytes(range(10, 20)) + bytes(6)
    )


@given(
    number=st.sampled_from(NUMBERS),
    length=st.integers(1, 40),
    images=st.integers(1, 4),
    beat_bits=st.sampled_from([64, 128]),
    seed=st.integers(0, 2**32 - 1),
)
def test_scores_come_back(
    number: NumberType, length: int, images: int, beat_bits: int, seed: int
) -> None:
    beats = BeatFormat(stream="scores", shape=(length,), number=number, beat_bits=beat_bits)
    limits = np.iinfo(number)
    rng = np.random.default_rng(seed)
    scores = rng.integers(limits.min, limits.max, (images, length), endpoint=True)
    padding = bytes(beats.bytes_per_image - beats.payload_bytes)
    data = [row.astype(number).tobytes() + padding for row in scores]
    found, clean = unpack_scores(b"".join(data), beats)
    assert np.array_equal(found, scores)
    assert clean.all()
    if padding:
        data[-1] = data[-1][:-1] + b"\x01"
        _, clean = unpack_scores(b"".join(data), beats)
        assert clean.tolist() == [True] * (images - 1) + [False]
