"""When bursts pass over a bus that nothing holds up (docs/engine.md, "Cycles: the buses").

Times are numbers of clock cycles; a beat's time is the cycle in which it stands on the bus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

OUTSTANDING = 8
"""Bursts under way on a port at most."""

# From `move_start` on: the mover's checks, and a register or two on the way.
_LOAD_ISSUE = 11
_LOAD_DONE = 2
_STORE_ISSUE = 10
_STORE_DATA = 15
_STORE_DONE = 2
# The check's reader: from the cycle before the check's first one, and after the last beat.
_CHECK_ISSUE = 2
_CHECK_DONE = 3


@dataclass(slots=True)
class ReadPort:
    """The bursts of one reader, in order.

    Attributes:
        latency: cycles from an address to the burst's first beat.
        ends: when each burst's last beat comes.
        issued: when the last one was issued; its address stands on the bus a cycle later.
    """

    latency: int
    ends: list[int] = field(default_factory=list[int])
    issued: int = -1

    def burst(self, beats: int, earliest: int) -> int:
        """Issue the next burst, not before `earliest`; return when its first beat comes."""
        ends = self.ends
        issue = max(self.issued + 1, earliest)
        if len(ends) >= OUTSTANDING:
            issue = max(issue, ends[-OUTSTANDING] + 1)
        first = issue + 1 + self.latency
        if ends and ends[-1] >= first:
            first = ends[-1] + 1
        self.issued = issue
        ends.append(first + beats - 1)
        return first


def load_cycles(bursts: Sequence[int], latency: int) -> int:
    """Return the cycles of a LOAD from the one of `move_start` to that of `move_done`.

    Args:
        bursts: beats of each.
        latency: of the memory.
    """
    return _read_end(bursts, latency, _LOAD_ISSUE) + _LOAD_DONE + 1


def check_cycles(bursts: Sequence[int], latency: int) -> int:
    """Return the cycles in which a program is checked.

    Args:
        bursts: beats of each that reads the whole block.
        latency: of the memory.
    """
    return _read_end(bursts, latency, _CHECK_ISSUE) + _CHECK_DONE


def store_cycles(bursts: Sequence[int], latency: int) -> int:
    """Return the cycles of a STORE from the one of `move_start` to that of `move_done`.

    A burst's data go out after its address, one beat in each cycle; the memory answers `latency`
    cycles after its last one.
    """
    issue, sent = _STORE_ISSUE - 1, _STORE_DATA - 1
    answers: list[int] = []
    for number, beats in enumerate(bursts):
        issue += 1
        if number >= OUTSTANDING:
            issue = max(issue, answers[number - OUTSTANDING] + 1)
        sent = max(sent, issue) + beats
        answer = sent + 1 + latency
        answers.append(max(answer, answers[-1] + 1) if answers else answer)
    return answers[-1] + _STORE_DONE + 1


def _read_end(bursts: Sequence[int], latency: int, issue: int) -> int:
    port = ReadPort(latency=latency)
    for beats in bursts:
        port.burst(beats, issue)
    return port.ends[-1]
