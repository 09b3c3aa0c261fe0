"""What report.json says of the folding: how it was chosen, and what it is to be compared with."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.schema_parts import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedResources:
    """What a design likely takes."""

    lut: int
    ff: int
    bram36: int
    dsp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformFolding:
    """The fastest design with one reuse factor for all layers, hls4ml's way, on the same board.

    Attributes:
        reuse_factor: what every layer is asked for; it gets the nearest legal one.
        cycles_per_image: clock cycles between two results.
        images_per_second: at the design's clock.
        fits: whether it fits the board.
        resources: what it takes.
    """

    reuse_factor: int
    cycles_per_image: int
    images_per_second: float
    fits: bool
    resources: FoldedResources


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldingChoice:
    """How the folding was chosen.

    Attributes:
        target_fps: images a second that were asked for; null for the fastest design that fits.
        max_utilization: the part of each resource that it may take.
        proven: whether the search showed that no folding within that is faster, by the models.
        beyond: resources that no folding brings within it.
        roofline_images_per_second: one multiply-accumulate for each DSP slice of the board in each
            clock cycle; null where the board or the network has none.
        part_of_roofline: the design's images a second over those; more than 1 where look-up tables
            multiply too.
        latency_cycles: from when an image begins to come until its result is there.
        latency_cycles_in_a_row: the same with other images behind it, where Vitis HLS lets loops
            go on with the next image at once.
        uniform: one reuse factor for all layers; null where none keeps to the same bounds.
        source: where the figures come from.
    """

    target_fps: float | None
    max_utilization: float
    proven: bool
    beyond: tuple[str, ...]
    roofline_images_per_second: float | None
    part_of_roofline: float | None
    latency_cycles: int
    latency_cycles_in_a_row: int
    uniform: UniformFolding | None
    source: Source = "modelled"
