"""The plots of an exploration: one for each board, a colour for each model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from fpgaflow.report.explore_rows import show_limiting
from fpgaflow.report.explore_schema import (
    Exploration,
    ExploredBoard,
    ExploredDesign,
    ExploredPoint,
    Front,
)
from fpgaflow.report.numbers import format_count, format_percent
from fpgaflow.report.plots import BLUE, GREEN, ORANGE, Plot, draw_axes

COLORS = (BLUE, ORANGE, GREEN, "#b05fd0", "#c9a227", "#d1495b", "#3aa6b9", "#7a7f8c")
_LINE = "#8a93a3"
_PALE = 0.28
_NEAR_X, _NEAR_Y = 0.06, 0.05  # parts of an axis within which names would touch
_WIDE = 20.0  # from here on a logarithmic axis shows more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dot:
    point: ExploredPoint
    design: ExploredDesign
    score: float
    color: str


def draw_exploration(found: Exploration) -> tuple[Plot, ...]:
    """Draw the points of each board that has any with a score and a design."""
    plots: list[Plot] = []
    for number, board in enumerate(found.boards):
        dots = _dots(found, board)
        if dots:
            plots.append(_plot(found, board, dots, f"board{number}"))
    return tuple(plots)


def describe_point(found: Exploration, point: ExploredPoint) -> str:
    """Return a point in one line."""
    engine = ", engine" if point.style == "engine" else ""
    place = f"{point.model}, {point.bits} bits, {point.board} at {point.clock_mhz:g} MHz{engine}"
    design = point.design
    if design is None:
        return f"{place}: {point.refused}"
    fits = "" if design.fits else ", does not fit"
    return (
        f"{place}: {found.score} {format_percent(found.score_of(point))}, "
        f"{format_count(design.images_per_second)} images/s, {show_limiting(design)}{fits}"
    )


def _dots(found: Exploration, board: ExploredBoard) -> list[_Dot]:
    colors = {model.name: COLORS[n % len(COLORS)] for n, model in enumerate(found.models)}
    dots: list[_Dot] = []
    for point in found.points:
        score, design = found.score_of(point), point.design
        if point.board == board.name and score is not None and design is not None:
            dots.append(_Dot(point=point, design=design, score=score, color=colors[point.model]))
    return dots


def _plot(found: Exploration, board: ExploredBoard, dots: Sequence[_Dot], name: str) -> Plot:
    hints: dict[str, str] = {}
    for number, dot in enumerate(dots):
        for side in ("left", "right"):
            hints[f"{name}-{side}-{number}"] = describe_point(found, dot.point)

    def fill(axes: Sequence[Axes]) -> None:
        _draw(axes[0], dots, "speed", f"{name}-left", lambda dot: dot.design.images_per_second)
        _draw(axes[1], dots, "size", f"{name}-right", _share)
        axes[0].set_xlabel("images a second (modelled)")
        axes[0].set_ylabel(f"{found.score} (measured)")
        axes[1].set_xlabel("limiting resource, percent of the board (modelled, likely)")
        axes[1].axvline(100, color=_LINE, linewidth=0.8, linestyle=":")
        axes[1].tick_params(axis="y", labelleft=False)
        axes[1].sharey(axes[0])
        _legend(axes[0], found, dots)

    clocks = ", ".join(f"{clock:g}" for clock in board.clocks_mhz)
    return Plot(
        title=board.title,
        caption=f"{board.part} at {clocks} MHz. Each dot is a design; the line joins those that no "
        "other one beats, which are named by their bits, with their MHz where those differ. Pale: "
        "beaten by another. A square: the engine. A cross: does not fit.",
        svg=draw_axes(name, 1, fill, columns=2, height_inches=4.4, hints=hints),
    )


def _share(dot: _Dot) -> float:
    return dot.design.limiting_percent or 0.0


def _draw(
    axes: Axes, dots: Sequence[_Dot], front: Front, gid: str, value: Callable[[_Dot], float]
) -> None:
    for number, dot in enumerate(dots):
        member = front in dot.point.fronts
        axes.plot(
            [value(dot)],
            [dot.score],
            ("s" if dot.point.style == "engine" else "o") if dot.design.fits else "x",
            color=dot.color,
            alpha=1 if member else _PALE if dot.design.fits else 0.5,
            markersize=7 if member else 5.5,
            zorder=3 if member else 2,
            gid=f"{gid}-{number}",
        )
    members = sorted(
        (dot for dot in dots if front in dot.point.fronts),
        key=lambda dot: (value(dot), dot.score if front == "size" else -dot.score),
    )
    # The step shows what a wish for so many images, or so little of the board, can get.
    axes.plot(
        [value(dot) for dot in members],
        [dot.score for dot in members],
        drawstyle="steps-pre" if front == "speed" else "steps-post",
        color=_LINE,
        linewidth=1,
        zorder=1,
    )
    _scale(axes, [value(dot) for dot in dots])
    _name_members(axes, members, value)


def _name_members(axes: Axes, members: Sequence[_Dot], value: Callable[[_Dot], float]) -> None:
    several = len({dot.point.clock_mhz for dot in members}) > 1
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    above = False
    for number, dot in enumerate(members):
        clock = f" · {dot.point.clock_mhz:g}" if several else ""
        last = members[number - 1] if number else None
        # Two names side by side would be unreadable: the second one goes below its dot.
        above = (
            last is None
            or not above
            or abs(value(dot) - value(last)) > _NEAR_X * (high - low)
            or abs(dot.score - last.score) > _NEAR_Y * (top - bottom)
        )
        axes.annotate(
            f"{dot.point.bits}{clock}",
            (value(dot), dot.score),
            xytext=(6, 5 if above else -11),
            textcoords="offset points",
            fontsize=7.5,
        )


def _scale(axes: Axes, values: Sequence[float]) -> None:
    axes.grid(visible=True, axis="both")
    axes.margins(x=0.1, y=0.14)
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    if min(values) > 0 and max(values) > _WIDE * min(values):
        axes.set_xscale("log")
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))


def _tick(number: float, _position: int | None) -> str:
    return format_count(number)


def _legend(axes: Axes, found: Exploration, dots: Sequence[_Dot]) -> None:
    shown = {dot.point.model: dot.color for dot in dots}
    lines = [
        Line2D([], [], marker="o", linestyle="none", color=color, label=name)
        for name, color in shown.items()
    ]
    axes.legend(
        handles=lines,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=min(len(lines), 4),
        frameon=False,
        borderpad=0,
    )
