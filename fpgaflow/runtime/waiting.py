"""Waiting for hardware, never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from fpgaflow.errors import DeviceFailed

_SPIN_S = 0.001
_NAP_S = 0.00005


class Deadline:
    """A moment after which waiting ends.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self._seconds = seconds
        self._start = time.monotonic()

    def restart(self) -> None:
        """Wait as long again, from now on: something came."""
        self._start = time.monotonic()

    def wait(self, ready: Callable[[], bool], what: Callable[[], str], remedy: str = "") -> None:
        """Ask until the answer is yes: at once for a millisecond, then with short naps.

        Args:
            ready: asks the hardware; it may raise.
            what: says what was waited for and how far it came, for the message.
            remedy: what the user can do.

        Raises:
            DeviceFailed: the time is over.
        """
        while not ready():
            waited = time.monotonic() - self._start
            if waited > self._seconds:
                raise DeviceFailed(
                    f"{what()}: nothing came within {self._seconds:g} s",
                    remedy=remedy,
                )
            if waited > _SPIN_S:
                time.sleep(_NAP_S)
