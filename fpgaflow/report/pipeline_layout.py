"""Where the boxes and streams of a pipeline's picture lie: lanes, every y, and the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.report.pipeline_geometry import Layout, Link, Place, Route, Size
from fpgaflow.report.pipeline_grid import GUTTER, MARGIN, RETURN, Grid, arrange
from fpgaflow.report.pipeline_lanes import Strand, assign_lanes, place_label

LANE = 15.0
"""Height of a lane: a line with its label on it."""

MARK_HEIGHT = 9.0
TEXT_HEIGHT = 11.0
_BETWEEN = 4.0
"""Room between a FIFO's mark and its text on a lane."""

_LOWEST_ROW = MARK_HEIGHT + 2 * TEXT_HEIGHT + 2
"""A row is as high as a mark with its text above it, half way down."""

_BEFORE_ROW = 9.0
_NO_LANES = 20.0


def lay_out(sizes: Sequence[Size], links: Sequence[Link], room: float) -> Layout:
    """Place boxes and streams.

    No two boxes overlap, no stream runs through a box, no label lies on a box or on another label,
    and all lies inside the picture.

    Args:
        sizes: of the boxes, in order.
        links: the streams, each to a later box.
        room: width of the picture; a box that is wider, or streams in the margin, widen it.
    """
    grid = arrange(sizes, links, room)
    channels = [_channel(grid, links, row) for row in range(len(grid.rows))]
    boxes: list[Place] = []
    lanes: list[float] = []
    y = MARGIN
    for row, channel in zip(grid.rows, channels, strict=True):
        y += channel.count * LANE + _BEFORE_ROW if channel.count else _NO_LANES * bool(boxes)
        lanes.append(y - _BEFORE_ROW - LANE / 2)
        height = max(_LOWEST_ROW, *(sizes[box].height for box in row))
        for box in row:
            top = y + (height - sizes[box].height) / 2
            boxes.append(
                Place(x=grid.x[box], y=top, width=grid.widths[box], height=sizes[box].height)
            )
        y += height + _BEFORE_ROW
    drawing = _Drawing(grid, links, tuple(boxes), tuple(channels), tuple(lanes))
    routes = tuple(drawing.route(number) for number in range(len(links)))
    right = max([*grid.returns, *(route.text.right for route in routes)], default=0.0)
    return Layout(width=max(room, right + MARGIN), height=y, boxes=tuple(boxes), routes=routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """The lanes above a row.

    Attributes:
        count: how many.
        lane: of each stream that runs here.
        label: where the label of each stream begins that has its own here.
    """

    count: int
    lane: dict[int, int]
    label: dict[int, float]


def _channel(grid: Grid, links: Sequence[Link], row: int) -> _Channel:
    strands: list[Strand] = []
    spans: list[tuple[float, float]] = []
    for number, link in enumerate(links):
        span = _span(grid, link, number, row)
        if span is None:
            continue
        left, right = span
        spans.append(span)
        if _has_label(grid, link, number, row):
            middle, half = (left + right) / 2, _label_width(link) / 2
            middle = max(middle, grid.left + half)
            left, right = min(left, middle - half), max(right, middle + half)
        order = ("arc", "drop", "long", "return").index(grid.ways[number])
        strands.append(Strand(stream=number, left=left, right=right, order=order))
    lanes = assign_lanes(strands)
    lane = {strand.stream: found for strand, found in zip(strands, lanes, strict=True)}
    label: dict[int, float] = {}
    for strand, span in zip(strands, spans, strict=True):
        link = links[strand.stream]
        if _has_label(grid, link, strand.stream, row):
            crossings = _crossings(grid, links, row, lane, strand.stream)
            width = _label_width(link)
            start = place_label(*span, width, crossings)
            label[strand.stream] = min(max(start, strand.left), strand.right - width)
    return _Channel(count=1 + max(lanes, default=-1), lane=lane, label=label)


def _span(grid: Grid, link: Link, number: int, row: int) -> tuple[float, float] | None:
    """Return between which x a stream runs in the lanes above a row, if it does."""
    begin, end = grid.row_of[link.writer], grid.row_of[link.reader]
    way = grid.ways[number]
    if way == "arc" and row == end:
        ends = (grid.tops[number, False], grid.tops[number, True])
    elif way == "return" and row == end:
        ends = (grid.left - RETURN, grid.returns[begin])
    elif way == "drop" and row == end:
        ends = (grid.bottoms[number], grid.tops[number, True])
    elif way == "long" and row == begin + 1:
        ends = (_gutter(grid, number), grid.bottoms[number])
    elif way == "long" and row == end:
        ends = (_gutter(grid, number), grid.tops[number, True])
    else:
        return None
    return min(ends), max(ends)


def _has_label(grid: Grid, link: Link, number: int, row: int) -> bool:
    """Say whether the label is above this row: that of the end, or the first of a long way."""
    long = grid.ways[number] == "long"
    return row == (grid.row_of[link.writer] + 1 if long else grid.row_of[link.reader])


def _label_width(link: Link) -> float:
    return link.mark + _BETWEEN + link.text


def _gutter(grid: Grid, number: int) -> float:
    return grid.left - RETURN - GUTTER * (1 + grid.gutters[number])


def _crossings(
    grid: Grid, links: Sequence[Link], row: int, lane: dict[int, int], stream: int
) -> list[float]:
    """Return where lines of other streams go up or down through a stream's lane."""
    found: list[float] = []
    for other, height in lane.items():
        if other == stream:
            continue
        from_above, from_below = _verticals(grid, links[other], other, row)
        found += from_below if height > lane[stream] else from_above
    return found


def _verticals(grid: Grid, link: Link, number: int, row: int) -> tuple[list[float], list[float]]:
    """Return the x of a stream's lines from its lane up, and down to the row."""
    way, begin = grid.ways[number], grid.row_of[link.writer]
    if way == "arc":
        return [], [grid.tops[number, False], grid.tops[number, True]]
    if way == "return":
        return [grid.returns[begin]], []
    if way == "drop":
        return [grid.bottoms[number]], [grid.tops[number, True]]
    if row == begin + 1:
        return [grid.bottoms[number]], []
    return [], [grid.tops[number, True]]


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Everything that a stream's line depends on."""

    grid: Grid
    links: Sequence[Link]
    boxes: tuple[Place, ...]
    channels: tuple[_Channel, ...]
    lanes: tuple[float, ...]

    def route(self, number: int) -> Route:
        """Return a stream's line and its labels."""
        link, way = self.links[number], self.grid.ways[number]
        if way == "straight":
            return self._straight(link)
        begin, end = self.grid.row_of[link.writer], self.grid.row_of[link.reader]
        writer, reader = self.boxes[link.writer], self.boxes[link.reader]
        lane = self._lane(number, end)
        if way == "return":
            down, left = self.grid.returns[begin], self.grid.left - RETURN
            points = (
                (writer.right, writer.middle),
                (down, writer.middle),
                (down, lane),
                (left, lane),
                (left, reader.middle),
                (reader.x, reader.middle),
            )
            return self._labelled(number, end, points)
        arrives = self.grid.tops[number, True]
        last = ((arrives, lane), (arrives, reader.y))
        if way == "arc":
            leaves = self.grid.tops[number, False]
            return self._labelled(number, end, ((leaves, writer.y), (leaves, lane), *last))
        leaves = self.grid.bottoms[number]
        if way == "drop":
            return self._labelled(number, end, ((leaves, writer.bottom), (leaves, lane), *last))
        first, gutter = self._lane(number, begin + 1), _gutter(self.grid, number)
        points = ((leaves, writer.bottom), (leaves, first), (gutter, first), (gutter, lane), *last)
        return self._labelled(number, begin + 1, points)

    def _lane(self, number: int, row: int) -> float:
        return self.lanes[row] - LANE * self.channels[row].lane[number]

    def _straight(self, link: Link) -> Route:
        begin, end = self.boxes[link.writer].right, self.boxes[link.reader].x
        y = self.boxes[link.writer].middle
        middle = (begin + end) / 2
        mark = Place(
            x=middle - link.mark / 2, y=y - MARK_HEIGHT / 2, width=link.mark, height=MARK_HEIGHT
        )
        text = Place(
            x=middle - link.text / 2,
            y=mark.y - TEXT_HEIGHT - 1,
            width=link.text,
            height=TEXT_HEIGHT,
        )
        return Route(points=((begin, y), (end, y)), mark=mark, text=text)

    def _labelled(self, number: int, row: int, points: tuple[tuple[float, float], ...]) -> Route:
        link, y = self.links[number], self._lane(number, row)
        x = self.channels[row].label[number]
        return Route(
            points=points,
            mark=Place(x=x, y=y - MARK_HEIGHT / 2, width=link.mark, height=MARK_HEIGHT),
            text=Place(
                x=x + link.mark + _BETWEEN,
                y=y - TEXT_HEIGHT / 2,
                width=link.text,
                height=TEXT_HEIGHT,
            ),
        )
