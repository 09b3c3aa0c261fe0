"""How images and scores are packed into the beats of the board's two AXI-Streams.

- A beat is as wide as the board's high-performance port: 64 bits on Zynq-7000, 128 on ZynqMP.
- Numbers are little-endian; the first one lies in a beat's lowest bits.
- Each image starts on a new beat; what is left of an image's last beat is zero.
- `images` carries uint8 pixels, channels last, row by row. `scores` carries the integers of the
  fixed-point graph's output, each as the smallest of int8, int16 and int32 that holds every integer
  of the output's format.
- TLAST is set on the last beat of a transfer, which is the last beat of its last image, and on no
  other. In a transfer every byte counts (TKEEP is all ones): its length is a whole number of beats.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal

from fpgaflow.errors import InputRefused
from fpgaflow.ir.fixed import FixedType

if TYPE_CHECKING:
    from fpgaflow.ir.graph import Graph

NumberType = Literal["uint8", "int8", "int16", "int32"]
_SIGNED: dict[int, NumberType] = {1: "int8", 2: "int16", 4: "int32"}
IMAGES = "images"
"""The stream of pixels, into the accelerator."""
SCORES = "scores"
"""The stream of results, out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatFormat:
    """How one image's numbers lie in beats.

    Attributes:
        stream: `images` or `scores`.
        shape: of one image's numbers; row-major order.
        number: type of one number.
        beat_bits: width of a beat.
    """

    stream: str
    shape: tuple[int, ...]
    number: NumberType
    beat_bits: int

    @property
    def numbers(self) -> int:
        """Numbers of one image."""
        return prod(self.shape)

    @property
    def number_bits(self) -> int:
        """Width of one number."""
        return int(self.number.lstrip("uint"))

    @property
    def numbers_per_beat(self) -> int:
        """Numbers in a full beat."""
        return self.beat_bits // self.number_bits

    @property
    def payload_bytes(self) -> int:
        """Bytes of one image without padding."""
        return self.numbers * self.number_bits // 8

    @property
    def beats_per_image(self) -> int:
        """Beats of one image, the last one perhaps padded."""
        return -(-self.payload_bytes * 8 // self.beat_bits)

    @property
    def bytes_per_image(self) -> int:
        """Bytes of one image on the stream, padding included."""
        return self.beats_per_image * self.beat_bits // 8


def image_beats(graph: Graph, beat_bits: int) -> BeatFormat:
    """Return how a graph's images come in."""
    return BeatFormat(stream=IMAGES, shape=graph.input.shape, number="uint8", beat_bits=beat_bits)


def score_beats(graph: Graph, beat_bits: int) -> BeatFormat:
    """Return how a fixed-point graph's scores go out.

    Raises:
        InputRefused: the graph has several outputs, or its output's format is too wide.
    """
    if len(graph.outputs) != 1:
        raise InputRefused(
            f"{graph.name} has {len(graph.outputs)} outputs: {', '.join(graph.outputs)}",
            accepted="one output, which the stream of scores carries",
        )
    kind = graph.types[graph.outputs[0]]
    assert kind.element is not None, "the graph is real-valued"
    return BeatFormat(
        stream=SCORES,
        shape=kind.shape,
        number=score_number(kind.element, graph.outputs[0]),
        beat_bits=beat_bits,
    )


def score_number(element: FixedType, name: str = "the output") -> NumberType:
    """Return the smallest of int8, int16 and int32 that holds every integer of a format.

    Raises:
        InputRefused: the format needs more than 32 bits with a sign.
    """
    size = score_bytes(element)
    if size in _SIGNED:
        return _SIGNED[size]
    raise InputRefused(
        f"{name} is {element}, which needs {_signed_bits(element)} bits with a sign",
        accepted="an output of at most 32 bits, which the stream of scores carries",
        remedy="give the last layer fewer bits: --layers or --activation-bits",
    )


def score_bytes(element: FixedType) -> int:
    """Return the bytes of one score: the smallest of 1, 2, 4 and 8 that hold its format."""
    return next(size for size in (1, 2, 4, 8) if 8 * size >= _signed_bits(element))


def _signed_bits(element: FixedType) -> int:
    return element.width + int(not element.signed)
