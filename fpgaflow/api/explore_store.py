"""What an exploration has finished, in DIR/.work: every result appears whole as its task ends.

A result's file is called by its task's key, the digest of all that decides it: model, images,
widths, board, clock and fpgaflow's own code. So a command that goes on takes what is its own, and
anything that changed is done anew. Files that are damaged are done anew too. Nothing in the folder
is ever unpickled.
"""

from __future__ import annotations

import fcntl
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TypeVar, cast

from fpgaflow.api.explore_blob import Blob, digest
from fpgaflow.api.explore_tasks import Outcome, Planned, Quantize, Quantized, Task
from fpgaflow.compress.checkpoints import write_aside
from fpgaflow.errors import InputRefused
from fpgaflow.report.explore_schema import ExploredAccuracy
from fpgaflow.report.json import json_text, read_as

FOLDER, LOCK = ".work", "lock"

_KEPT = "what is finished is kept"
_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptQuantized:
    key: str
    accuracy: ExploredAccuracy | None
    graph: str | None
    refused: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptPlanned:
    key: str
    result: Planned


class Store:
    """The folder of results; one process at a time.

    Args:
        output: the exploration's folder, which is made where it is missing.

    Raises:
        InputRefused: it cannot be written, or another process is at work there.
    """

    def __init__(self, output: Path) -> None:
        self._folder = output / FOLDER
        self._missing = [place for place in (output, *output.parents) if not place.exists()]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock: IO[bytes] = (self._folder / LOCK).open("wb")
        except OSError as error:
            raise InputRefused(
                f"the output folder {output} cannot be written: {error.strerror or error}",
                remedy="name another one with -o",
            ) from error
        try:
            # Given back by the system however this process ends.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InputRefused(
                f"another fpgaflow explore is at work in {output}",
                remedy="wait for it, or name another folder with -o",
            ) from error
        for stray in self._folder.glob(".*"):  # half-written by a process that was killed
            stray.unlink(missing_ok=True)

    def close(self) -> None:
        """Let others work in the folder; leave no trace where nothing was finished."""
        if [path.name for path in self._folder.iterdir()] == [LOCK]:
            with suppress(OSError):
                (self._folder / LOCK).unlink()
                for place in (self._folder, *self._missing):
                    place.rmdir()  # refuses where there is anything
        self._lock.close()

    def blob(self, data: bytes) -> Blob:
        """Keep bytes in a file, unless they are there."""
        sha256 = digest(data)
        path = self._folder / f"data-{sha256}"
        if not _holds(path, sha256):
            write_aside(path, data, kept=_KEPT)
        return Blob(sha256=sha256, path=path)

    def keep(self, task: Task, outcome: Outcome) -> None:
        """Keep a result."""
        if isinstance(outcome, Quantized):
            graph = None if outcome.graph is None else self.blob(outcome.graph).sha256
            held: object = _KeptQuantized(
                key=task.key, accuracy=outcome.accuracy, graph=graph, refused=outcome.refused
            )
        else:
            held = _KeptPlanned(key=task.key, result=outcome)
        text = json_text(asdict(held))
        write_aside(self._path(task), text.encode(), kept=_KEPT)

    def find(self, task: Task) -> Outcome | None:
        """Return the result of a task that was finished; None where it was not, or is damaged."""
        if isinstance(task.order, Quantize):
            return self._find_quantized(task)
        held = self._read(_KeptPlanned, task)
        return None if held is None or held.key != task.key else held.result

    def _find_quantized(self, task: Task) -> Quantized | None:
        held = self._read(_KeptQuantized, task)
        if held is None or held.key != task.key:
            return None
        graph = None
        if held.graph is not None:
            path = self._folder / f"data-{held.graph}"
            if not _holds(path, held.graph):
                return None
            graph = path.read_bytes()
        return Quantized(accuracy=held.accuracy, graph=graph, refused=held.refused)

    def _read(self, kind: type[_Kind], task: Task) -> _Kind | None:
        path = self._path(task)
        with suppress(OSError, ValueError, RecursionError, InputRefused):
            return read_as(kind, cast(object, json.loads(path.read_bytes())), path)
        return None

    def _path(self, task: Task) -> Path:
        return self._folder / f"{type(task.order).__name__.lower()}-{task.key}.json"


def _holds(path: Path, sha256: str) -> bool:
    try:
        return digest(path.read_bytes()) == sha256
    except OSError:
        return False
