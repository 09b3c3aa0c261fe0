"""A compression as one page: no script, nothing loaded from anywhere."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from fpgaflow.compress.plan import BlockStep, Plan
from fpgaflow.compress.record import Record
from fpgaflow.report.compression_layers import first_threshold, list_layers
from fpgaflow.report.compression_plots import draw_compression
from fpgaflow.report.numbers import format_count
from fpgaflow.version import __version__


def render_compression(plan: Plan, record: Record, name: str) -> str:
    """Return the page's text with its plots.

    Args:
        plan: what was removed, and the figures before and after.
        record: what happened.
        name: what the result is called.
    """
    environment = Environment(
        loader=PackageLoader("fpgaflow.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["count"] = format_count
    environment.filters["points"] = _points
    template = environment.get_template("compression.html.j2")
    return template.render(
        plan=plan,
        record=record,
        name=name,
        plots=draw_compression(record),
        layers=list_layers(record),
        threshold=first_threshold(record),
        blocks=[step for step in plan.steps if isinstance(step, BlockStep)],
        channels=[step for step in plan.steps if not isinstance(step, BlockStep)],
        epochs=sum(len(tuning.history.rows) for tuning in record.tunings),
        time=_duration(
            sum(row.seconds for tuning in record.tunings for row in tuning.history.rows)
        ),
        version=__version__,
    )


def _points(part: float) -> str:
    """Write a difference of accuracies as points."""
    return f"{100 * part:+.2f}"


def _duration(seconds: float) -> str:
    """Write a time as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
