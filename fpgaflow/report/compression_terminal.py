"""A compression's layers as a table for the terminal."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fpgaflow.compress.record import Record
from fpgaflow.report.compression_layers import CompressedLayer, first_threshold, list_layers


def render_layers(record: Record, width: int = 100) -> str:
    """Return the table as plain text; nothing where no layer was counted.

    Args:
        record: what happened.
        width: columns of the terminal.
    """
    rows = list_layers(record)
    if not rows:
        return ""
    console = Console(
        file=StringIO(), width=width, color_system=None, highlight=False, legacy_windows=False
    )
    with console.capture() as captured:
        console.print(_table(rows, first_threshold(record)))
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _table(rows: tuple[CompressedLayer, ...], threshold: float | None) -> Table:
    table = Table(
        title="Layers", title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    table.add_column("layer", no_wrap=True)
    names = ["before", "after"]
    counted = any(row.zeros is not None for row in rows)
    if counted:
        table.title = "Layers: channels, and how often they are zero in the network as given"
        above = "above" if threshold is None else f"above {threshold:.2%}"
        names += ["mean", "min", "max", above]
    for name in names:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(escape(row.name), *_cells(row, counted=counted))
    return table


def _cells(row: CompressedLayer, *, counted: bool) -> list[str]:
    cells = [str(row.before), str(row.after) if row.after else "gone"]
    if counted and row.zeros is None:
        return [*cells, "", "", "", ""]
    if row.zeros is not None:
        zeros = row.zeros
        cells += [f"{part:.1%}" for part in (zeros.mean, zeros.least, zeros.most)]
        cells.append(str(zeros.above))
    return cells
