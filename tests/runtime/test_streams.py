"""Packing and unpacking, byte by byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.runtime.streams import StreamFormat


def test_pixels_by_hand() -> None:
    stream = StreamFormat(shape=(2, 1, 3), number="uint8", beat_bits=64)
    images = np.arange(1, 13, dtype=np.uint8).reshape(2, 2, 1, 3)
    beats = np.full((2, stream.bytes_per_image), 0xEE, np.uint8)
    stream.pack(images, beats)
    assert beats.tolist() == [[1, 2, 3, 4, 5, 6, 0, 0], [7, 8, 9, 10, 11, 12, 0, 0]]


def test_scores_by_hand() -> None:
    stream = StreamFormat(shape=(3,), number="int16", beat_bits=128)
    beats = np.zeros((1, 16), np.uint8)
    stream.pack(np.array([[-2, 258, 0]]), beats)
    assert beats.tolist() == [[254, 255, 2, 1] + [0] * 12]
    assert stream.unpack(beats).tolist() == [[-2, 258, 0]]


@pytest.mark.parametrize("number", ["int8", "int16", "int32"])
@pytest.mark.parametrize("beat_bits", [64, 128])
@settings(max_examples=30)
@given(count=st.integers(0, 3), shape=st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_what_is_packed_comes_out_again(
    number: str, beat_bits: int, count: int, shape: list[int]
) -> None:
    stream = StreamFormat(shape=tuple(shape), number=number, beat_bits=beat_bits)
    bounds = np.iinfo(number)
    rng = np.random.default_rng(count)
    numbers = rng.integers(bounds.min, bounds.max, (count, *shape), endpoint=True)
    beats = np.full((count, stream.bytes_per_image), 0xEE, np.uint8)
    stream.pack(numbers, beats)
    assert np.array_equal(stream.unpack(beats), numbers)
    assert not beats[:, stream.payload_bytes :].any()
    assert stream.bytes_per_image * 8 == stream.beats_per_image * beat_bits
