"""The part of report.json that says how a design's stages hang together and when each one works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaflow.report.schema_parts import Source

StageRole = Literal[
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

FifoMemory = Literal["shift register", "distributed RAM", "block RAM"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStage:
    """One stage: a layer, or what the hardware needs around it.

    Attributes:
        name: unique among the stages.
        layer: the layer that it works for, as in `layers`.
        role: `layer` for the layer's own stage, `output` for what takes the results.
        busy_cycles: clock cycles that it works on one image; the rest of the interval it waits.
        utilization: the part of the interval that it works, in [0, 1].
        start_cycle: when it begins with an image, counted from the image's first word; 0 where it
            has begun before, with a border of zeros.
        end_cycle: when its last word of that image is out, likewise.
    """

    name: str
    layer: str
    role: StageRole
    busy_cycles: int
    utilization: float
    start_cycle: int
    end_cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStream:
    """One first-in first-out buffer between two stages.

    Attributes:
        writer: the stage that writes it, as a place in `stages`.
        reader: the stage that reads it, likewise.
        word_bits: bits in a word: one pixel, all its channels.
        depth_words: words that it holds.
        bits: all bits that it holds.
        memory: what it is made of.
    """

    writer: int
    reader: int
    word_bits: int
    depth_words: int
    bits: int
    memory: FifoMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The design as a graph of stages and FIFOs, and the timetable that its depths come from.

    Attributes:
        interval_cycles: clock cycles between two images.
        latency_cycles: from an image's first word to the last word of its result, at most: in the
            timetable every pipeline holds words back as long as it may, single loops until the
            next image comes.
        stages: each after those that it reads from.
        streams: the FIFOs.
        source: where the figures come from.
    """

    interval_cycles: int
    latency_cycles: int
    stages: tuple[PipelineStage, ...]
    streams: tuple[PipelineStream, ...]
    source: Source = "modelled"
