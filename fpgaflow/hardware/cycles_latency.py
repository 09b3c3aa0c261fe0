"""When an image leaves the pipeline: alone, and with others behind it. Modelled.

An image that others follow leaves later. Vitis HLS lets a loop go on with the next image at once
("rewind"); such a pipeline, stalled at its first step for want of a word, keeps the last words of
the image before in its later steps until the next image's words come. The co-simulation of hls4ml's
LeNet-5 is explained by it: three images take 3,555, 3,555 and 2,423 cycles from start to end, 2,354
apart. The last one meets no stall. The others wait until the next image's first window has come
through the second convolution, which begins 378 pixels of 3 cycles after that image: 1,132 cycles
later, where this model says 1,139. FIFOs are taken as deep, and images as coming at the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fpgaflow.hardware.dataflow import Dataflow, Numbers, Process

STEPS_HELD = 2
"""Later turns that push a word out of a pipelined loop, likely: it reads in the first of three
steps and writes in the last. 580 cycles for 576 words are the words, these, and entering and
leaving the loop. Chosen with that first output in sight; `docs/results/cycle-model.md` has what
other numbers give. FIFO depths are planned with more, see `dataflow_graph`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Clock cycles from when an image begins to come until its result has been taken.

    Attributes:
        alone: with no image behind it.
        in_a_row: with others behind it, at the pipeline's interval.
    """

    alone: int
    in_a_row: int


def model_latency(dataflow: Dataflow) -> Latency:
    """Return when an image's result is complete; see this module's text."""
    return Latency(alone=int(_done(dataflow, 1)[0]), in_a_row=int(_done(dataflow, 2)[0]))


def _done(dataflow: Dataflow, frames: int) -> Numbers:
    """Return when each image's result has been taken, counted from when it came."""
    ready: dict[int, Numbers] = {}
    done = np.zeros(frames, np.int64)
    for process in dataflow.processes:
        starts = np.repeat(np.arange(frames) * dataflow.interval, process.firings)
        bound = np.zeros_like(starts) if process.inputs else starts
        reading = _in_all(process.reading, process, frames)
        for stream in process.inputs:
            bound[reading] = np.maximum(bound[reading], ready[stream])
        cycles = np.tile(process.cycles, frames)
        before = np.cumsum(cycles) - cycles
        ends = np.maximum.accumulate(bound - before) + before + cycles
        if not process.outputs:
            taken = ends.reshape(frames, -1)[:, -1] - np.arange(frames) * dataflow.interval
            done = np.maximum(done, taken)
        for stream in process.outputs:
            ready[stream] = ends[_delivering(process, frames)]
    return done


def _in_all(firings: Numbers, process: Process, frames: int) -> Numbers:
    shift = np.arange(frames)[:, None] * process.firings
    return (firings[None, :] + shift).ravel()


def _delivering(process: Process, frames: int) -> Numbers:
    """Return the firings at whose ends words can be read, as `Process.delivering` does."""
    held = min(process.held, STEPS_HELD)
    last = process.firings - 1
    if not process.rewinds:
        return _in_all(np.minimum(process.writing + held, last), process, frames)
    return np.minimum(
        _in_all(process.writing, process, frames) + held, frames * process.firings - 1
    )
