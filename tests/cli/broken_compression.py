"""Run as a program: gives one command again and again, each time ended somewhere else.

The arguments are a folder and the command's arguments as JSON. Each run is a process of its own,
forked before any of them has trained, so that what a run knows it has read from the disk. What
became of every run is printed as a line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from fpgaflow.api import compression_files, compression_methods
from fpgaflow.cli import cli
from fpgaflow.cli.compression_progress import ShownCompression
from fpgaflow.compress import training_loop
from fpgaflow.compress.training_history import History

assert compression_methods, training_loop  # imported before the first fork, for all of them


def kill() -> None:
    """End as `kill -9` does: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk() -> None:
    """Refuse, from the system's side, every byte written to a file from now on.

    As on a full disk the write itself fails; the number is EFBIG instead of ENOSPC.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def leave_the_disk_alone() -> None:
    """Do nothing."""


def in_training(name: str, do: Callable[[], None], after_epochs: int) -> None:
    """Do something in the middle of an epoch of a training."""
    begin, training = ShownCompression.begin, ShownCompression.begin_training
    batches, end = ShownCompression.batches, ShownCompression.end_epoch
    state: dict[str, object] = {}

    def our_begin(self: ShownCompression, name: str) -> None:
        state["name"] = name
        begin(self, name)

    def our_training(self: ShownCompression, history: History, epochs: int) -> None:
        state["epochs"] = len(history.rows)
        training(self, history, epochs)

    def our_batches(self: ShownCompression, done: int, total: int, loss: float) -> None:
        if state == {"name": name, "epochs": after_epochs}:
            do()
        batches(self, done, total, loss)

    def our_end(self: ShownCompression, history: History) -> None:
        state["epochs"] = len(history.rows)
        end(self, history)

    ShownCompression.begin, ShownCompression.begin_training = our_begin, our_training
    ShownCompression.batches, ShownCompression.end_epoch = our_batches, our_end


def at_the_file(number: int, do: Callable[[], None]) -> None:
    """Do something before the n-th file of the result is written."""
    write, count = compression_files.write_aside, [0]

    def our_write(path: Path, data: bytes, *, kept: str = "") -> None:
        count[0] += 1
        if count[0] == number:
            do()
        write(path, data, kept=kept)

    compression_files.write_aside = our_write


def at_the_renaming(number: int, do: Callable[[], None]) -> None:
    """Do something before the n-th file of the result takes its place."""
    replace, count = Path.replace, [0]

    def our_replace(self: Path, target: str | Path) -> Path:
        if self.parent.name == "result" and not self.name.startswith("."):
            count[0] += 1
            if count[0] == number:
                do()
        return replace(self, target)

    Path.replace = our_replace  # pyright: ignore[reportAttributeAccessIssue]


RUNS: dict[str, Callable[[], None]] = {
    "disk full in the first epoch": lambda: in_training("prune-1-01", fill_the_disk, 0),
    "killed in a trial": lambda: in_training("prune-1-01", kill, 1),
    "disk full in a trial": lambda: in_training("prune-1-01", fill_the_disk, 1),
    "killed in a short tuning": lambda: in_training("fuse-01-short", kill, 0),
    "disk full in a long tuning": lambda: in_training("fuse-02-long", fill_the_disk, 0),
    "killed in a long tuning": lambda: in_training("fuse-02-long", kill, 1),
    "disk full at the files": lambda: at_the_file(3, fill_the_disk),
    "killed at the files": lambda: at_the_file(3, kill),
    "killed before the first file is in its place": lambda: at_the_renaming(1, kill),
    "killed between two files": lambda: at_the_renaming(4, kill),
    "killed before the model is in its place": lambda: at_the_renaming(8, kill),
    "to the end": leave_the_disk_alone,
}
"""In the order in which a command comes by these places, as each run begins where one ended."""


def run(name: str, arguments: list[str]) -> tuple[int, str]:
    """Run the command in a process of its own; return its wait status and standard error."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child:
        os.close(theirs)
        with os.fdopen(ours, "rb") as errors:
            text = errors.read().decode()
        return os.waitpid(child, 0)[1], text
    code = 1
    try:
        os.dup2(theirs, 2)
        RUNS[name]()
        cli(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
        traceback.print_exc()
    os._exit(code)


def main(folder: Path, arguments: list[str]) -> None:
    """Run the command once for each end, then to its own end."""
    for name in RUNS:
        status, errors = run(name, arguments)
        told = {
            "run": name,
            "code": os.waitstatus_to_exitcode(status),
            "errors": errors,
            "files": sorted(path.name for path in folder.glob("b*")),
            "trainings": sorted(
                path.parent.name for path in folder.glob("b.work/*/last.safetensors")
            ),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
