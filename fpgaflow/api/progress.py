"""Steps of a compilation: told to whoever watches, and timed."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Someone who watches a compilation."""

    def begin(self, step: str) -> None:
        """A step begins; steps follow each other, none inside another."""
        ...

    def update(self, done: int, total: int) -> None:
        """The current step has done `done` of `total` parts."""
        ...

    def end(self, step: str, seconds: float) -> None:
        """The step ended well."""
        ...

    def say(self, line: str) -> None:
        """Something that the user may like to know."""
        ...

    def warn(self, message: str) -> None:
        """Something that the user should know, though it stops nothing."""
        ...


class Unwatched:
    """Shows nothing; warnings become Python's."""

    def begin(self, step: str) -> None:
        """Show nothing."""

    def update(self, done: int, total: int) -> None:
        """Show nothing."""

    def end(self, step: str, seconds: float) -> None:
        """Show nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""

    def warn(self, message: str) -> None:
        """Warn as Python does."""
        warnings.warn(message, UserWarning, stacklevel=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """How long a step took, in seconds of wall-clock time."""

    name: str
    seconds: float


class Steps:
    """The steps so far.

    Args:
        progress: who watches.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._times: list[StepTime] = []

    @property
    def times(self) -> tuple[StepTime, ...]:
        """Return the finished steps in order."""
        return tuple(self._times)

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Run a step."""
        self.progress.begin(name)
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self._times.append(StepTime(name=name, seconds=seconds))
        self.progress.end(name, seconds)
