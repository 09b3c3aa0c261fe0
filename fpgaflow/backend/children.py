"""Runs programs under limits of time and memory, several at once; ends all when one fails."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fpgaflow.errors import ToolFailed, ToolMissing

TAIL_LINES = 20

# ulimit holds for the program and for all that it starts in turn; where a system knows no such
# limit the program runs without. hls4ml's kernels put an array as long as the reuse factor on the
# stack, which outgrows the usual 8 MB.
_LIMITED = """ulimit -v "$1" 2>/dev/null
ulimit -s 1048576 2>/dev/null || ulimit -s "$(ulimit -H -s)" 2>/dev/null
shift
exec "$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program to run.

    Attributes:
        label: what it does, for messages, e.g. `compiling part03.cpp`.
        command: program and arguments.
        folder: where it runs.
        total_s: seconds it may take.
        silent_s: seconds it may take without writing a line.
        memory_mb: address space it may take, in units of 2^20 bytes.
        remedy: what the user can do when it fails.
    """

    label: str
    command: tuple[str, ...]
    folder: Path
    total_s: float
    silent_s: float
    memory_mb: int
    remedy: str


@dataclass(slots=True, kw_only=True)
class _Child:
    job: Job
    process: subprocess.Popen[bytes]
    started: float
    heard: float
    partial: bytes = b""
    tail: deque[str] = field(default_factory=lambda: deque[str](maxlen=TAIL_LINES))


def run_jobs(
    jobs: Sequence[Job],
    at_once: int,
    on_line: Callable[[Job, str], None] | None = None,
    on_done: Callable[[Job], None] | None = None,
) -> None:
    """Run all jobs, `at_once` at a time; return when all have ended well.

    Args:
        jobs: started in this order.
        at_once: how many run side by side.
        on_line: told each line that a job writes.
        on_done: told each job that has ended.

    Raises:
        ToolMissing: a program was not found.
        ToolFailed: a job failed, crashed, or went over a limit; the others are ended first.
    """
    waiting = deque(jobs)
    running: list[_Child] = []
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    child = _start(waiting.popleft())
                    running.append(child)
                    assert child.process.stdout is not None
                    selector.register(child.process.stdout, selectors.EVENT_READ, child)
                for key, _ in selector.select(timeout=0.2):
                    if not _listen(key.data, on_line):
                        selector.unregister(key.fileobj)
                        _finish(key.data)
                        running.remove(key.data)
                        if on_done is not None:
                            on_done(key.data.job)
                for child in running:
                    _check_time(child)
        finally:
            for child in running:
                _end(child)


def limited(job: Job) -> tuple[str, ...]:
    """Return a command that runs a job's command within its memory."""
    return ("/bin/sh", "-c", _LIMITED, "sh", str(job.memory_mb * 1024), *job.command)


def _start(job: Job) -> _Child:
    try:
        process = subprocess.Popen(
            limited(job),
            cwd=job.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own, so that whatever it starts can be ended with it.
            start_new_session=True,
        )
    except OSError as error:
        raise ToolMissing(
            f"{job.label}: cannot start {job.command[0]}: {error}", remedy=job.remedy
        ) from error
    now = time.monotonic()
    return _Child(job=job, process=process, started=now, heard=now)


def _listen(child: _Child, on_line: Callable[[Job, str], None] | None) -> bool:
    """Take what a child has written; false when it has closed its output."""
    assert child.process.stdout is not None
    data = os.read(child.process.stdout.fileno(), 1 << 16)
    child.heard = time.monotonic()
    *lines, child.partial = (child.partial + data).split(b"\n")
    if not data and child.partial:
        lines, child.partial = [child.partial], b""
    for line in lines:
        text = line.decode(errors="replace").rstrip()
        child.tail.append(text)
        if on_line is not None:
            on_line(child.job, text)
    return bool(data)


def _finish(child: _Child) -> None:
    code = child.process.wait()
    assert child.process.stdout is not None
    child.process.stdout.close()
    if code == 0:
        return
    raise failure(child.job, code, child.tail)


def failure(job: Job, code: int, lines: Sequence[str]) -> ToolFailed:
    """Return the error of a job that ended with an exit code and wrote these lines last."""
    text = "\n".join(lines)
    if any(word in text for word in ("bad_alloc", "out of memory", "memory exhausted")):
        return ToolFailed(
            f"{job.label} needed more than {job.memory_mb} MB of memory",
            remedy="allow more memory, or simulate a smaller network",
        )
    how = f"failed with exit code {code}"
    # A shell that stands between reports a signal as 128 + its number.
    number = -code if code < 0 else code - 128
    if number in {item.value for item in signal.Signals}:
        how = f"crashed with {signal.Signals(number).name}"
    return ToolFailed(f"{job.label} {how}{said(lines)}", remedy=job.remedy)


def _check_time(child: _Child) -> None:
    now = time.monotonic()
    job = child.job
    if now - child.started > job.total_s:
        raise ToolFailed(
            f"{job.label} took more than {job.total_s:g} s{said(child.tail)}",
            remedy="allow more time, or simulate fewer images",
        )
    if now - child.heard > job.silent_s:
        raise ToolFailed(
            f"{job.label} wrote nothing for {job.silent_s:g} s{said(child.tail)}",
            remedy="allow more time for an image",
        )


def said(lines: Sequence[str]) -> str:
    """Return the end of a message: what a job wrote last."""
    tail = [line for line in lines if line]
    return "; it wrote last:\n" + "\n".join(f"    {line}" for line in tail) if tail else ""


def _end(child: _Child) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()
    if child.process.stdout is not None:
        child.process.stdout.close()
