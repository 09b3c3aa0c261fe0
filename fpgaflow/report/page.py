"""The report as one page: no script, nothing loaded from anywhere, every figure from the report."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from fpgaflow.report.numbers import (
    NOT_KNOWN,
    RESOURCE_NAMES,
    format_bytes,
    format_count,
    format_percent,
)
from fpgaflow.report.plots import Plot, draw_plots
from fpgaflow.report.schema import Report


def write_html(report: Report, path: Path) -> None:
    """Write the page with its plots."""
    path.write_text(render_html(report, draw_plots(report)), encoding="utf-8", newline="\n")


def render_html(report: Report, plots: tuple[Plot, ...] = ()) -> str:
    """Return the page's text; everything but the plots' SVG is escaped."""
    environment = Environment(
        loader=PackageLoader("fpgaflow.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["count"] = format_count
    environment.filters["size"] = format_bytes
    environment.filters["part"] = format_percent
    template = environment.get_template("page.html.j2")
    return template.render(report=report, plots=plots, names=RESOURCE_NAMES, not_known=NOT_KNOWN)
