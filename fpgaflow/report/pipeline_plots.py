"""The pipeline's pictures as the page shows them: graph and timetable, with their captions."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.pipeline_boxes import is_slowest
from fpgaflow.report.pipeline_picture import draw_pipeline
from fpgaflow.report.pipeline_timetable import Beside, draw_timetable
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_parts import Source
from fpgaflow.report.schema_pipeline import Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture.

    Attributes:
        title: its heading.
        caption: what is shown.
        svg: the drawing; text in it is escaped.
        source: where its figures come from.
    """

    title: str
    caption: str
    svg: str
    source: Source


def draw_pictures(report: Report) -> tuple[Picture, ...]:
    """Draw the stages with their FIFOs, and when each one works; nothing without a pipeline."""
    pipeline = report.pipeline
    if pipeline is None:
        return ()
    return (
        Picture(
            title="Pipeline",
            caption=_pipeline_caption(pipeline),
            svg=draw_pipeline(pipeline, report.layers),
            source=pipeline.source,
        ),
        Picture(
            title="Timetable of two images",
            caption="From a stage's first word of an image to its last one: filled for the first "
            "image, outlined for the next. The FIFO depths come from this timetable; with them no "
            "stage is later, though pipelines hold words back as long as they may. A stage whose "
            "input has a border of zeros may begin before it.",
            svg=draw_timetable(pipeline, _beside(report)),
            source=pipeline.source,
        ),
    )


def _pipeline_caption(pipeline: Pipeline) -> str:
    slowest = sum(is_slowest(stage, pipeline) for stage in pipeline.stages)
    count = "one stage sets" if slowest == 1 else f"{slowest} stages, equally slow, set"
    return (
        f"All {len(pipeline.stages)} stages and {len(pipeline.streams)} FIFOs, in the order of "
        f"the data, row by row. All stages work at once; {count} the pace of "
        f"{pipeline.interval_cycles:,} cycles an image. Dashed boxes are what the hardware needs "
        "around the layers."
    )


def _beside(report: Report) -> Beside:
    """Return the same two lengths as high-level synthesis and simulated RTL have them."""
    latency: list[str] = []
    interval: list[str] = []
    hls = None if report.measured is None else report.measured.hls
    if hls is not None:
        if hls.latency_cycles is not None:
            latency.append(f"{hls.latency_cycles:,} measured ({hls.tool})")
        if hls.interval_cycles is not None:
            interval.append(f"{hls.interval_cycles:,} measured ({hls.tool})")
    free = [run for run in report.verification.rtl if run.stalls is None]
    for run in free:
        latency.append(f"{run.first_image_cycles:,} {run.source} (RTL)")
        if run.interval_cycles is not None:
            interval.append(f"{run.interval_cycles:,.0f} {run.source} (RTL)")
    return Beside(latency="; ".join(latency), interval="; ".join(interval))
