"""The terminal's table of what the vendor's tools found, beside what was modelled."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fpgaflow.report.measured_rows import COLUMNS, measured_notes, measured_rows
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_measured import Measured


def measured_table(measured: Measured, report: Report) -> RenderableType:
    """Return the table with the lines that belong to it."""
    table = Table(
        title=f"Synthesis ({measured.source})",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == COLUMNS[0] else "right")
    for row in measured_rows(measured, report):
        table.add_row(*row)
    return Group(table, *(Text(line) for line in measured_notes(measured)))
