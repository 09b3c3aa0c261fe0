"""The emulated board without pynq, where pynq is not installed."""

from __future__ import annotations

from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.description import achieved_clock_mhz, check_description, read_description
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.memory import EmulatedMemory
from fpgaflow.runtime.manifest import WindowEntry
from fpgaflow.runtime.platform import Memory, Words


class _Window:
    """The registers of one block."""

    def __init__(self, board: BaseBoard, window: WindowEntry) -> None:
        self._board = board
        self._base = window.base

    def read(self, offset: int) -> int:
        return self._board.read(self._base + offset)

    def write(self, offset: int, value: int) -> None:
        self._board.write(self._base + offset, value)


class DirectPlatform:
    """The emulated board's registers and memory, with nothing between.

    Raises:
        DeviceFailed: the board's description is not the bundle's.
    """

    def __init__(self, bundle: Bundle, board: BaseBoard) -> None:
        """Check the description and load the design."""
        manifest = bundle.manifest
        text = board.description()
        check_description(
            manifest, read_description(text, manifest.description), manifest.description
        )
        board.load()
        self._board = board
        self._clock_mhz = achieved_clock_mhz(text)

    @property
    def name(self) -> str:
        """What this is, for people."""
        return f"{self._board.name}, without pynq"

    def words(self, window: WindowEntry) -> Words:
        """Return a block's registers."""
        return _Window(self._board, window)

    @property
    def clock_mhz(self) -> float:
        """The clock that the description gives."""
        return self._clock_mhz

    def allocate(self, size: int) -> Memory:
        """Return that many bytes of memory."""
        memory: EmulatedMemory = self._board.allocate(size)
        return memory

    def reload(self) -> None:
        """Load the design again."""
        self._board.load()

    def close(self) -> None:
        """There is nothing to give back."""
