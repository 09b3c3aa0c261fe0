"""Breaks a pipeline's boxes into rows, where few streams are cut."""

from __future__ import annotations

from collections.abc import Sequence

_CUT = 1.5
"""What a break costs for each stream beyond the first that it cuts, in rows left empty."""

_ROW = 0.1
"""What a row costs, full or not."""


def choose_rows(
    widths: Sequence[float],
    gaps: Sequence[float],
    streams: Sequence[tuple[int, int]],
    room: float,
) -> tuple[range, ...]:
    """Return the boxes of each row, in order.

    The rows leave little room empty and break where few streams pass, which is between the blocks
    of a residual network; the last row may be short.

    Args:
        widths: of the boxes.
        gaps: behind each of them; the last one of a row takes no room.
        streams: the boxes that write and read each.
        room: width of a row; a wider box gets a row of its own.
    """
    cuts = _cuts(len(widths), streams)
    best = [0.0] + [float("inf")] * len(widths)
    begins = [0] * (len(widths) + 1)
    for begin in range(len(widths)):
        before = 0.0
        for end in range(begin + 1, len(widths) + 1):
            used = before + widths[end - 1]
            before = used + gaps[end - 1]
            if used > room and end > begin + 1:
                break
            empty = 0.0 if end == len(widths) else max(0.0, 1 - used / room) ** 2
            cost = best[begin] + _ROW + empty + _CUT * max(0, cuts[end] - 1)
            if cost < best[end]:
                best[end], begins[end] = cost, begin
    rows: list[range] = []
    end = len(widths)
    while end:
        rows.append(range(begins[end], end))
        end = begins[end]
    return tuple(reversed(rows))


def _cuts(count: int, streams: Sequence[tuple[int, int]]) -> list[int]:
    """Return how many streams pass each place between two boxes."""
    change = [0] * (count + 2)
    for writer, reader in streams:
        change[writer + 1] += 1
        change[reader + 1] -= 1
    cuts = [0] * (count + 1)
    for place in range(1, count + 1):
        cuts[place] = cuts[place - 1] + change[place]
    return cuts
