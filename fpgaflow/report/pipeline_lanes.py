"""The horizontal lanes between two rows of boxes: streams that do not go straight run there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

APART = 6.0
"""Room between two parts of one lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """What a stream takes of a lane.

    Attributes:
        stream: its number.
        left: where it begins.
        right: where it ends.
        order: strands of a smaller order get lanes first, the ones nearest to the row below.
    """

    stream: int
    left: float
    right: float
    order: int


def assign_lanes(strands: Sequence[Strand]) -> tuple[int, ...]:
    """Return a lane for each strand; those of one lane lie apart. Lane 0 is the lowest."""
    lanes: list[list[Strand]] = []
    found = [0] * len(strands)
    shortest_first = sorted(
        range(len(strands)), key=lambda i: (strands[i].order, strands[i].right - strands[i].left, i)
    )
    for number in shortest_first:
        strand = strands[number]
        lane = next(
            (lane for lane, others in enumerate(lanes) if _is_free(others, strand)), len(lanes)
        )
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(strand)
        found[number] = lane
    return tuple(found)


def _is_free(others: Sequence[Strand], strand: Strand) -> bool:
    return all(
        strand.right + APART <= other.left or other.right + APART <= strand.left for other in others
    )


def place_label(
    left: float, right: float, width: float, crossings: Sequence[float], step: float = 4.0
) -> float:
    """Return where a label begins: near the middle of its strand, off the lines that cross it.

    Args:
        left: of the strand.
        right: of the strand.
        width: of the label; one wider than the strand lies around its middle.
        crossings: where lines cross the lane.
        step: between the places that are tried.
    """
    middle = (left + right - width) / 2
    slack = (right - left - width) / 2
    tries = [0.0]
    for number in range(1, int(max(slack, 0.0) / step) + 1):
        tries += [number * step, -number * step]
    for offset in tries:
        start = middle + offset
        if not any(start - 3 < line < start + width + 3 for line in crossings):
            return start
    return middle
