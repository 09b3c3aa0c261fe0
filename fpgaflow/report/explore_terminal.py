"""An exploration on the terminal: the fronts, and what compiles their members."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from fpgaflow.report.explore_rows import count_points, show_point, sorted_points
from fpgaflow.report.explore_schema import Exploration, ExploredBoard


def print_exploration(found: Exploration) -> None:
    """Print each board's fronts and commands."""
    console = Console(highlight=False)
    fits, oversize, refused = count_points(found.points)
    for board in found.boards:
        _print_board(console, found, board)
    reasons = sorted({point.refused for point in found.points if point.refused})
    counts = [f"{fits} fit", f"{oversize} too large", *([f"{refused} refused"] * bool(refused))]
    console.print(f"{len(found.points)} points: {', '.join(counts)}")
    for reason in reasons:
        console.print(Text(f"  refused: {reason}"))


def _print_board(console: Console, found: Exploration, board: ExploredBoard) -> None:
    members = [point for point in sorted_points(found, board.name) if point.fronts]
    if not members:
        fit = any(
            point.board == board.name and point.design is not None and point.design.fits
            for point in found.points
        )
        reason = f"no {found.score} was measured" if fit else "no design fits"
        console.print(Text(f"{board.title}: {reason}"))
        return
    table = Table(
        title=escape(f"{board.title}: designs that no other one beats"),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("model", overflow="fold")
    for name in ("bits", "MHz", "style", found.score, "images/s", "latency", "limited by"):
        table.add_column(name, justify="right")
    table.add_column("front")
    for point in members:
        row = show_point(found, point)
        table.add_row(
            Text(row.model),
            row.bits,
            f"{point.clock_mhz:g}",
            row.style,
            row.score,
            row.speed,
            row.latency,
            row.limiting,
            row.front,
        )
    console.print(table)
    for point in members:
        if point.command is not None:
            console.print(Text(f"  {point.command}"), soft_wrap=True)
    console.print()
