"""The terminal's tables of a network on the engine."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from fpgaflow.report.engine_rows import LAYER_COLUMNS, layer_rows, loss_rows
from fpgaflow.report.schema_engine import EngineDesign

_BAR = 24
_OPERATION = 1
_MOST = 16


def loss_table(engine: EngineDesign) -> Table:
    """Return where the cycles of an image go."""
    table = _table(f"Where the cycles of an image go ({engine.source})")
    table.add_column("what")
    table.add_column("cycles", justify="right")
    table.add_column("")
    table.add_column("", justify="right")
    for row in loss_rows(engine):
        filled = round(row.percent / 100 * _BAR)
        bar = Text("█" * filled, style="yellow" if row.lost else "green")
        bar.append("░" * (_BAR - filled), style="dim")
        table.add_row(Text(row.what), row.cycles, bar, row.share)
    return table


def layer_table(engine: EngineDesign) -> Table:
    """Return the layers that take the most cycles, with these by cause."""
    rest = len(engine.layers) - _MOST
    shown = "" if rest <= 0 else f"; {rest} shorter ones are in report.html"
    table = _table(f"Layers on the engine ({engine.source}{shown})")
    for number, name in enumerate(LAYER_COLUMNS):
        if number != _OPERATION:
            wide = number == 0
            table.add_column(name, justify="left" if wide else "right", no_wrap=not wide)
    for row in layer_rows(engine, _MOST):
        table.add_row(*(Text(cell) for at, cell in enumerate(row) if at != _OPERATION))
    return table


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
