"""The columns of a pipeline's picture: rows, the way of each stream, and every x.

Boxes stand in rows, in the order of the stages, and are read as text is. A stream to the next box
of the row goes straight. All others run in lanes between the rows or in the margin on the left, so
that no stream passes a box that it does not belong to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.report.pipeline_geometry import Link, Size, Way
from fpgaflow.report.pipeline_rows import choose_rows

PORT = 8.0
"""Room between two streams at the upper or lower side of a box."""

GAP = 24.0
"""Room between two boxes that no stream joins directly."""

LABEL_MARGIN = 5.0
MARGIN = 6.0

RETURN = 14.0
"""How far from the boxes a stream to the next row runs down."""

GUTTER = 9.0
"""Room between two streams in the margin."""

_CLEAR = 3.0
"""Room between two lines that run down side by side."""

End = tuple[int, bool]
"""A stream's number, and whether its reader's end is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Boxes in rows, streams by the way that they take, before anything has a height.

    Attributes:
        rows: the boxes of each row.
        row_of: the row of each box.
        ways: of the streams.
        gutters: the place in the margin, from 0, of each stream that takes the long way.
        left: x of each row's first box.
        x: of the boxes.
        widths: of the boxes.
        tops: x of every end of a stream at the upper side of a box.
        bottoms: x of every beginning of a stream at the lower side of a box.
        returns: x at which a stream from each row's last box to the next row runs down.
    """

    rows: tuple[range, ...]
    row_of: tuple[int, ...]
    ways: tuple[Way, ...]
    gutters: dict[int, int]
    left: float
    x: tuple[float, ...]
    widths: tuple[float, ...]
    tops: dict[End, float]
    bottoms: dict[int, float]
    returns: tuple[float, ...]


def arrange(sizes: Sequence[Size], links: Sequence[Link], room: float) -> Grid:
    """Break the boxes into rows, and give everything its x.

    Args:
        sizes: of the boxes, in order; a box at which many streams end gets wider.
        links: the streams.
        room: width of the picture; streams in the margin come on top.
    """
    widths = _widths(sizes, links)
    gaps = _gaps(len(sizes), links)
    streams = [(link.writer, link.reader) for link in links]
    rows = choose_rows(widths, gaps, streams, room - 2 * (RETURN + MARGIN))
    row_of = tuple(number for number, row in enumerate(rows) for _ in row)
    ways = _ways(links, row_of)
    gutters = _gutters(links, ways, row_of)
    left = MARGIN + RETURN + GUTTER * (1 + max(gutters.values(), default=-1))
    x: list[float] = []
    for row in rows:
        at = left
        for box in row:
            x.append(at)
            at += widths[box] + gaps[box]
    tops = _tops(links, ways, x, widths)
    ends = _by_row(tops, links, row_of)
    bottoms = _bottoms(links, ways, x, widths, [ends[row + 1] for row in row_of])
    returns = tuple(
        _clear(x[row[-1]] + widths[row[-1]] + RETURN - _CLEAR, below)
        for row, below in zip(rows, ends[1:], strict=True)
    )
    return Grid(
        rows=rows,
        row_of=row_of,
        ways=ways,
        gutters=gutters,
        left=left,
        x=tuple(x),
        widths=tuple(widths),
        tops=tops,
        bottoms=bottoms,
        returns=returns,
    )


def _widths(sizes: Sequence[Size], links: Sequence[Link]) -> list[float]:
    ends = [0] * len(sizes)
    for link in links:
        ends[link.writer] += 1
        ends[link.reader] += 1
    return [max(size.width, PORT * (count + 1)) for size, count in zip(sizes, ends, strict=True)]


def _gaps(count: int, links: Sequence[Link]) -> list[float]:
    """Return the room behind each box: for the label of the stream that goes straight."""
    gaps = [GAP] * count
    for link in _first_links(links).values():
        gaps[link.writer] = max(GAP, link.text + 2 * LABEL_MARGIN, link.mark + 3 * LABEL_MARGIN)
    return gaps


def _first_links(links: Sequence[Link]) -> dict[int, Link]:
    """Return the first stream of each box to the next one, by the box."""
    found: dict[int, Link] = {}
    for link in links:
        if link.reader == link.writer + 1:
            found.setdefault(link.writer, link)
    return found


def _ways(links: Sequence[Link], row_of: Sequence[int]) -> tuple[Way, ...]:
    first = {id(link) for link in _first_links(links).values()}
    ways: list[Way] = []
    for link in links:
        rows = row_of[link.reader] - row_of[link.writer]
        if id(link) in first:
            ways.append("return" if rows else "straight")
        else:
            ways.append("arc" if rows == 0 else "drop" if rows == 1 else "long")
    return tuple(ways)


def _gutters(links: Sequence[Link], ways: Sequence[Way], row_of: Sequence[int]) -> dict[int, int]:
    """Return a place in the margin for each stream there; those of one place lie apart."""
    until: list[int] = []
    found: dict[int, int] = {}
    long = [number for number, way in enumerate(ways) if way == "long"]
    for number in sorted(long, key=lambda i: (row_of[links[i].writer], row_of[links[i].reader], i)):
        begin, end = row_of[links[number].writer], row_of[links[number].reader]
        place = next((i for i, last in enumerate(until) if last < begin), len(until))
        if place == len(until):
            until.append(end)
        until[place] = end
        found[number] = place
    return found


def _tops(
    links: Sequence[Link], ways: Sequence[Way], x: Sequence[float], widths: Sequence[float]
) -> dict[End, float]:
    """Spread the ends at upper sides so that lines of nested streams do not cross."""
    ends: list[list[tuple[tuple[int, int], End]]] = [[] for _ in x]
    for number, (link, way) in enumerate(zip(links, ways, strict=True)):
        if way in ("arc", "drop", "long"):
            order = (0, -link.writer) if way == "arc" else (1, link.writer)
            ends[link.reader].append((order, (number, True)))
        if way == "arc":
            ends[link.writer].append(((2, -link.reader), (number, False)))
    found: dict[End, float] = {}
    for box, here in enumerate(ends):
        for place, (_, end) in enumerate(sorted(here), start=1):
            found[end] = x[box] + widths[box] * place / (len(here) + 1)
    return found


def _bottoms(
    links: Sequence[Link],
    ways: Sequence[Way],
    x: Sequence[float],
    widths: Sequence[float],
    below: Sequence[Sequence[float]],
) -> dict[int, float]:
    """Spread the beginnings at lower sides, off the lines `below` that end in the row below."""
    leaving: list[list[int]] = [[] for _ in x]
    for number, (link, way) in enumerate(zip(links, ways, strict=True)):
        if way in ("drop", "long"):
            leaving[link.writer].append(number)
    found: dict[int, float] = {}
    for box, here in enumerate(leaving):
        taken = list(below[box])
        for place, number in enumerate(here, start=1):
            at = x[box] + widths[box] * place / (len(here) + 1)
            found[number] = _clear(at, taken)
            taken.append(found[number])
    return found


def _by_row(
    tops: dict[End, float], links: Sequence[Link], row_of: Sequence[int]
) -> list[list[float]]:
    """Return the ends at upper sides in each row, and an empty list below the last one."""
    found: list[list[float]] = [[] for _ in range(row_of[-1] + 2)]
    for (number, read), at in tops.items():
        found[row_of[links[number].reader if read else links[number].writer]].append(at)
    return found


def _clear(wanted: float, others: Sequence[float]) -> float:
    """Return the nearest x to the right of `wanted` with room to all others."""
    at = wanted
    while any(abs(at - other) < _CLEAR for other in others):
        at += _CLEAR / 3
    return at
