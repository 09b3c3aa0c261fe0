"""The report as one page: no script, nothing loaded from anywhere, every figure from the report."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from fpgaflow.report.compression_rows import shown_lines, shown_rows
from fpgaflow.report.counters_plots import draw_counters
from fpgaflow.report.counters_rows import shown_counters
from fpgaflow.report.engine_plots import draw_engine
from fpgaflow.report.engine_rows import (
    LAYER_COLUMNS,
    NOT_SYNTHESIZED,
    engine_rows,
    fit_notes,
    fit_source,
    layer_rows,
    loss_rows,
    rtl_rows,
    simulation_rows,
    style_rows,
)
from fpgaflow.report.fit_lines import (
    REMEDY_RESOURCES,
    remedy_rows,
    shortage_lines,
    unknown_resources,
    verdict_line,
)
from fpgaflow.report.folding_rows import folding_rows
from fpgaflow.report.measured_rows import COLUMNS, measured_notes, measured_rows
from fpgaflow.report.numbers import (
    NOT_KNOWN,
    RESOURCE_NAMES,
    format_bits,
    format_bytes,
    format_count,
    format_percent,
    format_saved,
)
from fpgaflow.report.pipeline_plots import Picture, draw_pictures
from fpgaflow.report.plots import Plot, draw_plots
from fpgaflow.report.rtl_rows import shown_rtl
from fpgaflow.report.saving_plots import draw_savings
from fpgaflow.report.schema import Report


def write_html(report: Report, path: Path) -> None:
    """Write the page with its plots."""
    savings = () if report.compression is None else draw_savings(report.compression)
    plots = (*draw_counters(report), *draw_plots(report))
    text = render_html(report, plots, savings, (*draw_pictures(report), *draw_engine(report)))
    path.write_text(text, encoding="utf-8", newline="\n")


def render_html(
    report: Report,
    plots: tuple[Plot, ...] = (),
    savings: tuple[Plot, ...] = (),
    pictures: tuple[Picture, ...] = (),
) -> str:
    """Return the page's text; everything but the plots' SVG is escaped.

    Args:
        report: every figure.
        plots: of the compiled network, from `draw_plots`.
        savings: of what compression saved, from `draw_savings`.
        pictures: of the pipeline, from `draw_pictures`, or of the engine, from `draw_engine`.
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
    environment.filters["size"] = format_bytes
    environment.filters["part"] = format_percent
    environment.filters["saved"] = format_saved
    environment.filters["bits"] = format_bits
    template = environment.get_template("page.html.j2")
    compression, measured, engine = report.compression, report.measured, report.engine
    checks = report.verification
    return template.render(
        report=report,
        plots=plots,
        savings=savings,
        pictures=pictures,
        compression=compression,
        saved={} if compression is None else {row.figure: row for row in compression.savings},
        rows=() if compression is None else shown_rows(compression),
        lines=() if compression is None else shown_lines(compression, report.board.title),
        counters=shown_counters(report),
        rtl=shown_rtl(report),
        folding=folding_rows(report),
        styles=style_rows(report),
        checked=[*simulation_rows(checks.engine), *rtl_rows(checks.engine_rtl)],
        programs=[] if engine is None else engine_rows(engine),
        fit_source=partial(fit_source, engine),
        fit_notes=[] if engine is None else fit_notes(engine),
        losses=[] if engine is None else loss_rows(engine),
        engine_columns=LAYER_COLUMNS,
        engine_layers=[] if engine is None else layer_rows(engine),
        not_synthesized=NOT_SYNTHESIZED,
        measured_columns=COLUMNS,
        measured_rows=() if measured is None else measured_rows(measured, report),
        measured_notes=() if measured is None else measured_notes(measured),
        names=RESOURCE_NAMES,
        unknown=unknown_resources(report.fit),
        verdict=verdict_line(report.fit),
        shortages=shortage_lines(report.fit),
        remedies=remedy_rows(report.fit),
        remedy_columns=REMEDY_RESOURCES,
        not_known=NOT_KNOWN,
    )
