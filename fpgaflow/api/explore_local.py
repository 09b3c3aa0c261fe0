"""Workers on this machine: processes of one thread each, begun where there is work for them.

A worker that ends in the middle of a task, for want of memory or because someone ended it, is
replaced, and the task is done again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path

import fpgaflow
from fpgaflow.api.explore_crew import TRIES, Queue
from fpgaflow.api.explore_tasks import Outcome, Task
from fpgaflow.errors import ToolFailed

_END_S = 5.0


@dataclass(slots=True, kw_only=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection
    task: Task | None = None


class LocalCrew:
    """Processes on this machine.

    Args:
        workers: how many at most, 1 or more.
        say: told of workers that were lost.
    """

    def __init__(self, workers: int, say: Callable[[str], None]) -> None:
        self._most = workers
        self._say = say
        self._queue = Queue()
        self._workers: list[_Worker] = []
        self._lost: Counter[str] = Counter()

    def submit(self, task: Task) -> None:
        """Take a task."""
        self._queue.put(task)

    def results(self) -> Iterator[tuple[Task, Outcome]]:
        """Yield each task with its result.

        Raises:
            ToolFailed: workers were lost at the same task too often.
        """
        while True:
            self._hand_out()
            busy = {worker.connection: worker for worker in self._workers if worker.task}
            if not busy:
                return
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection), "only connections are waited for"
                done = self._receive(busy[connection])
                if done is not None:
                    yield done

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.wait()
            worker.connection.close()
        self._workers.clear()

    def _hand_out(self) -> None:
        while self._queue:
            worker = next((worker for worker in self._workers if worker.task is None), None)
            if worker is None:
                if len(self._workers) == self._most:
                    return
                worker = _begin()
                self._workers.append(worker)
            worker.task = self._queue.take()
            try:
                worker.connection.send(worker.task)
            except OSError:
                self._replace(worker)

    def _receive(self, worker: _Worker) -> tuple[Task, Outcome] | None:
        try:
            answer: Outcome | Exception = worker.connection.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return None
        if isinstance(answer, Exception):
            raise answer
        task, worker.task = worker.task, None
        assert task is not None, "only busy workers are listened to"
        return task, answer

    def _replace(self, worker: _Worker) -> None:
        """Let another worker do the task of one that is gone."""
        task = worker.task
        assert task is not None, "a worker that has nothing to do is not looked at"
        self._workers.remove(worker)
        worker.connection.close()
        reason = _end(worker.process)
        self._lost[task.key] += 1
        if self._lost[task.key] == TRIES:
            raise ToolFailed(
                f"{task.label}: {TRIES} workers ended, the last one by {reason}",
                remedy="if that was for want of memory, give fewer --workers or --evaluate fewer "
                "images; the same command goes on where it stopped",
            )
        self._say(f"{task.label}: a worker ended by {reason}; it is done again")
        self._queue.put(task)


def _begin() -> _Worker:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "fpgaflow.api.explore_worker", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=_environment(),
            start_new_session=True,  # an interrupt at the terminal is the parent's to handle
        )
    return _Worker(process=process, connection=ours)


def _environment() -> dict[str, str]:
    """Return the environment of a worker: one thread, and the same fpgaflow as here."""
    assert fpgaflow.__file__ is not None, "the package is a folder"
    places = [str(Path(fpgaflow.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(place for place in places if place),
        # What lies in the current folder is not imported by chance.
        "PYTHONSAFEPATH": "1",
    }


def _end(process: subprocess.Popen[bytes]) -> str:
    """Wait for a process that has closed its socket, and say how it ended."""
    try:
        code = process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    return f"signal {-code}" if code < 0 else f"exit code {code}"
