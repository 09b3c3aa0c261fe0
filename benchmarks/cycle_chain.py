"""Stages one behind the other, as a dataflow network: what `hardware.dataflow_run` simulates.

`hardware.dataflow_graph` makes such a network of a graph as this project builds it. Designs that
others built have other loops and other stages around them; here they are put together by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fpgaflow.hardware.cycles_loops import Loop, word_loop
from fpgaflow.hardware.dataflow import Dataflow, Flags, Process
from fpgaflow.hardware.dataflow_run import simulate


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of a chain.

    Attributes:
        name: unique in its chain.
        loop: what a turn of it takes.
        reads: whether a turn takes a word.
        writes: whether a turn gives one.
    """

    name: str
    loop: Loop
    reads: Flags
    writes: Flags

    @property
    def cycles(self) -> int:
        """Clock cycles for one image."""
        return self.loop.cycles(turns=len(self.reads), written=int(self.writes.sum()), rows=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What the model says of a chain of stages.

    Attributes:
        interval: clock cycles of the slowest stage.
        first: clock cycle at which the first image's result has left, no FIFO being full.
        over: clock cycle at which every stage is done with it, words that no result needs too.
        apart: clock cycles between later results.
    """

    interval: int
    first: int
    over: int
    apart: int


def window_stage(name: str, loop: Loop, side: int, kernel: int, stride: int = 1) -> Stage:
    """Return a stage that writes where a window ends in a square map that it reads."""
    steps = np.arange(side) - (kernel - 1)
    ends = (steps >= 0) & (steps % stride == 0)
    writes = np.outer(ends, ends).ravel()
    return Stage(name=name, loop=loop, reads=np.ones(side * side, np.bool_), writes=writes)


def padding_stage(name: str, side: int, border: int) -> Stage:
    """Return a stage that lays a border around a square map."""
    inside = np.zeros((side + 2 * border, side + 2 * border), np.bool_)
    inside[border : border + side, border : border + side] = True
    writes = np.ones(inside.size, np.bool_)
    return Stage(name=name, loop=word_loop(inside.size), reads=inside.ravel(), writes=writes)


def word_stage(name: str, words: int) -> Stage:
    """Return a stage that passes each word on."""
    each = np.ones(words, np.bool_)
    return Stage(name=name, loop=word_loop(words), reads=each, writes=each)


def vector_stage(name: str, loop: Loop, words: int) -> Stage:
    """Return a stage that writes one word behind so many."""
    reads = np.ones(words, np.bool_)
    return Stage(name=name, loop=loop, reads=reads, writes=np.arange(words) == words - 1)


def run_chain(stages: Sequence[Stage]) -> Chain:
    """Return what the model says; the image comes a word a cycle, and results are taken so."""
    once = np.ones(int(stages[0].reads.sum()), np.bool_)
    source = Stage(name="the image", loop=Loop(quiet=1, writing=1), reads=~once, writes=once)
    taken = np.ones(int(stages[-1].writes.sum()), np.bool_)
    sink = Stage(name="the output", loop=Loop(quiet=1, writing=1), reads=taken, writes=~taken)
    links = len(stages) + 1
    processes = tuple(
        _process(stage, (number - 1,) if number else (), (number,) if number < links else ())
        for number, stage in enumerate((source, *stages, sink))
    )
    run = simulate(Dataflow(processes=processes, width_bits=(1,) * links), frames=3)
    return Chain(
        interval=max(stage.cycles for stage in stages),
        first=run.finished[0],
        over=_over(processes),
        apart=run.interval,
    )


def _over(processes: Sequence[Process]) -> int:
    """Return when the last process is done with one image."""
    ready = np.zeros(0, np.int64)
    last = 0
    for process in processes:
        bound = np.zeros(process.firings, np.int64)
        bound[process.reading] = ready[: len(process.reading)]
        ends = np.maximum.accumulate(bound - process.before) + process.before + process.cycles
        ready = ends[process.writing]
        last = max(last, int(ends[-1]))
    return last


def _process(stage: Stage, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Process:
    """Return the stage's firings; what comes behind its last turn is the last firing's."""
    cycles = np.where(stage.writes, stage.loop.writing, stage.loop.quiet).astype(np.int64)
    cycles[-1] += stage.loop.last
    return Process(
        name=stage.name,
        inputs=inputs,
        outputs=outputs,
        cycles=cycles,
        reads=stage.reads,
        writes=stage.writes,
    )
