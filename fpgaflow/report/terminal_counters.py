"""The counters side by side, for the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fpgaflow.report.counters_rows import ShownTable


def print_counters(shown: ShownTable, console: Console | None = None) -> None:
    """Print the table; to standard output when no console is given."""
    (console or Console(highlight=False)).print(counters_table(shown))


def counters_table(shown: ShownTable) -> RenderableType:
    """Return the table; what is not as predicted is red and marked."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("for one image")
    for name in shown.columns:
        # Two lines, so that all fits into 80 columns.
        table.add_column(name.replace(" ", "\n", 1), justify="right", min_width=9)
    for row in shown.rows:
        if not row.cells:
            table.add_row(Text(row.title, style="bold"))
            continue
        cells = (
            Text(f"{cell.text} !", style="bold red") if cell.wrong else Text(cell.text)
            for cell in row.cells
        )
        table.add_row(Text(f"  {row.title}"), *cells)
    return Group(table, *(Text(note, style="dim") for note in shown.notes))
