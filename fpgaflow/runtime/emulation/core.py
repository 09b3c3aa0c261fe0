"""The emulated accelerator as the processor and the DMA see it: registers and two streams."""

from __future__ import annotations

from fpgaflow.runtime.control import CTRL, DONE, IDLE, START
from fpgaflow.runtime.emulation.datapath import Datapath
from fpgaflow.runtime.manifest import Manifest

READY = 1 << 3


class EmulatedCore:
    """One HLS block.

    Args:
        manifest: where the registers are and how long an image is on the streams.
        datapath: computes and counts.
    """

    def __init__(self, manifest: Manifest, datapath: Datapath) -> None:
        """Start as after the bitstream was loaded."""
        self._manifest = manifest
        self._datapath = datapath
        self._datapath.load()
        self._inputs = {
            one.offset: one.name for one in manifest.registers if one.direction == "input"
        }
        self._outputs = {one.offset: one.name for one in manifest.counters}
        self._values = dict.fromkeys(self._inputs.values(), 0)
        self._counters = dict.fromkeys(self._outputs.values(), 0)
        self._valid: set[str] = set()
        self._running = self._done = False
        # Bytes of the run that have not come, and that have not left.
        self._to_read = self._to_write = 0
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
        return self._to_read

    def take(self, data: bytes) -> None:
        """Take beats from the stream of images."""
        self._to_read -= len(data)
        self._outgoing += self._datapath.take(data)

    @property
    def offered(self) -> int:
        """How many bytes of scores wait to go out."""
        return len(self._outgoing)

    def give(self, size: int) -> tuple[bytes, bool]:
        """Give beats to the stream of scores; say whether the last one carries TLAST."""
        data = bytes(self._outgoing[:size])
        del self._outgoing[:size]
        # What can be read belongs to whole images.
        self._counters.update(self._datapath.leave(size))
        self._valid.update(self._counters)
        self._to_write -= size
        last = self._running and self._to_write == 0
        if last:
            self._running, self._done = False, True
        return data, last

    def _start(self) -> None:
        frames, clear = self._values["frames"], bool(self._values["clear"] & 1)
        if clear:
            self._counters = dict.fromkeys(self._counters, 0)
        self._running, self._done = True, False
        self._to_read = frames * self._manifest.images.bytes_per_image
        self._to_write = frames * self._manifest.scores.bytes_per_image
        self._datapath.start(frames, clear=clear)
