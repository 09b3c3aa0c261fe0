"""Sizes and places in the pipeline's picture. The unit is a pixel of the page at full width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Way = Literal["straight", "return", "arc", "drop", "long"]
"""How a stream runs: straight to the next box; round to the next row's first box; above the row to
a later box of it; below the row to a box of the next one; through the margin to a row farther down.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a box needs."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stream between two boxes.

    Attributes:
        writer: the box where it begins.
        reader: the box where it ends, a later one.
        mark: width of the mark of its FIFO.
        text: width of what is written at it.
    """

    writer: int
    reader: int
    mark: float
    text: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A rectangle; x and y are those of its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """X of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Y of its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Y half way down."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A stream as it is drawn.

    Attributes:
        points: corners of its line, x and y, from the writer to the reader.
        mark: of its FIFO.
        text: room for what is written at it.
    """

    points: tuple[tuple[float, float], ...]
    mark: Place
    text: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The whole picture.

    Attributes:
        width: of all of it.
        height: of all of it.
        boxes: in the order given.
        routes: of the streams, in the order given.
    """

    width: float
    height: float
    boxes: tuple[Place, ...]
    routes: tuple[Route, ...]
