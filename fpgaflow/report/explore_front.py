"""Which points are worth building: the Pareto fronts of each board.

A point is a member of a front unless another one on the same board is better by one figure and no
worse by the other:

- `speed`: score against images a second;
- `size`: score against the likely use of the limiting resource.

Among points that are equal by both figures of a front, the third figure decides; points that are
equal by all three are members together. Only designs that fit, of networks that have a score, take
part. Boards are kept apart, as no figure here says what a board costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fpgaflow.report.explore_schema import Exploration, ExploredPoint, Front


@dataclass(frozen=True, slots=True, kw_only=True)
class Merits:
    """A point's three figures, each the better the larger.

    Attributes:
        score: accuracy or agreement.
        speed: images a second.
        room: percent of the limiting resource that stay free; below 0 where the likely use is
            beyond the board.
    """

    score: float
    speed: float
    room: float


def mark_fronts(found: Exploration) -> Exploration:
    """Return the exploration with each point's `fronts`."""
    fronts: dict[int, tuple[Front, ...]] = {}
    for board in found.boards:
        merits = {
            number: merit
            for number, point in enumerate(found.points)
            if point.board == board.name and (merit := merits_of(found, point)) is not None
        }
        numbers = tuple(merits)
        fast = pareto([(merits[n].score, merits[n].speed, merits[n].room) for n in numbers])
        small = pareto([(merits[n].score, merits[n].room, merits[n].speed) for n in numbers])
        for number, speed, size in zip(numbers, fast, small, strict=True):
            members: tuple[tuple[Front, bool], ...] = (("speed", speed), ("size", size))
            fronts[number] = tuple(name for name, member in members if member)
    points = tuple(replace(p, fronts=fronts.get(n, ())) for n, p in enumerate(found.points))
    return replace(found, points=points)


def merits_of(found: Exploration, point: ExploredPoint) -> Merits | None:
    """Return the figures by which a point is judged; None where it takes no part."""
    score, design = found.score_of(point), point.design
    if score is None or design is None or not design.fits or design.limiting_percent is None:
        return None
    room = 100 - design.limiting_percent
    return Merits(score=score, speed=design.images_per_second, room=room)


def pareto(figures: Sequence[tuple[float, float, float]]) -> tuple[bool, ...]:
    """Return for each point whether no other one is better.

    Args:
        figures: of each point two figures, the better the larger, and a third one that decides
            among points that are equal by both.
    """
    members = [False] * len(figures)
    best = float("-inf")
    leader: tuple[float, float, float] | None = None
    # From the largest first figure on, a point has to beat the second figure of all before it.
    for number in sorted(range(len(figures)), key=lambda number: figures[number], reverse=True):
        if figures[number][1] > best or figures[number] == leader:
            members[number] = True
            best, leader = figures[number][1], figures[number]
    return tuple(members)
