"""The terminal's table of what the RTL showed, beside what was modelled."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fpgaflow.report.rtl_rows import ShownRtl


def print_rtl(shown: ShownRtl, console: Console | None = None) -> None:
    """Print the table; to standard output when no console is given."""
    (console or Console(highlight=False)).print(rtl_table(shown))


def rtl_table(shown: ShownRtl) -> RenderableType:
    """Return the table with the lines that belong to it."""
    table = Table(
        title="RTL simulation",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("", no_wrap=True)
    for name in shown.columns:
        # Two lines, so that all fits into 80 columns.
        table.add_column(name.replace(", ", "\n"), justify="right", no_wrap=True)
    for row in shown.rows:
        table.add_row(*row)
    return Group(table, *(Text(note) for note in shown.notes))
