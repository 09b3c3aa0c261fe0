"""Run as a program: trains into a folder, and in the fourth epoch waits to be killed."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from fpgaflow.compress.training import fit
from fpgaflow.compress.training_history import History
from tests.compress.training_cases import NORMALISE, QUICK, TRAIN, VALIDATION, small_network

SETTINGS = replace(QUICK, epochs=6)


class Dawdler:
    """Says "ready" in the middle of the fourth epoch, and goes no further."""

    def __init__(self) -> None:
        self._done = 0

    def begin_training(self, history: History, epochs: int) -> None:
        pass

    def batches(self, done: int, total: int, loss: float) -> None:
        if self._done == 3:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            time.sleep(60)

    def end_epoch(self, history: History) -> None:
        self._done = len(history.rows)


if __name__ == "__main__":
    fit(
        small_network(),
        TRAIN,
        VALIDATION,
        SETTINGS,
        normalise=NORMALISE,
        folder=Path(sys.argv[1]),
        progress=Dawdler(),
    )
