"""How images and scores lie in beats."""

from __future__ import annotations

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.beats import BeatFormat, image_beats, score_beats, score_number
from fpgaflow.ir.fixed import FixedType
from tests.hardware.small_graphs import tiny_residual


def test_the_streams_of_a_graph() -> None:
    graph = tiny_residual()
    images, scores = image_beats(graph, 64), score_beats(graph, 64)
    assert (images.shape, images.number, images.payload_bytes) == ((4, 4, 2), "uint8", 32)
    assert (images.beats_per_image, images.bytes_per_image) == (4, 32)
    assert (scores.shape, scores.number, scores.payload_bytes) == ((5,), "int16", 10)
    assert (scores.beats_per_image, scores.bytes_per_image) == (2, 16)
    assert (scores.numbers_per_beat, score_beats(graph, 128).beats_per_image) == (4, 1)


@pytest.mark.parametrize(("pixels", "beats"), [(1, 1), (7, 1), (8, 1), (9, 2), (784, 98)])
def test_each_image_takes_whole_beats(pixels: int, beats: int) -> None:
    one = BeatFormat(stream="images", shape=(pixels,), number="uint8", beat_bits=64)
    assert one.beats_per_image == beats


@pytest.mark.parametrize(
    ("width", "signed", "number"),
    [
        (8, True, "int8"),
        (7, False, "int8"),
        (8, False, "int16"),
        (16, True, "int16"),
        (17, True, "int32"),
        (31, False, "int32"),
    ],
)
def test_scores_take_the_smallest_type_that_holds_them(
    width: int, signed: bool, number: str
) -> None:
    assert score_number(FixedType(width=width, integer=2, signed=signed)) == number


def test_scores_that_no_type_holds_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        score_number(FixedType(width=32, integer=2, signed=False), "fc")
    assert str(caught.value) == (
        "fc is u32.2, which needs 33 bits with a sign\n"
        "  accepted: an output of at most 32 bits, which the stream of scores carries\n"
        "  what to do: give the last layer fewer bits: --layers or --activation-bits"
    )
