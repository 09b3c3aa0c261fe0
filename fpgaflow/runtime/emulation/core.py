"""The emulated accelerator: registers, streams in and out, counters; the interpreter computes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fpgaflow.interpret.fastest import Scores
from fpgaflow.runtime.control import CTRL, DONE, IDLE, START
from fpgaflow.runtime.manifest import Manifest

READY = 1 << 3


class EmulatedCore:
    """One HLS block.

    What it counts of the streams, it counts as bytes come and go; what a layer moves on the chip
    is given for one image. It has no clock: its counters of cycles stay zero.

    Args:
        manifest: where the registers are and how numbers are packed.
        scores: computes the network.
        on_chip: what one image adds to each layer's counters, by register name.
    """

    def __init__(self, manifest: Manifest, scores: Scores, on_chip: Mapping[str, int]) -> None:
        """Start as after the bitstream was loaded."""
        self._manifest = manifest
        self._scores = scores
        self._on_chip = on_chip
        self._inputs = {
            one.offset: one.name for one in manifest.registers if one.direction == "input"
        }
        self._outputs = {one.offset: one.name for one in manifest.counters}
        self._values = dict.fromkeys(self._inputs.values(), 0)
        self._live = dict.fromkeys(self._outputs.values(), 0)
        self._counters = dict(self._live)
        self._valid: set[str] = set()
        self._running = self._done = False
        self._to_read = self._to_write = 0
        self._incoming = bytearray()
        self._outgoing = bytearray()

    def read(self, offset: int) -> int:
        """Return a word; the bit that tells of a run's end is cleared by it."""
        if offset == CTRL:
            word = (START if self._running else IDLE) | (DONE | READY if self._done else 0)
            self._done = False
            return word
        if offset in self._inputs:
            return self._values[self._inputs[offset]]
        for start, shift in ((offset, 0), (offset - 4, 32)):
            if start in self._outputs:
                return self._counters[self._outputs[start]] >> shift & 0xFFFFFFFF
        name = self._outputs.get(offset - 8)
        valid = name in self._valid
        self._valid.discard(name or "")
        return int(valid)

    def write(self, offset: int, value: int) -> None:
        """Write a word; the start bit starts a run."""
        if offset in self._inputs:
            self._values[self._inputs[offset]] = value
        elif offset == CTRL and value & START and not self._running:
            self._start()

    def room(self) -> int:
        """Return how many bytes of images it can still take."""
        wanted = self._to_read * self._manifest.images.bytes_per_image
        return wanted - len(self._incoming)

    def take(self, data: bytes) -> None:
        """Take beats from the stream of images, and compute each image that is whole."""
        self._incoming += data
        stream = self._manifest.images
        whole = len(self._incoming) // stream.bytes_per_image
        if not whole:
            return
        size = whole * stream.bytes_per_image
        beats = np.frombuffer(bytes(self._incoming[:size]), np.uint8).reshape(whole, -1)
        del self._incoming[:size]
        self._to_read -= whole
        self._count("beats_in", size * 8 // stream.beat_bits)
        self._count("bytes_in", size)
        self._count("off_chip_input", whole * stream.payload_bytes)
        found = self._scores(stream.unpack(beats).astype(np.uint8))
        packed = np.empty((whole, self._manifest.scores.bytes_per_image), np.uint8)
        self._manifest.scores.pack(found, packed)
        self._outgoing += packed.tobytes()

    @property
    def offered(self) -> int:
        """How many bytes of scores wait to go out."""
        return len(self._outgoing)

    def give(self, size: int) -> tuple[bytes, bool]:
        """Give beats to the stream of scores; say whether the last one carries TLAST."""
        data = bytes(self._outgoing[:size])
        del self._outgoing[:size]
        stream = self._manifest.scores
        images = size // stream.bytes_per_image
        self._count("beats_out", size * 8 // stream.beat_bits)
        self._count("bytes_out", size)
        self._count("off_chip_output", images * stream.payload_bytes)
        self._count("frames_done", images)
        for name, accesses in self._on_chip.items():
            self._count(name, images * accesses)
        # What can be read belongs to whole images.
        self._counters = dict(self._live)
        self._valid.update(self._counters)
        self._to_write -= images
        last = self._running and self._to_write == 0
        if last:
            self._running, self._done = False, True
        return data, last

    def _start(self) -> None:
        if self._values["clear"] & 1:
            self._live = dict.fromkeys(self._live, 0)
            self._counters = dict(self._live)
        self._running, self._done = True, False
        self._to_read = self._to_write = self._values["frames"]

    def _count(self, name: str, number: int) -> None:
        self._live[name] = (self._live[name] + number) % (1 << 64)
