"""The AXI DMA in simple mode, by its registers (AMD PG021).

pynq's own driver waits without an end, and cannot reset a channel that has failed; so the runtime
takes pynq's registers and nothing else of it.
"""

from __future__ import annotations

from fpgaflow.errors import DeviceFailed
from fpgaflow.runtime.platform import Memory, Words
from fpgaflow.runtime.waiting import Deadline

SEND, RECEIVE = 0x00, 0x30
CONTROL, STATUS, ADDRESS, ADDRESS_HIGH, LENGTH = 0x00, 0x04, 0x18, 0x1C, 0x28
RUN, RESET = 1 << 0, 1 << 2
HALTED, IDLE = 1 << 0, 1 << 1
RESET_S = 1.0

ERRORS = {
    1 << 4: "DMAIntErr, internal error: a transfer of no length, or more data than room",
    1 << 5: "DMASlvErr, slave error: the memory interface refused the transfer",
    1 << 6: "DMADecErr, decode error: there is no memory at that address",
}
"""Error bits of a status register and what they mean."""

_POWER = "load the bundle again; if that does not help, switch the board off and on"
_NAMES = {SEND: "sending images", RECEIVE: "receiving scores"}


def explain_status(status: int) -> str:
    """Say what a channel's status register shows."""
    found = [text for bit, text in ERRORS.items() if status & bit]
    if status & HALTED:
        found.append("the channel has halted")
    return f"{'; '.join(found) or 'no error'} (status 0x{status:08x})"


class Channel:
    """One direction of the DMA.

    Args:
        words: the DMA's registers.
        side: `SEND` or `RECEIVE`.
        limit: the largest transfer in bytes.
    """

    def __init__(self, words: Words, side: int, limit: int) -> None:
        """Start nothing yet."""
        self._words = words
        self._side = side
        self._limit = limit

    def start(self, memory: Memory, size: int) -> None:
        """Start a transfer of the first `size` bytes of memory.

        Raises:
            DeviceFailed: the channel has halted.
        """
        assert 0 < size <= min(self._limit, memory.array.nbytes), "a transfer outside its memory"
        status = self.status()
        if status & (HALTED | sum(ERRORS)):
            raise self._failed(status)
        self._words.write(self._side + ADDRESS, memory.address & 0xFFFFFFFF)
        self._words.write(self._side + ADDRESS_HIGH, memory.address >> 32)
        self._words.write(self._side + LENGTH, size)

    def done(self) -> bool:
        """Whether the transfer has ended.

        Raises:
            DeviceFailed: the channel reports an error.
        """
        status = self.status()
        if status & (HALTED | sum(ERRORS)):
            raise self._failed(status)
        return bool(status & IDLE)

    def status(self) -> int:
        """Return the status register."""
        return self._words.read(self._side + STATUS)

    def received(self) -> int:
        """Return how many bytes the last transfer moved."""
        return self._words.read(self._side + LENGTH)

    def _failed(self, status: int) -> DeviceFailed:
        return DeviceFailed(
            f"the DMA failed {_NAMES[self._side]}: {explain_status(status)}",
            remedy="the channel was reset: call again; if it comes back, run self_test()",
        )


def reset_dma(words: Words) -> None:
    """Reset both channels and let them run.

    Raises:
        DeviceFailed: the DMA does not answer within a second.
    """
    deadline = Deadline(RESET_S)
    # Either channel's reset bit resets the whole core.
    words.write(SEND + CONTROL, RESET)
    for side in (SEND, RECEIVE):
        deadline.wait(
            lambda side=side: not words.read(side + CONTROL) & RESET,
            lambda: "resetting the DMA",
            _POWER,
        )
    for side in (SEND, RECEIVE):
        words.write(side + CONTROL, RUN)
        deadline.wait(
            lambda side=side: not words.read(side + STATUS) & HALTED,
            lambda: "starting the DMA",
            _POWER,
        )
