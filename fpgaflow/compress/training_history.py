"""What happened in each epoch, and who watches it happen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRow:
    """One epoch.

    Attributes:
        epoch: counted from 1.
        loss: mean over the training images, penalties and distillation included.
        accuracy: the part of the validation images that is classified right, from 0 to 1.
        learning_rate: of its first batch.
        seconds: of wall-clock time, validation included.
    """

    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A training run.

    Attributes:
        rows: the epochs in order.
        best_epoch: the first epoch of the best accuracy, counted from 1; 0 before any.
        best_accuracy: on the validation images, from 0 to 1.
    """

    rows: tuple[EpochRow, ...] = ()
    best_epoch: int = 0
    best_accuracy: float = 0.0

    @property
    def epochs_since_best(self) -> int:
        """How many epochs there were after the best one."""
        return len(self.rows) - self.best_epoch

    def with_row(self, row: EpochRow) -> History:
        """Return the history one epoch later; only a higher accuracy is a new best."""
        better = not self.rows or row.accuracy > self.best_accuracy
        return History(
            rows=(*self.rows, row),
            best_epoch=row.epoch if better else self.best_epoch,
            best_accuracy=row.accuracy if better else self.best_accuracy,
        )


class Watcher(Protocol):
    """Someone who watches a training run."""

    def begin_training(self, history: History, epochs: int) -> None:
        """Training begins, or goes on after the epochs in `history`; `epochs` at most in all."""
        ...

    def batches(self, done: int, total: int, loss: float) -> None:
        """So many batches of the current epoch are done; `loss` is their mean so far."""
        ...

    def end_epoch(self, history: History) -> None:
        """An epoch ended; it is the last row of `history`."""
        ...


class Unwatched:
    """Shows nothing."""

    def begin_training(self, history: History, epochs: int) -> None:
        """Show nothing."""

    def batches(self, done: int, total: int, loss: float) -> None:
        """Show nothing."""

    def end_epoch(self, history: History) -> None:
        """Show nothing."""


def history_json(history: History, settings: Sequence[tuple[str, object]] = ()) -> str:
    """Return the text of history.json."""
    held = {
        "schema": 1,
        "settings": dict(settings),
        "best_epoch": history.best_epoch,
        "best_accuracy": history.best_accuracy,
        "epochs": [asdict(row) for row in history.rows],
    }
    return json.dumps(held, indent=2) + "\n"
