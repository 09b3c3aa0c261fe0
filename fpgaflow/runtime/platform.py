"""What the runtime asks of a board, real or emulated: blocks of registers, and memory."""

from __future__ import annotations

from typing import Protocol

from fpgaflow.runtime.manifest import WindowEntry
from fpgaflow.runtime.streams import Bytes


class Words(Protocol):
    """A block's registers, 32 bits each; pynq's MMIO is one."""

    def read(self, offset: int) -> int:
        """Return the word at an offset in bytes."""
        ...

    def write(self, offset: int, value: int) -> None:
        """Write the word at an offset in bytes."""
        ...


class Memory(Protocol):
    """A piece of memory that the logic reaches."""

    @property
    def array(self) -> Bytes:
        """The processor's view, uint8 [size]."""
        ...

    @property
    def address(self) -> int:
        """The physical address of the first byte."""
        ...

    def flush(self) -> None:
        """Make what the processor wrote visible to the logic."""
        ...

    def invalidate(self) -> None:
        """Make what the logic wrote visible to the processor."""
        ...


class Platform(Protocol):
    """A board with the design loaded."""

    @property
    def name(self) -> str:
        """What this is, for people."""
        ...

    def words(self, window: WindowEntry) -> Words:
        """Return a block's registers; the block is one of the manifest's."""
        ...

    @property
    def clock_mhz(self) -> float:
        """The clock that the logic runs at now."""
        ...

    def allocate(self, size: int) -> Memory:
        """Return that many bytes of memory."""
        ...

    def reload(self) -> None:
        """Load the design again, which resets it."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...
