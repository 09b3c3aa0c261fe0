"""An exploration as one page: no script, nothing loaded from anywhere, every figure its own."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from fpgaflow.report.explore_plots import draw_exploration
from fpgaflow.report.explore_rows import ShownPoint, count_points, show_point, sorted_points
from fpgaflow.report.explore_schema import Exploration, ExploredBoard
from fpgaflow.report.numbers import format_count, format_percent
from fpgaflow.report.plots import Plot


@dataclass(frozen=True, slots=True, kw_only=True)
class _BoardPart:
    board: ExploredBoard
    plot: Plot | None
    rows: tuple[ShownPoint, ...]


def explore_html(found: Exploration) -> str:
    """Return the page's text with its plots; everything but their SVG is escaped."""
    environment = Environment(
        loader=PackageLoader("fpgaflow.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["count"] = format_count
    fits, oversize, refused = count_points(found.points)
    return environment.get_template("explore.html.j2").render(
        found=found,
        parts=_parts(found),
        fits=fits,
        oversize=oversize,
        refused=refused,
        best=_best(found),
        commands=_commands(found),
    )


def _parts(found: Exploration) -> tuple[_BoardPart, ...]:
    plots = {plot.title: plot for plot in draw_exploration(found)}
    return tuple(
        _BoardPart(
            board=board,
            plot=plots.get(board.title),
            rows=tuple(show_point(found, point) for point in sorted_points(found, board.name)),
        )
        for board in found.boards
    )


def _best(found: Exploration) -> tuple[str, str, str] | None:
    """Return the best score of a design that fits, the most images a second, and its score."""
    members = [
        (score, point.design.images_per_second)
        for point in found.front
        if point.design is not None and (score := found.score_of(point)) is not None
    ]
    if not members:
        return None
    fastest = max(members, key=lambda pair: (pair[1], pair[0]))
    return (
        format_percent(max(score for score, _ in members)),
        format_count(fastest[1]),
        format_percent(fastest[0]),
    )


def _commands(found: Exploration) -> tuple[tuple[ShownPoint, str], ...]:
    return tuple(
        (show_point(found, point), point.command)
        for board in found.boards
        for point in sorted_points(found, board.name)
        if point.fronts and point.command is not None
    )
