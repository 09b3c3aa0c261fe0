"""The accelerator's registers: starting runs and reading counters."""

from __future__ import annotations

from fpgaflow.runtime.manifest import Manifest, RegisterEntry
from fpgaflow.runtime.platform import Words

CTRL = 0x00
START, DONE, IDLE = 1 << 0, 1 << 1, 1 << 2


class Control:
    """Starts the accelerator and reads what it counted.

    Args:
        words: its registers.
        manifest: says where each one is.
    """

    def __init__(self, words: Words, manifest: Manifest) -> None:
        """Write nothing yet."""
        self._words = words
        self._frames = manifest.register("frames").offset
        self._clear = manifest.register("clear").offset
        self._counters = manifest.counters

    def idle(self) -> bool:
        """Whether nothing runs."""
        return bool(self._words.read(CTRL) & IDLE)

    def start(self, frames: int, *, clear: bool) -> None:
        """Start a run.

        Args:
            frames: how many images it takes.
            clear: count from zero.
        """
        self._words.write(self._frames, frames)
        self._words.write(self._clear, int(clear))
        self._words.write(CTRL, START)

    def done(self) -> bool:
        """Whether the run has ended; reading clears the hardware's own bit."""
        return bool(self._words.read(CTRL) & (DONE | IDLE))

    def counters(self) -> dict[str, int]:
        """Return every counter by name."""
        return {one.name: self._wide(one) for one in self._counters}

    def _wide(self, register: RegisterEntry) -> int:
        """Read 64 bits in two words; a carry between the two readings shows in the high one."""
        while True:
            high = self._words.read(register.offset + 4)
            low = self._words.read(register.offset)
            if self._words.read(register.offset + 4) == high:
                return high << 32 | low
