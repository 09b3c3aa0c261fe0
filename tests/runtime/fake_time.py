"""A clock that only waiting moves, so that a test can say how long a wait took."""

from __future__ import annotations


class FakeTime:
    """Stands in for the module `time` where the runtime waits.

    Each look at the clock takes ten microseconds, about what a look at a register takes.

    Attributes:
        now: seconds since the test began.
        naps: how often somebody slept.
    """

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0
        self.naps = 0

    def monotonic(self) -> float:
        """Return the time."""
        self.now += 1e-5
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.naps += 1
        self.now += seconds
