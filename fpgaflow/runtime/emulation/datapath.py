"""What computes and counts inside the emulated accelerator, between its two streams.

The runtime brings one of its own, by the interpreter. Another one is handed in from above: the
C-simulation needs a build's C++ and a compiler, which a bundle does not hold and a board does not
have, so `backend` runs it and `api` puts it in. The runtime starts no programs, and the same
registers, DMA, memory and faults stand around either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from fpgaflow.interpret.fastest import Scores
from fpgaflow.runtime.manifest import Manifest


class Datapath(Protocol):
    """The network and its counters."""

    def load(self) -> None:
        """Start anew, as after the bitstream was loaded."""
        ...

    def start(self, frames: int, *, clear: bool) -> None:
        """Begin a run.

        Args:
            frames: images that it takes.
            clear: count from zero.
        """
        ...

    def take(self, data: bytes) -> bytes:
        """Take beats of images; return the beats of scores that they bring, whole images."""
        ...

    def leave(self, size: int) -> Mapping[str, int]:
        """So many bytes of scores have left: return what the counters show now, by register."""
        ...


class InterpreterDatapath:
    """The exact interpreter computes.

    What moves on the streams is counted as bytes come and go; what a layer moves on the chip is
    given for one image. There is no clock: counters of cycles stay zero.

    Args:
        manifest: how numbers are packed, and which counters there are.
        scores: computes the network.
        on_chip: what one image adds to each layer's counters, by register name.
    """

    def __init__(self, manifest: Manifest, scores: Scores, on_chip: Mapping[str, int]) -> None:
        """Start as after the bitstream was loaded."""
        self._manifest = manifest
        self._scores = scores
        self._on_chip = on_chip
        self.load()

    def load(self) -> None:
        """Start anew."""
        self._counts = dict.fromkeys((one.name for one in self._manifest.counters), 0)
        self._incoming = bytearray()

    def start(self, frames: int, *, clear: bool) -> None:
        """Begin a run."""
        if clear:
            self._counts = dict.fromkeys(self._counts, 0)

    def take(self, data: bytes) -> bytes:
        """Take beats of images, and compute each image that is whole."""
        self._incoming += data
        stream = self._manifest.images
        whole = len(self._incoming) // stream.bytes_per_image
        if not whole:
            return b""
        size = whole * stream.bytes_per_image
        beats = np.frombuffer(bytes(self._incoming[:size]), np.uint8).reshape(whole, -1)
        del self._incoming[:size]
        self._count("beats_in", size * 8 // stream.beat_bits)
        self._count("bytes_in", size)
        self._count("off_chip_input", whole * stream.payload_bytes)
        found = self._scores(stream.unpack(beats).astype(np.uint8))
        packed = np.empty((whole, self._manifest.scores.bytes_per_image), np.uint8)
        self._manifest.scores.pack(found, packed)
        return packed.tobytes()

    def leave(self, size: int) -> Mapping[str, int]:
        """Count scores, and with them what their images moved on the chip."""
        stream = self._manifest.scores
        images = size // stream.bytes_per_image
        self._count("beats_out", size * 8 // stream.beat_bits)
        self._count("bytes_out", size)
        self._count("off_chip_output", images * stream.payload_bytes)
        self._count("frames_done", images)
        for name, accesses in self._on_chip.items():
            self._count(name, images * accesses)
        return dict(self._counts)

    def _count(self, name: str, number: int) -> None:
        self._counts[name] = (self._counts[name] + number) % (1 << 64)
