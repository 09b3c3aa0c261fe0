"""The engine's picture as the page shows it, with its caption."""

from __future__ import annotations

from fpgaflow.report.engine_timeline import draw_timeline
from fpgaflow.report.pipeline_plots import Picture
from fpgaflow.report.schema import Report


def draw_engine(report: Report) -> tuple[Picture, ...]:
    """Draw the run of an image; nothing for a spatial design."""
    engine = report.engine
    if engine is None:
        return ()
    return (
        Picture(
            title="A run of one image",
            caption=f"The {len(engine.timeline)} instructions one after the other, a line for each "
            "layer: when they run, in the colour of what takes most of them, and what their "
            "cycles are for. Without stalls of the buses the RTL takes exactly these cycles.",
            svg=draw_timeline(engine),
            source=engine.source,
        ),
    )
