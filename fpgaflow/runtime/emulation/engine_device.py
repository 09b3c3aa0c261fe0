"""What stands behind an engine's registers on the emulated board.

The runtime brings the functional model. Another one is handed in from above: the RTL in a
simulator, which needs programs that a board does not have. The same address space, memory and
faults stand around either.
"""

from __future__ import annotations

from typing import Protocol


class DeviceMemory(Protocol):
    """The board's memory as the engine's two masters see it."""

    def read(self, address: int, size: int) -> bytes:
        """Return bytes.

        Raises:
            BusError: the bus answers with an error.
        """
        ...

    def write(self, address: int, data: bytes) -> None:
        """Write bytes.

        Raises:
            BusError: the bus answers with an error.
        """
        ...


class EngineDevice(Protocol):
    """An engine behind its registers; reading CTRL lets it go on."""

    def load(self, memory: DeviceMemory) -> None:
        """Start anew, as after the bitstream was loaded, on this memory."""
        ...

    def read(self, offset: int) -> int:
        """Return the word at an offset in bytes."""
        ...

    def write(self, offset: int, value: int) -> None:
        """Write the word at an offset in bytes."""
        ...
