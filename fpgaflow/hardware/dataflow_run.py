"""Runs a dataflow network with bounded FIFOs, exactly, word by word; says who waits for whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fpgaflow.hardware.dataflow import Dataflow, Process

UNBOUNDED = 1 << 60
"""A depth that nothing fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What keeps a stage from its next firing.

    Attributes:
        stage: the stage that waits.
        for_what: a word to read, or room to write one.
        other: the stage at the other end of the stream.
        depth: of the stream.
    """

    stage: str
    for_what: Literal["word", "room"]
    other: str
    depth: int

    def __str__(self) -> str:
        """Return it as a clause of a sentence."""
        if self.for_what == "word":
            return f"{self.stage} waits for a word of {self.other}"
        return f"{self.stage} waits for room in the FIFO to {self.other} (depth {self.depth})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang:
    """Stages that wait for each other in a circle.

    Attributes:
        cycle: each waits for the next one's stage, the last for the first.
    """

    cycle: tuple[Wait, ...]

    def __str__(self) -> str:
        """Return the circle, by name."""
        return "the design hangs: " + "; ".join(map(str, self.cycle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run of some images showed.

    Attributes:
        first_output: clock cycle at which the first word of a result can be read; None if none.
        finished: clock cycle at which each image's last word has left.
        occupancy: most words that each stream held at once.
        hang: the circle of waiting stages, if the run came to a standstill.
    """

    first_output: int | None
    finished: tuple[int, ...]
    occupancy: tuple[int, ...]
    hang: Hang | None

    @property
    def interval(self) -> int:
        """Clock cycles between the last two images."""
        return self.finished[-1] - self.finished[-2]


def simulate(
    dataflow: Dataflow,
    depths: Sequence[int] | None = None,
    frames: int = 3,
    *,
    rewinds: bool = False,
) -> Run:
    """Run images one after the other, each stage as early as it can.

    Which words a stage has read or written in the end, and when, does not depend on the order in
    which the stages are looked at here.

    Args:
        dataflow: the network.
        depths: of each stream; by default nothing bounds them.
        frames: how many images.
        rewinds: whether stages that may go on with the next image at once do so; else every stage
            is flushed behind each image.
    """
    bounds = [UNBOUNDED] * len(dataflow.width_bits) if depths is None else list(depths)
    assert len(bounds) == len(dataflow.width_bits), "one depth for each stream"
    streams = [_Fifo(depth) for depth in bounds]
    states = [_State(process, streams, frames, rewinds) for process in dataflow.processes]
    waiting = deque(range(len(states)))
    queued = [True] * len(states)
    while waiting:
        number = waiting.popleft()
        queued[number] = False
        process = dataflow.processes[number]
        if not states[number].advance():
            continue
        neighbours = [dataflow.writers[stream] for stream in process.inputs]
        neighbours += [dataflow.readers[stream] for stream in process.outputs]
        for other in neighbours:
            if not queued[other]:
                queued[other] = True
                waiting.append(other)
    return Run(
        first_output=_first_output(states),
        finished=_finished(states, frames),
        occupancy=tuple(stream.occupancy() for stream in streams),
        hang=_hang(dataflow, states, streams),
    )


class _Fifo:
    """The times at which places were taken, words could be read, and places were free again."""

    __slots__ = ("depth", "freed", "ready", "taken")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.taken: list[int] = []
        self.ready: list[int] = []
        self.freed: list[int] = []

    def occupancy(self) -> int:
        if not self.taken:
            return 0
        freed = np.searchsorted(self.freed, self.taken, side="right")
        return int((np.arange(1, len(self.taken) + 1) - freed).max())


class _State:
    """One process on its way through the images."""

    def __init__(self, process: Process, streams: list[_Fifo], frames: int, rewinds: bool) -> None:
        self.process = process
        self.inputs = [streams[stream] for stream in process.inputs]
        self.outputs = [streams[stream] for stream in process.outputs]
        self.free = 0
        self.done = 0
        self.total = frames * process.firings
        self.flushed = self.total if rewinds and process.rewinds else process.firings
        self.ends: list[int] = []
        self._read = self._written = 0
        self._undelivered: deque[int] = deque()
        firings = (process.cycles.tolist(), process.reads.tolist(), process.writes.tolist())
        self._firings = list(zip(*firings, strict=True))

    def blocked(self) -> tuple[int, Literal["word", "room"]] | None:
        """Return the stream that the next firing waits for, and why."""
        _, reads, writes = self._firings[self.done % len(self._firings)]
        if reads:
            for stream, fifo in zip(self.process.inputs, self.inputs, strict=True):
                if len(fifo.ready) <= self._read:
                    return stream, "word"
        if writes:
            for stream, fifo in zip(self.process.outputs, self.outputs, strict=True):
                if len(fifo.freed) <= self._written - fifo.depth:
                    return stream, "room"
        return None

    def advance(self) -> bool:
        """Fire as often as possible; say whether it fired at all."""
        begun = self.done
        while self.done < self.total and self.blocked() is None:
            self._fire()
        return self.done > begun

    def _fire(self) -> None:
        cycles, reads, writes = self._firings[self.done % len(self._firings)]
        time = self._earliest(reads, writes)
        self.free = time + cycles
        if reads:
            self._read += 1
            for fifo in self.inputs:
                fifo.freed.append(time + 1)
        if writes:
            self._written += 1
            for fifo in self.outputs:
                fifo.taken.append(time)
            self._undelivered.append(self.done + self.process.held)
        self._deliver()
        self.done += 1
        if self.done % len(self._firings) == 0:
            self.ends.append(self.free)

    def _deliver(self) -> None:
        """Let the words be read whose time has come, at an end all of them."""
        last = (self.done + 1) % self.flushed == 0
        while self._undelivered and (last or self._undelivered[0] <= self.done):
            self._undelivered.popleft()
            for fifo in self.outputs:
                fifo.ready.append(self.free)

    def _earliest(self, reads: bool, writes: bool) -> int:
        time = self.free
        if reads:
            for fifo in self.inputs:
                time = max(time, fifo.ready[self._read])
        if writes:
            for fifo in self.outputs:
                if self._written >= fifo.depth:
                    time = max(time, fifo.freed[self._written - fifo.depth])
        return time


def _sinks(states: list[_State]) -> list[_State]:
    return [state for state in states if not state.outputs]


def _first_output(states: list[_State]) -> int | None:
    ready = [fifo.ready[0] for state in _sinks(states) for fifo in state.inputs if fifo.ready]
    return min(ready, default=None)


def _finished(states: list[_State], frames: int) -> tuple[int, ...]:
    done = min([frames, *(len(state.ends) for state in _sinks(states))])
    return tuple(max(state.ends[frame] for state in _sinks(states)) for frame in range(done))


def _hang(dataflow: Dataflow, states: list[_State], streams: list[_Fifo]) -> Hang | None:
    stuck = [number for number, state in enumerate(states) if state.done < state.total]
    if not stuck:
        return None
    # Whoever a stuck stage waits for is stuck too, so the walk meets itself.
    seen: dict[int, int] = {}
    waits: list[Wait] = []
    number = stuck[0]
    while number not in seen:
        seen[number] = len(waits)
        blocked = states[number].blocked()
        assert blocked is not None, "a stage stands still for no reason"
        stream, what = blocked
        other = dataflow.writers[stream] if what == "word" else dataflow.readers[stream]
        names = dataflow.processes
        waits.append(
            Wait(
                stage=names[number].name,
                for_what=what,
                other=names[other].name,
                depth=streams[stream].depth,
            )
        )
        number = other
    return Hang(cycle=tuple(waits[seen[number] :]))
