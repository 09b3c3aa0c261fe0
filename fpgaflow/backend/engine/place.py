"""Addresses of the buffers: one in-bank address space, which all banks share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fpgaflow.backend.engine.spill import spilled
from fpgaflow.backend.engine.steps import Step
from fpgaflow.backend.engine.tasks import Schedule, last_uses
from fpgaflow.engine.config import EngineConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The steps of a program, each with the addresses that hold there.

    Attributes:
        steps: in order.
        spill_bytes: of the spill region, the trace included.
        peak_bytes: the highest byte of a bank that is used.
    """

    steps: tuple[Step, ...]
    spill_bytes: int
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    root: str
    first: int
    last: int
    size: int


def place(schedule: Schedule, config: EngineConfig) -> Placement:
    """Give each buffer one address for its whole life; spill only where that fails.

    Raises:
        DoesNotFit: a layer whose own buffers are larger than the banks.
    """
    lives = _lives(schedule)
    room = usable_bytes(config)
    for order in _orders(lives):
        addresses = _first_fit(order)
        peak = max((addresses[one.root] + one.size for one in lives), default=0)
        if peak <= room:
            steps = tuple(Step(work=task.work, addresses=addresses) for task in schedule.tasks)
            return Placement(steps=steps, spill_bytes=schedule.trace_bytes, peak_bytes=peak)
    steps, spill_bytes = spilled(schedule, room, config.lanes_p)
    return Placement(steps=steps, spill_bytes=spill_bytes, peak_bytes=room)


def usable_bytes(config: EngineConfig) -> int:
    """Return the bytes of a bank that a buffer may have: what one `STORE` counts in 16 bits."""
    return min(config.bank_bytes, (1 << 16) - 8)


def _lives(schedule: Schedule) -> list[_Life]:
    last = last_uses(schedule.tasks)
    first: dict[str, int] = {}
    for index, task in enumerate(schedule.tasks):
        for root in task.roots:
            first.setdefault(root, index)
    return [
        _Life(root=root, first=start, last=last[root], size=schedule.buffers[root].bank_bytes)
        for root, start in first.items()
    ]


def _orders(lives: Sequence[_Life]) -> Iterable[Sequence[_Life]]:
    yield lives
    yield sorted(lives, key=lambda one: (-one.size, one.first))
    yield sorted(lives, key=lambda one: (-one.size * (one.last - one.first + 1), one.first))
    yield sorted(lives, key=lambda one: (one.first - one.last, one.first))


def _first_fit(order: Iterable[_Life]) -> Mapping[str, int]:
    placed: list[tuple[_Life, int]] = []
    for one in order:
        address = 0
        beside = (
            (at, other)
            for other, at in placed
            if other.first <= one.last and one.first <= other.last
        )
        for at, other in sorted(beside, key=lambda pair: pair[0]):
            if address + one.size <= at:
                break
            address = max(address, at + other.size)
        placed.append((one, address))
    return {one.root: address for one, address in placed}
