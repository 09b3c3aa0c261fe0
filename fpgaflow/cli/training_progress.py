"""Shows a training run on standard error."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from fpgaflow.compress.training_history import History


class ShownTraining:
    """One line for each epoch, and on a terminal a bar for the current one with the time left.

    Args:
        quiet: show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._quiet = quiet
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, state="", visible=False)
        self._epochs = self._done = 0
        self._best = self._name = ""
        self._began_at, self._began = 0, 0.0

    def __enter__(self) -> ShownTraining:
        """Start to show."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean terminal, whatever happened."""
        self._bar.stop()

    def begin_training(self, history: History, epochs: int) -> None:
        """Show where the training begins."""
        self._epochs, self._done = epochs, len(history.rows)
        self._keep_best(history)
        self._began_at, self._began = self._done, time.perf_counter()
        if self._done and not self._quiet:
            self._console.print(f"going on after epoch {self._done}")
        self._begin_epoch()

    def batches(self, done: int, total: int, loss: float) -> None:
        """Move the bar."""
        left = self._time_left(done / total)
        state = f"{done}/{total}  loss {loss:.4f}{self._best}  {left}"
        self._bar.update(self._task, completed=done, total=total, state=state)

    def end_epoch(self, history: History) -> None:
        """Write the epoch's line."""
        row = history.rows[-1]
        self._done = row.epoch
        self._keep_best(history)
        mark = "  best" if history.best_epoch == row.epoch else ""
        if not self._quiet:
            self._console.print(
                f"epoch {row.epoch:>3}/{self._epochs}  loss {row.loss:.4f}  "
                f"accuracy {row.accuracy:7.2%}  rate {row.learning_rate:.2e}  "
                f"{row.seconds:6.1f} s{mark}"
            )
        self._begin_epoch()

    def _keep_best(self, history: History) -> None:
        if history.rows:
            self._best = f"  best accuracy {history.best_accuracy:.2%}"

    def _begin_epoch(self) -> None:
        shown = f"{self._name}epoch {self._done + 1}/{self._epochs}"
        visible = self._done < self._epochs
        self._bar.reset(self._task, total=None, description=shown, state="", visible=visible)

    def _time_left(self, part: float) -> str:
        """Say how long the training takes at most, at the speed so far."""
        done = self._done - self._began_at + part
        left = (time.perf_counter() - self._began) / done * (self._epochs - self._began_at - done)
        minutes, seconds = divmod(round(left), 60)
        hours, minutes = divmod(minutes, 60)
        return f"at most {hours}:{minutes:02}:{seconds:02} left"
