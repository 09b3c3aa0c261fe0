"""The part of report.json that `fpgaflow cosim` writes: what the design's RTL showed."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.schema_counters import CounterReading
from fpgaflow.report.schema_parts import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RtlSimulation:
    """Images through the RTL that Vitis HLS wrote, cycle by cycle.

    Attributes:
        rtl: who wrote the RTL, e.g. `Vitis HLS 2023.2`; null where it does not say.
        rtl_sha256: over its files.
        from_build: whether it is known to be made from the build's C++ as it is.
        simulator: who simulated it.
        images: how many went through, in one run.
        mismatches: integers of the output that differ from the interpreter's.
        counters: what the registers showed after the run.
        stalls: seed of the random pauses of both streams; null where they ran freely.
        first_output_cycles: from the first beat in to the first beat out.
        first_image_cycles: from the first beat in to the last beat out of the first image.
        interval_cycles: between two images, on average; null for one image.
        modelled_first_image_cycles: by the pipeline's timetable; null where the report has none
            (modelled).
        modelled_interval_cycles: by the model of cycles (modelled).
        cycles: simulated in all.
        seconds_per_image: time of the simulation on the machine that ran it (measured).
        source: where the figures come from.
    """

    rtl: str | None
    rtl_sha256: str
    from_build: bool
    simulator: str
    images: int
    mismatches: int
    counters: CounterReading
    stalls: int | None
    first_output_cycles: int
    first_image_cycles: int
    interval_cycles: float | None
    modelled_first_image_cycles: int | None
    modelled_interval_cycles: int
    cycles: int
    seconds_per_image: float
    source: Source = "simulated"
