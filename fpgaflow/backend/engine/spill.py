"""Buffers that leave the chip for a while: first the one whose next use is furthest (Belady)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from fpgaflow.backend.engine.refusals import SPATIAL, does_not_fit
from fpgaflow.backend.engine.steps import Step
from fpgaflow.backend.engine.tasks import Move, Schedule, Task
from fpgaflow.engine.isa import Region
from fpgaflow.ir.nodes import Node


def spilled(schedule: Schedule, room: int, lanes_p: int) -> tuple[tuple[Step, ...], int]:
    """Return the steps with moves in between, and the bytes of the spill region.

    Args:
        schedule: the tasks.
        room: bytes of a bank.
        lanes_p: banks.

    Raises:
        DoesNotFit: a task's own buffers are larger than the banks.
    """
    state = _Spilling(schedule=schedule, room=room, spill_bytes=schedule.trace_bytes)
    for index, task in enumerate(schedule.tasks):
        need = sum(schedule.buffers[root].bank_bytes for root in task.roots)
        if need > room:
            raise does_not_fit(
                task.work.node,
                f"its input and output need {need * lanes_p} bytes of the feature-map banks",
                f"at most {room * lanes_p} bytes",
                f"use an engine with more act_lines, or {SPATIAL}",
            )
        state.run(index, task)
    return tuple(state.steps), state.spill_bytes


@dataclass(slots=True, kw_only=True)
class _Spilling:
    schedule: Schedule
    room: int
    spill_bytes: int
    steps: list[Step] = field(default_factory=list[Step])
    resident: dict[str, int] = field(default_factory=dict[str, int])
    slots: dict[str, int] = field(default_factory=dict[str, int])
    saved: set[str] = field(default_factory=set[str])
    written: set[str] = field(default_factory=set[str])
    uses: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def __post_init__(self) -> None:
        for index, task in enumerate(self.schedule.tasks):
            for root in task.roots:
                self.uses.setdefault(root, []).append(index)

    def run(self, index: int, task: Task) -> None:
        """Bring a task's buffers in, then run it."""
        if not all(self._bring(index, task, root) for root in task.roots):
            # What is there lies in the way: all leaves, and what is needed comes back in a row.
            for root in list(self.resident):
                self._evict(task.work.node, root)
            assert all(self._bring(index, task, root) for root in task.roots), "they fit together"
        self.steps.append(Step(work=task.work, addresses=dict(self.resident)))
        self.written.update(task.writes)
        self.saved.difference_update(task.writes)
        for root in task.roots:
            if self.uses[root][-1] == index:
                del self.resident[root]

    def _bring(self, index: int, task: Task, root: str) -> bool:
        if root in self.resident:
            return True
        size = self.schedule.buffers[root].bank_bytes
        address = self._gap(size)
        while address is None:
            victims = [name for name in self.resident if name not in task.roots]
            if not victims:
                return False
            self._evict(task.work.node, max(victims, key=lambda name: self._next(name, index)))
            address = self._gap(size)
        self.resident[root] = address
        if root in self.written:
            self._move(task.work.node, root, to_memory=False)
        return True

    def _next(self, root: str, index: int) -> int:
        uses = self.uses[root]
        return uses[bisect_right(uses, index)]

    def _gap(self, size: int) -> int | None:
        address = 0
        for root, at in sorted(self.resident.items(), key=lambda pair: pair[1]):
            if address + size <= at:
                return address
            address = max(address, at + self.schedule.buffers[root].bank_bytes)
        return address if address + size <= self.room else None

    def _evict(self, node: Node, root: str) -> None:
        if root in self.written and root not in self.saved:
            self._move(node, root, to_memory=True)
            self.saved.add(root)
        del self.resident[root]

    def _move(self, node: Node, root: str, *, to_memory: bool) -> None:
        if root not in self.slots:
            buffer = self.schedule.buffers[root]
            self.slots[root] = self.spill_bytes
            self.spill_bytes += buffer.bank_bytes * buffer.banks
        move = Move(
            node=node,
            root=root,
            to_memory=to_memory,
            region=Region.SPILL,
            offset=self.slots[root],
        )
        self.steps.append(Step(work=move, addresses={root: self.resident[root]}))
