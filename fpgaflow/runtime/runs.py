"""Runs images through the board in chunks, packing one while the other computes."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import DeviceFailed
from fpgaflow.runtime.control import Control
from fpgaflow.runtime.dma import RECEIVE, SEND, Channel, reset_dma
from fpgaflow.runtime.manifest import Manifest
from fpgaflow.runtime.platform import Memory, Platform
from fpgaflow.runtime.runner import Times
from fpgaflow.runtime.streams import Integers, StreamFormat
from fpgaflow.runtime.waiting import Deadline

_AGAIN = "the board was reset: call again; if it comes back, run self_test()"
_SLOW = f"{_AGAIN}, and give timeout_s more where the clock is slow"


class _Side:
    """Two pieces of memory of one stream, taken in turns."""

    def __init__(self, platform: Platform, stream: StreamFormat, images: int) -> None:
        self.stream = stream
        size = stream.bytes_per_image * images
        self.memories: tuple[Memory, Memory] = (platform.allocate(size), platform.allocate(size))

    def rows(self, slot: int, images: int) -> NDArray[np.uint8]:
        row = self.stream.bytes_per_image
        return self.memories[slot].array[: images * row].reshape(images, row)


class Runner:
    """Two buffers a stream, and everything that a run takes.

    Args:
        platform: the board.
        manifest: of the design on it.
        batch_size: images in one transfer; its bytes stay below the DMA's limit.
    """

    def __init__(self, platform: Platform, manifest: Manifest, batch_size: int) -> None:
        """Allocate the buffers and bring the DMA into a known state."""
        limit = largest_transfer(manifest)
        self.batch_size = batch_size
        self._platform = platform
        self._manifest = manifest
        self._images = _Side(platform, manifest.images, batch_size)
        self._scores = _Side(platform, manifest.scores, batch_size)
        assert manifest.dma is not None, "streams come from a DMA"
        self._dma = platform.words(manifest.dma)
        self._send = Channel(self._dma, SEND, limit)
        self._receive = Channel(self._dma, RECEIVE, limit)
        self._control = Control(platform.words(manifest.accelerator), manifest)
        self._runs = 0
        reset_dma(self._dma)

    def run(self, images: NDArray[np.uint8], timeout_s: float | None, times: Times) -> Integers:
        """Return the scores of images, int64 [n, *output shape]; counters start from zero.

        Args:
            images: uint8 [n, *input shape].
            timeout_s: for each chunk; None for five seconds and ten times what is modelled.
            times: is added to.

        Raises:
            DeviceFailed: an error of the DMA, a short packet, or time is over. The board has been
                reset, so that the next call starts afresh.
        """
        begin = time.perf_counter()
        try:
            scores = self._run(images, timeout_s, times)
        except BaseException as error:
            self._recover(error)
            raise
        times.total += time.perf_counter() - begin
        return scores

    def _run(self, images: NDArray[np.uint8], timeout_s: float | None, times: Times) -> Integers:
        chunks = [
            images[start : start + self.batch_size]
            for start in range(0, len(images), self.batch_size)
        ]
        found: list[Integers] = []
        for number, chunk in enumerate(chunks):
            slot = number % 2
            if number == 0:
                self._pack(chunk, slot, times)
            self._start(slot, len(chunk), clear=number == 0, times=times)
            deadline = Deadline(self._seconds(len(chunk), timeout_s))
            # The hardware works: pack what comes next, unpack what came before.
            if number + 1 < len(chunks):
                self._pack(chunks[number + 1], 1 - slot, times)
            if number:
                found.append(self._unpack(1 - slot, len(chunks[number - 1]), times))
            self._finish(slot, len(chunk), deadline, times)
        if chunks:
            found.append(self._unpack((len(chunks) - 1) % 2, len(chunks[-1]), times))
        self._runs = len(chunks)
        empty = np.empty((0, *self._manifest.scores.shape), np.int64)
        return np.concatenate([empty, *found])

    @property
    def bytes_in(self) -> int:
        """Bytes of an image on its stream."""
        return self._images.stream.bytes_per_image

    @property
    def bytes_out(self) -> int:
        """Bytes of an image's scores on their stream."""
        return self._scores.stream.bytes_per_image

    @property
    def runs(self) -> int:
        """Runs of the last call."""
        return self._runs

    def counters(self) -> dict[str, int]:
        """Return every counter by name."""
        return self._control.counters()

    def _pack(self, chunk: NDArray[np.uint8], slot: int, times: Times) -> None:
        begin = time.perf_counter()
        self._images.stream.pack(chunk, self._images.rows(slot, len(chunk)))
        times.pack += time.perf_counter() - begin

    def _unpack(self, slot: int, images: int, times: Times) -> Integers:
        begin = time.perf_counter()
        scores = self._scores.stream.unpack(self._scores.rows(slot, images))
        times.unpack += time.perf_counter() - begin
        return scores

    def _start(self, slot: int, images: int, *, clear: bool, times: Times) -> None:
        begin = time.perf_counter()
        self._images.memories[slot].flush()
        times.to_device += time.perf_counter() - begin
        # Receiving first: scores that find no taker would stop the design.
        self._receive.start(self._scores.memories[slot], self._scores_size(images))
        self._control.start(images, clear=clear)
        self._send.start(self._images.memories[slot], images * self._images.stream.bytes_per_image)

    def _finish(self, slot: int, images: int, deadline: Deadline, times: Times) -> None:
        deadline.wait(
            # Both are asked each time, so that an error of either is seen.
            lambda: all([self._send.done(), self._receive.done()]),
            lambda: f"a run of {images} images, {self._progress()}",
            _SLOW,
        )
        received = self._receive.received()
        if received != self._scores_size(images):
            raise DeviceFailed(
                f"a short packet: {received} bytes of scores came for {images} images, "
                f"not {self._scores_size(images)}",
                remedy=_AGAIN,
            )
        deadline.wait(
            self._control.done,
            lambda: f"a run of {images} images: all scores came, but it did not end",
            _SLOW,
        )
        begin = time.perf_counter()
        self._scores.memories[slot].invalidate()
        times.from_device += time.perf_counter() - begin

    def _progress(self) -> str:
        sent = "all sent" if self._send.done() else "not all sent"
        return f"{sent}, {'all' if self._receive.done() else 'not all'} scores received"

    def _scores_size(self, images: int) -> int:
        return images * self._scores.stream.bytes_per_image

    def _seconds(self, images: int, timeout_s: float | None) -> float:
        if timeout_s is not None:
            return timeout_s
        cycles = images * self._manifest.cycles_per_image
        return 5.0 + 10.0 * cycles / (self._platform.clock_mhz * 1e6)

    def _recover(self, error: BaseException) -> None:
        """Bring the board into a known state after a failure."""
        try:
            reset_dma(self._dma)
            if not self._control.idle():
                # A design that waits for the rest of an image has no reset of its own.
                self._platform.reload()
                reset_dma(self._dma)
        except DeviceFailed as second:
            raise DeviceFailed(
                f"{second.found}, after this: {error}", remedy=second.remedy
            ) from error


def largest_transfer(manifest: Manifest) -> int:
    """Return the bytes of the largest transfer of the DMA."""
    return (1 << manifest.dma_length_bits) - 1
