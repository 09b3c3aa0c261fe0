"""Keeps a compiled C-simulation running, and sends runs of beats through its accelerator.

Starting the program reads all weights, so one process takes run after run, over two pipes. What
goes over them is described in hls/include/fpgaflow/beat_server.h.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fpgaflow.backend.children import TAIL_LINES, Job, failure, limited, said
from fpgaflow.backend.csim_compile import EXECUTABLE
from fpgaflow.backend.csim_run import LABEL, REMEDY, refuse_misuse
from fpgaflow.backend.manifest import read_manifest
from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing

_WORD = 8
_END_S = 5.0
_SERVER = Path("firmware") / "fpgaflow" / "beat_server.h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a run gave.

    Attributes:
        scores: the beats of all scores, their bytes one after the other.
        counters: every counter of the accelerator after the run, by the registers' names.
    """

    scores: bytes
    counters: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class _Child:
    process: subprocess.Popen[bytes]
    runs: int
    answers: int
    log: IO[bytes]
    heard: int = 0


class CsimServer:
    """The accelerator of a project, simulated.

    Args:
        project: a folder that `emit_project` wrote; its weights are read.
        work: where `compile_csim` put the executable.
        image_s: seconds for one image.
        memory_mb: memory of the process, in units of 2^20 bytes.

    Raises:
        InputRefused: the project has no accelerator, or its bench cannot serve.
    """

    def __init__(self, project: Path, work: Path, *, image_s: float, memory_mb: int) -> None:
        """Start nothing yet."""
        manifest = read_manifest(project)
        if manifest.beat_bits is None or not (project / _SERVER).is_file():
            raise InputRefused(
                f"{project}: its C-simulation takes no beats from another process",
                accepted="a network with one output of at most 32 bits, compiled by this version",
                remedy="compile the network again",
            )
        self._names = manifest.counters
        self._image_s = image_s
        weights = project.resolve() / "firmware" / "weights"
        self._job = Job(
            label=LABEL,
            command=(str(work.resolve() / EXECUTABLE), "--serve", "RUNS", "ANSWERS", str(weights)),
            folder=work,
            total_s=image_s,
            silent_s=image_s,
            memory_mb=memory_mb,
            remedy=REMEDY,
        )
        self._child: _Child | None = None

    @property
    def pid(self) -> int | None:
        """The process that takes runs; None while there is none."""
        return None if self._child is None else self._child.process.pid

    def run(self, beats: bytes, frames: int, *, clear: bool) -> Answer:
        """Send images through the accelerator.

        Args:
            beats: of all images, their bytes one after the other.
            frames: how many images they are, 1 or more.
            clear: count from zero.

        Raises:
            ToolMissing: the program is not there.
            ToolFailed: it crashed, broke a rule of the streams, or took too long. It is ended, and
                the next run starts it anew.
        """
        if self._child is None:
            self._child = _start(self._job)
        deadline = time.monotonic() + self._image_s * frames
        try:
            self._send(self._child, struct.pack("<QQ", frames, clear) + beats, deadline)
            (size,) = struct.unpack("<Q", self._receive(self._child, _WORD, deadline))
            scores = self._receive(self._child, size, deadline)
            words = self._receive(self._child, _WORD * len(self._names), deadline)
            for line in _new_lines(self._child):
                refuse_misuse(line)
        except BaseException:
            # A run that was broken off leaves bytes behind that belong to no other.
            self.close()
            raise
        counts = struct.unpack(f"<{len(self._names)}Q", words)
        return Answer(scores=scores, counters=dict(zip(self._names, counts, strict=True)))

    def close(self) -> None:
        """End the process; the next run starts it anew, with its counters at zero."""
        child, self._child = self._child, None
        if child is None:
            return
        os.close(child.runs)
        os.close(child.answers)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        child.log.close()

    def _send(self, child: _Child, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(child, child.runs, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(child.runs, rest) :]
            except BrokenPipeError:
                raise self._ended(child) from None

    def _receive(self, child: _Child, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(child, child.answers, selectors.EVENT_READ, deadline)
            more = os.read(child.answers, size - len(data))
            if not more:
                raise self._ended(child)
            data += more
        return bytes(data)

    def _wait(self, child: _Child, pipe: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            if selector.select(max(0.0, deadline - time.monotonic())):
                return
        raise ToolFailed(
            f"{LABEL} took more than {self._image_s:g} s an image{said(_tail(child))}",
            remedy="allow more time for an image",
        )

    def _ended(self, child: _Child) -> ToolFailed:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(_END_S)
        code = child.process.poll()
        return failure(self._job, -signal.SIGKILL if code is None else code, _tail(child))


def _start(job: Job) -> _Child:
    their_runs, runs = os.pipe()
    answers, their_answers = os.pipe()
    names = {"RUNS": f"/dev/fd/{their_runs}", "ANSWERS": f"/dev/fd/{their_answers}"}
    log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
    try:
        process = subprocess.Popen(
            [names.get(word, word) for word in limited(job)],
            cwd=job.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(their_runs, their_answers),
            start_new_session=True,
        )
    except OSError as error:
        for pipe in (runs, answers):
            os.close(pipe)
        log.close()
        raise ToolMissing(
            f"{job.label}: cannot start {job.command[0]}: {error}", remedy=job.remedy
        ) from error
    finally:
        os.close(their_runs)
        os.close(their_answers)
    for pipe in (runs, answers):
        os.set_blocking(pipe, False)
    return _Child(process=process, runs=runs, answers=answers, log=log)


def _new_lines(child: _Child) -> list[str]:
    """Return what the child has written since the last call."""
    # The child writes at the offset that both share: reading must not move it.
    size = os.fstat(child.log.fileno()).st_size - child.heard
    data = os.pread(child.log.fileno(), size, child.heard)
    child.heard += len(data)
    return data.decode(errors="replace").splitlines()


def _tail(child: _Child) -> list[str]:
    child.heard = 0
    return _new_lines(child)[-TAIL_LINES:]
