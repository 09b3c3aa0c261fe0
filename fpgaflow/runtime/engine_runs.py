"""Runs images through an engine in chunks, packing one while the other computes.

The engine is its own master: it reads the program and the images from memory and writes the scores
there. A run takes as many images as its buffers hold.
"""

from __future__ import annotations

import json
import time
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.config import PROGRAM_ALIGNMENT
from fpgaflow.engine.frames import FrameLayout, frame_layout
from fpgaflow.engine.registers import Status
from fpgaflow.errors import DeviceFailed, InputRefused
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.engine_control import COUNTER_NAMES, EngineControl, Region
from fpgaflow.runtime.engine_packing import pack_images
from fpgaflow.runtime.engine_status import explain_stop, place_of
from fpgaflow.runtime.manifest import EngineEntry
from fpgaflow.runtime.platform import Memory, Platform
from fpgaflow.runtime.runner import Times
from fpgaflow.runtime.streams import Integers
from fpgaflow.runtime.waiting import Deadline

_SLOW = (
    "the run was aborted: call again; if it comes back, run self_test(), and give timeout_s more "
    "where the clock is slow"
)


class _Side:
    """Two pieces of memory for frames, taken in turns; a frame takes at least 8 bytes of them."""

    def __init__(self, platform: Platform, frame_bytes: int, images: int) -> None:
        self.frame_bytes = frame_bytes
        size = max(frame_bytes * images, 8)
        self.memories: tuple[Memory, Memory] = (platform.allocate(size), platform.allocate(size))
        for memory in self.memories:
            # What the processor wrote before may not land on top of what the engine writes.
            memory.flush()

    def rows(self, slot: int, images: int) -> NDArray[np.uint8]:
        size = images * self.frame_bytes
        return self.memories[slot].array[:size].reshape(images, self.frame_bytes)

    def region(self, slot: int, images: int) -> Region:
        return Region(address=self.memories[slot].address, bytes=images * self.frame_bytes)


class EngineRunner:
    """A program in the board's memory with its buffers, and everything that a run takes.

    Args:
        platform: the board, with an engine on it.
        bundle: holds the program; its manifest has an engine.
        batch_size: images in one run.

    Raises:
        DeviceFailed: the engine on the board is not the one that the program is for.
    """

    def __init__(self, platform: Platform, bundle: Bundle, batch_size: int) -> None:
        """Load the program; nothing is written to the engine yet."""
        manifest, engine = bundle.manifest, bundle.manifest.engine
        assert engine is not None, "a program has an engine"
        self.batch_size = batch_size
        self._platform = platform
        self._manifest, self._engine = manifest, engine
        self._control = EngineControl(platform.words(manifest.accelerator))
        self._control.check(engine)
        program = bundle.files[engine.program]
        self._layout = _layout(bundle, engine)
        self._output = bundle.graph.outputs[0]
        self._program = _filled(platform, program)
        self._program_bytes = len(program)
        self._spill = _filled(platform, bytes(max(engine.spill_bytes, 8)))
        self._images = _Side(platform, engine.input_bytes, batch_size)
        self._scores = _Side(platform, engine.output_bytes, batch_size)
        self._placed = False
        self._counters = _no_counts()
        self._runs = 0

    @property
    def bytes_in(self) -> int:
        """Bytes of an image in memory."""
        return self._images.frame_bytes

    @property
    def bytes_out(self) -> int:
        """Bytes of an image's scores in memory."""
        return self._scores.frame_bytes

    @property
    def runs(self) -> int:
        """Runs of the last call."""
        return self._runs

    def counters(self) -> dict[str, int]:
        """Return what all runs of the last call counted, by name."""
        return dict(self._counters)

    def run(self, images: NDArray[np.uint8], timeout_s: float | None, times: Times) -> Integers:
        """Return the scores of images, int64 [n, *output shape]; counters start from zero.

        Args:
            images: uint8 [n, *input shape].
            timeout_s: the longest wait without an image that is done; None for five seconds and
                ten times what is modelled for a whole run.
            times: is added to.

        Raises:
            DeviceFailed: the engine stopped, or time is over. The run was aborted, and the next
                call starts afresh.
        """
        begin = time.perf_counter()
        self._counters, self._runs = _no_counts(), 0
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
        found = [np.empty((0, *self._manifest.scores.shape), np.int64)]
        self._pack(chunks[0], 0, times)
        for number, chunk in enumerate(chunks):
            slot = number % 2
            self._start(slot, len(chunk), times)
            deadline = Deadline(self._seconds(len(chunk), timeout_s))
            # The engine works: pack what comes next, unpack what came before.
            if number + 1 < len(chunks):
                self._pack(chunks[number + 1], 1 - slot, times)
            if number:
                found.append(self._unpack(1 - slot, len(chunks[number - 1]), times))
            self._finish(slot, len(chunk), deadline, times)
        found.append(self._unpack((len(chunks) - 1) % 2, len(chunks[-1]), times))
        return np.concatenate(found)

    def _pack(self, chunk: NDArray[np.uint8], slot: int, times: Times) -> None:
        begin = time.perf_counter()
        pack_images(self._layout, chunk, self._images.rows(slot, len(chunk)))
        times.pack += time.perf_counter() - begin

    def _unpack(self, slot: int, images: int, times: Times) -> Integers:
        begin = time.perf_counter()
        scores = self._layout.unpack(self._scores.rows(slot, images))[self._output]
        times.unpack += time.perf_counter() - begin
        return scores

    def _start(self, slot: int, images: int, times: Times) -> None:
        begin = time.perf_counter()
        self._images.memories[slot].flush()
        times.to_device += time.perf_counter() - begin
        if not self._placed:
            # Writing them again would let the engine check the program again.
            self._control.place(
                Region(address=self._program.address, bytes=self._program_bytes),
                Region(address=self._spill.address, bytes=self._engine.spill_bytes),
            )
            self._placed = True
        regions = self._images.region(slot, images), self._scores.region(slot, images)
        self._control.start(images, *regions)

    def _finish(self, slot: int, images: int, deadline: Deadline, times: Times) -> None:
        frames = 0

        def ready() -> bool:
            nonlocal frames
            if self._control.done():
                return True
            done = self._control.frames_done
            if done != frames:
                frames = done
                deadline.restart()
            return False

        deadline.wait(
            ready,
            lambda: (
                f"a run of {images} images, {frames} done, at "
                f"{place_of(self._control.where, self._engine)}"
            ),
            _SLOW,
        )
        status = self._control.status
        if status != Status.OK:
            raise explain_stop(status, self._control.where, images, self._engine)
        begin = time.perf_counter()
        self._scores.memories[slot].invalidate()
        times.from_device += time.perf_counter() - begin
        for name, count in self._control.counters().items():
            self._counters[name] += count
        self._runs += 1

    def _seconds(self, images: int, timeout_s: float | None) -> float:
        if timeout_s is not None:
            return timeout_s
        cycles = images * self._manifest.cycles_per_image
        return 5.0 + 10.0 * cycles / (self._platform.clock_mhz * 1e6)

    def _recover(self, error: BaseException) -> None:
        """Stop what runs; an engine that does not stop is loaded again."""
        self._placed = False
        try:
            self._control.abort()
        except DeviceFailed:
            self._reload(error)

    def _reload(self, error: BaseException) -> None:
        self._platform.reload()
        try:
            self._control.abort()
        except DeviceFailed as second:
            raise DeviceFailed(
                f"{second.found}, after this: {error}",
                remedy="switch the board off and on, and load the bundle again",
            ) from error


def _no_counts() -> dict[str, int]:
    return dict.fromkeys(COUNTER_NAMES, 0)


def _layout(bundle: Bundle, engine: EngineEntry) -> FrameLayout:
    """Return where the bundle's images and scores lie; InputRefused where that cannot be."""
    try:
        held: object = json.loads(bundle.files[engine.frames])
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{bundle.path}, {engine.frames} is no JSON file: {error}",
            remedy="make the bundle again",
        ) from error
    if not isinstance(held, dict):
        raise InputRefused(
            f"{bundle.path}, {engine.frames} holds no object", remedy="make the bundle again"
        )
    found = frame_layout(cast("dict[str, object]", held))
    sizes = {"input_bytes": engine.input_bytes, "output_bytes": engine.output_bytes}
    found.require(bundle.graph, **sizes)
    return found


def _filled(platform: Platform, data: bytes) -> Memory:
    """Return memory that holds these bytes, as the engine sees it too."""
    memory = platform.allocate(len(data))
    if memory.address % PROGRAM_ALIGNMENT:
        raise DeviceFailed(
            f"the board gave memory at 0x{memory.address:x}",
            accepted=f"an address that is a multiple of {PROGRAM_ALIGNMENT}",
            remedy="load the bundle again",
        )
    memory.array[:] = np.frombuffer(data, np.uint8)
    memory.flush()
    return memory
