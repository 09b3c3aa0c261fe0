"""One image's numbers in beats: packing and unpacking, in NumPy.

The rules stand in the package's `hardware/beats.py`; a bundle's manifest carries what it needs of
them: each image starts on a new beat, numbers are little-endian, the rest of a last beat is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

NUMBERS = {"uint8": "<u1", "int8": "<i1", "int16": "<i2", "int32": "<i4"}
"""The types of numbers that a stream carries, as NumPy spells them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """How one image lies in the beats of a stream.

    Attributes:
        shape: of one image's numbers.
        number: type of one number, a key of `NUMBERS`.
        beat_bits: width of a beat.
    """

    shape: tuple[int, ...]
    number: str
    beat_bits: int

    @property
    def payload_bytes(self) -> int:
        """Bytes of one image without padding."""
        return prod(self.shape) * np.dtype(NUMBERS[self.number]).itemsize

    @property
    def beats_per_image(self) -> int:
        """Beats of one image."""
        return -(-self.payload_bytes * 8 // self.beat_bits)

    @property
    def bytes_per_image(self) -> int:
        """Bytes of one image on the stream, padding included."""
        return self.beats_per_image * self.beat_bits // 8

    def pack(self, numbers: NDArray[np.generic], into: Bytes) -> None:
        """Write images into the bytes of their beats.

        Args:
            numbers: [n, *shape]; every one of them fits the stream's type.
            into: uint8 [n, bytes_per_image].
        """
        count = len(numbers)
        typed = np.ascontiguousarray(numbers, NUMBERS[self.number])
        into[:, : self.payload_bytes] = typed.reshape(count, prod(self.shape)).view(np.uint8)
        into[:, self.payload_bytes :] = 0

    def unpack(self, beats: Bytes) -> Integers:
        """Return the numbers of images, int64 [n, *shape], from uint8 [n, bytes_per_image]."""
        payload = np.ascontiguousarray(beats[:, : self.payload_bytes])
        return payload.view(NUMBERS[self.number]).reshape(-1, *self.shape).astype(np.int64)
