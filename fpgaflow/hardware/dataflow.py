"""The pipeline as processes on stream words: what each stage reads and writes, firing by firing.

A stage works through the same list of *firings* for every image. A firing takes one word from each
input, or none, and gives one word to each output, or none: a convolution fires once for each pixel
of the padded map and gives a word where a window ends. What the model takes for granted:

- A firing begins when its words are there, its outputs have room, and the firing before is over.
- It takes the places of the words that it writes when it begins.
- They can be read when it ends, or, in a stage that is pipelined, when `held` more firings have
  ended: a pipeline that stalls where an input is missing delivers nothing of what it has begun
  (Vitis HLS calls this style stp). A stage that *rewinds* goes on with the next image at once and
  counts that one's firings too; any other one, and each one behind a run's last image, is flushed.
- The place of a word that is read is free one cycle later.

A stage of the real design may be better: read before it waits for room, write its outputs one after
another, flush its pipeline more often. Each of these lets it fire and deliver no later, and then no
stage is later: which words are read and written does not depend on when (Kahn, 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

Role = Literal[
    "layer",
    "padding",
    "row selection",
    "repacking",
    "concat step",
    "cast",
    "sum",
    "copying",
    "result",
    "output",
]
"""What a stage does for its node: the node's own work, what surrounds it, or what follows it."""

SMALLEST_DEPTH = 2
"""A word can be written while another one is read."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """One stage.

    Attributes:
        name: unique; what messages call it.
        inputs: numbers of the streams that it reads.
        outputs: numbers of the streams that it writes.
        cycles: clock cycles of each firing of one image.
        reads: whether a firing takes a word from each input.
        writes: whether a firing gives a word to each output.
        held: later firings that may have to come before a word can be read.
        rewinds: whether it goes on with the next image at once, as Vitis HLS lets a function do
            that is one pipelined loop: what it holds back of an image's end waits for the next one.
        layer: the node that it works for.
        role: what it does for that node.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    cycles: Numbers
    reads: Flags
    writes: Flags
    held: int = 0
    rewinds: bool = False
    layer: str = ""
    role: Role = "layer"

    @property
    def firings(self) -> int:
        """Firings for one image."""
        return len(self.cycles)

    @cached_property
    def before(self) -> Numbers:
        """Clock cycles of the firings before each one."""
        return np.cumsum(self.cycles) - self.cycles

    @cached_property
    def reading(self) -> NDArray[np.intp]:
        """The firings that read."""
        return np.flatnonzero(self.reads)

    @cached_property
    def writing(self) -> NDArray[np.intp]:
        """The firings that write."""
        return np.flatnonzero(self.writes)

    @cached_property
    def delivering(self) -> NDArray[np.intp]:
        """The firings at whose ends the words that `writing` writes can be read."""
        if self.rewinds:
            return (self.writing + self.held) % self.firings
        return np.minimum(self.writing + self.held, self.firings - 1)

    @cached_property
    def images_later(self) -> NDArray[np.intp]:
        """By how many images those firings come later; by none but where a stage rewinds."""
        if self.rewinds:
            return (self.writing + self.held) // self.firings
        return np.zeros_like(self.writing)

    @cached_property
    def busy(self) -> int:
        """Clock cycles of all firings for one image."""
        return int(self.cycles.sum())


@dataclass(frozen=True, kw_only=True)
class Dataflow:
    """Processes in the order of the data, and the streams between them.

    Attributes:
        processes: each after those that it reads from.
        width_bits: of one word, by stream.
    """

    processes: tuple[Process, ...]
    width_bits: tuple[int, ...]

    @cached_property
    def writers(self) -> tuple[int, ...]:
        """The process that writes each stream."""
        return self._ends([process.outputs for process in self.processes])

    @cached_property
    def readers(self) -> tuple[int, ...]:
        """The process that reads each stream."""
        return self._ends([process.inputs for process in self.processes])

    @property
    def interval(self) -> int:
        """Clock cycles from image to image where no FIFO is full: those of the slowest process."""
        return max(process.busy for process in self.processes)

    def all_rewinding(self) -> Dataflow:
        """Return the network where every stage that holds words back goes on at once."""
        latest = [replace(process, rewinds=process.held > 0) for process in self.processes]
        return replace(self, processes=tuple(latest))

    def stream_name(self, stream: int) -> str:
        """Return what messages call a stream: its ends."""
        writer = self.processes[self.writers[stream]].name
        return f"{writer} -> {self.processes[self.readers[stream]].name}"

    def _ends(self, streams: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        ends = [-1] * len(self.width_bits)
        for number, names in enumerate(streams):
            for stream in names:
                assert ends[stream] < 0, f"two processes share an end of stream {stream}"
                ends[stream] = number
        assert min(ends, default=0) >= 0, "a stream has no writer or no reader"
        return tuple(ends)
