"""Runs one stage: its lines go to a log and to whoever watches; it never outlives us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.backend.synthesis.stages import StageCommand
from fpgaflow.errors import ToolFailed

LOGS = "logs"
_GRACE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a stage's program ended.

    Attributes:
        code: its exit code; negative for a signal.
        log: everything that it wrote.
        began: when it was started, in seconds since the epoch.
    """

    code: int
    log: Path
    began: float


def run_stage(command: StageCommand, on_line: Callable[[str], None], lock: int) -> Ended:
    """Run a stage to its end.

    Args:
        command: what to run.
        on_line: told each line, without its end.
        lock: a file descriptor that the program holds open too: where fpgaflow is killed outright,
            the program still keeps the next run out.

    Raises:
        ToolFailed: the program cannot be started.
    """
    log = command.folder / LOGS / f"{command.stage.name}.log"
    log.parent.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        log.replace(log.with_suffix(".previous.log"))
    began = time.time()
    try:
        process = subprocess.Popen(
            command.command,
            cwd=command.folder,
            env=os.environ | dict(command.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own, so that all that it starts can be ended with it.
            start_new_session=True,
            pass_fds=(lock,),
        )
    except OSError as error:
        raise ToolFailed(
            f"{command.command[0]} cannot be started: {error.strerror}",
            remedy="check the installation of the tool",
        ) from error
    assert process.stdout is not None
    with process, log.open("wb", buffering=0) as file:
        try:
            for line in process.stdout:
                file.write(line)
                on_line(line.decode(errors="replace").rstrip())
        except BaseException:
            _end(process)
            raise
    return Ended(code=process.returncode, log=log, began=began)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to end, then make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
