"""Worker processes on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from fpgaflow.api import explore_local
from fpgaflow.api.explore_grid import Bits
from fpgaflow.api.explore_local import LocalCrew
from fpgaflow.api.explore_tasks import Quantize, Task
from fpgaflow.errors import ToolFailed
from tests.api.explorations import Watched, contents, explore

LABELS = {"m at 4 bits", "m at 5 bits"}


def workers() -> list[psutil.Process]:
    """The worker processes of this process."""
    children = psutil.Process().children()
    return [one for one in children if "fpgaflow.api.explore_worker" in one.cmdline()]


def test_a_worker_that_is_ended_is_made_up_for(explored: Path, tmp_path: Path) -> None:
    watched = Watched(lambda done: workers()[0].kill() if done == 1 else None)
    explore(explored, str(tmp_path), workers=2, progress=watched)
    assert contents(tmp_path) == contents(explored / "out")
    (line,) = watched.lines
    assert line.startswith("tiny at ")
    assert line.endswith(": a worker ended by signal 9; it is done again")
    assert workers() == []


def begin(monkeypatch: pytest.MonkeyPatch, program: str) -> list[Task]:
    """Let workers run a program of three lines instead; return two tasks."""
    real = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, "-S", "-c", program, command[-1]], **options)  # pyright: ignore

    monkeypatch.setattr(explore_local.subprocess, "Popen", popen)
    return [
        Task(
            order=Quantize(bits=Bits(weight=b, activation=b)),
            blobs=(),
            code="",
            label=f"m at {b} bits",
        )
        for b in (4, 5)
    ]


def test_a_task_that_ends_every_worker_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    crew = LocalCrew(1, lines.append)
    for task in begin(monkeypatch, "import sys; sys.exit(5)")[:1]:
        crew.submit(task)
    with pytest.raises(ToolFailed) as caught:
        list(crew.results())
    crew.close()
    assert str(caught.value) == (
        "m at 4 bits: 3 workers ended, the last one by exit code 5\n"
        "  what to do: if that was for want of memory, give fewer --workers or --evaluate fewer "
        "images; the same command goes on where it stopped"
    )
    assert lines == ["m at 4 bits: a worker ended by exit code 5; it is done again"] * 2


FAILS = """import sys
from multiprocessing.connection import Connection
link = Connection(int(sys.argv[1]))
import pickle
link.recv_bytes()
link.send(KeyError("a bug"))
link.recv_bytes()
"""


def test_a_bug_in_a_worker_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    before = psutil.Process().children()
    crew = LocalCrew(2, lambda _: None)
    for task in begin(monkeypatch, FAILS):
        crew.submit(task)
    with pytest.raises(KeyError, match="a bug"):
        list(crew.results())
    crew.close()
    assert psutil.Process().children() == before


def test_a_worker_ends_with_its_parent() -> None:
    program = (
        "import os, sys, time\n"
        "from fpgaflow.api.explore_worker import _end_with_parent\n"
        "_end_with_parent()\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', sys.argv[1]])",
            program,
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    child.wait(20)
