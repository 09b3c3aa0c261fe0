"""Who does the work: this process, others on this machine, or a cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

import torch

from fpgaflow.api.explore_tasks import Outcome, Quantize, Task, perform

TRIES = 3
"""A task during which so many workers were lost is given up: it may well be what ends them."""


class Crew(Protocol):
    """Does tasks, in any order."""

    def submit(self, task: Task) -> None:
        """Take a task."""
        ...

    def results(self) -> Iterator[tuple[Task, Outcome]]:
        """Yield each task with its result as it ends, those submitted meanwhile included.

        Raises:
            ToolFailed: workers were lost too often.
        """
        ...

    def close(self) -> None:
        """Give up what is not finished, and leave no process behind."""
        ...


class Queue:
    """Tasks that wait: plans first, so that points are finished early; else in order."""

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()

    def __len__(self) -> int:
        """The number of tasks that wait."""
        return len(self._tasks)

    def put(self, task: Task) -> None:
        """Take a task."""
        if isinstance(task.order, Quantize):
            self._tasks.append(task)
        else:
            self._tasks.appendleft(task)

    def take(self) -> Task:
        """Return the next task."""
        return self._tasks.popleft()


class OwnProcess:
    """Does one task after the other here, on one thread, as every other worker does.

    So the float network's sums, which depend on how they are shared out, are the same everywhere.
    """

    def __init__(self) -> None:
        self._queue = Queue()

    def submit(self, task: Task) -> None:
        """Take a task."""
        self._queue.put(task)

    def results(self) -> Iterator[tuple[Task, Outcome]]:
        """Yield each task with its result."""
        while self._queue:
            task = self._queue.take()
            threads = torch.get_num_threads()
            torch.set_num_threads(1)
            try:
                outcome = perform(task.order, task.blobs)
            finally:
                torch.set_num_threads(threads)
            yield task, outcome

    def close(self) -> None:
        """Nothing runs."""
