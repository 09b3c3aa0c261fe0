"""When the rows of a program are in the engine's program memory, burst by burst.

A program longer than the memory goes through it as a ring: a burst is issued once there is room for
all of its beats, so what the array frees decides when later rows come (docs/engine.md, "Cycles: the
buses").
"""

from __future__ import annotations

from fpgaflow.engine.config import BEAT_BYTES
from fpgaflow.engine.counters import program_bursts
from fpgaflow.engine.program import Program
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.engine_bus import ReadPort

_ISSUE = 1
"""From the run's first cycle to the first burst's issue."""

_ARRIVAL = 2
"""From a row's last beat on the bus to the cycle whose number of rows has it."""

_ROOM = 2
"""From the cycle in which rows are freed to the first in which a burst may be issued for them."""


class Ring:
    """The program memory in a run; its first cycle is 0.

    Rows are counted from the first one after the header, through all frames of the run.
    """

    def __init__(self, program: Program, *, frames: int, latency: int) -> None:
        """Begin with an empty memory."""
        config = program.config
        self.resident = program.resident
        self._columns = config.row_bytes // BEAT_BYTES
        self._capacity = config.w_rows * self._columns
        self._frame_rows = program.rows
        self._bursts = program_bursts(program)
        self._port = ReadPort(latency=latency)
        self._next = 0
        # The last burst that was issued: beats before it and with it, and when its first one comes.
        self._before = 0
        self._upto = 0
        self._first = 0
        # Beats freed, and when, in order; those that no burst needed yet.
        self._freed: list[tuple[int, int]] = []
        self._freed_next = 0
        self._freed_rows = 0
        self._frames = frames

    def available(self, rows: int) -> int:
        """Return the first cycle whose number of rows has the run's first `rows` ones.

        Args:
            rows: not fewer than asked for before. All frees before the rows are used were told.

        Raises:
            InputRefused: there is no room for them, ever.
        """
        if self.resident and rows > self._frame_rows:
            return 0
        beat = rows * self._columns - 1
        while self._upto <= beat:
            self._issue(rows)
        return self._first + beat - self._before + _ARRIVAL

    def free(self, cycle: int, rows: int) -> None:
        """Note that the array is done with rows in a cycle."""
        self._freed_rows += rows
        self._freed.append((self._freed_rows * self._columns, cycle))

    def _issue(self, rows: int) -> None:
        beats = self._bursts[self._next % len(self._bursts)]
        self._next += 1
        self._before, self._upto = self._upto, self._upto + beats
        earliest = _ISSUE
        if not self.resident and self._upto > self._capacity:
            earliest = self._room(self._upto - self._capacity, rows) + _ROOM
        self._first = self._port.burst(beats, earliest)

    def _room(self, beats: int, rows: int) -> int:
        """Return the cycle in which so many beats were freed."""
        while self._freed_next < len(self._freed) and self._freed[self._freed_next][0] < beats:
            self._freed_next += 1
        if self._freed_next == len(self._freed):
            raise InputRefused(
                f"engine program: row {rows - 1} after the header never finds room",
                accepted="groups that leave the program memory room for a whole burst",
            )
        return self._freed[self._freed_next][1]
