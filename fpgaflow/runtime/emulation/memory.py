"""The emulated board's two memories: what the processor sees, and what the DMA sees.

A real processor's cache stands between the two. Here they are apart, and start with different
bytes, so that a forgotten flush or invalidate gives wrong numbers here too.
"""

from __future__ import annotations

import weakref

import numpy as np

from fpgaflow.runtime.emulation.faults import Fault, Faults
from fpgaflow.runtime.streams import Bytes

_BASE = 0x1000_0000
_PAGE = 4096
_OLD_BYTE = 0xA5


class BusError(Exception):
    """The bus answered a master in the logic with an error."""


class NoMemoryThere(BusError):
    """A master in the logic asked for an address that nobody allocated."""


class Ddr:
    """The DMA's view: pieces of memory by physical address."""

    def __init__(self) -> None:
        """Start empty."""
        self._pieces: dict[int, bytearray] = {}
        self._next = _BASE

    def allocate(self, size: int) -> int:
        """Return the address of a new piece, full of old bytes."""
        address = self._next
        self._next += -(-size // _PAGE) * _PAGE + _PAGE
        self._pieces[address] = bytearray([_OLD_BYTE]) * size
        return address

    def free(self, address: int) -> None:
        """Give a piece back."""
        del self._pieces[address]

    @property
    def pieces(self) -> int:
        """How many pieces are allocated."""
        return len(self._pieces)

    @property
    def live_bytes(self) -> int:
        """How many bytes these pieces have."""
        return sum(len(piece) for piece in self._pieces.values())

    def read(self, address: int, size: int) -> bytes:
        """Return bytes.

        Raises:
            NoMemoryThere: one of them was not allocated.
        """
        start, piece = self._find(address, size)
        return bytes(piece[address - start : address - start + size])

    def write(self, address: int, data: bytes) -> None:
        """Write bytes.

        Raises:
            NoMemoryThere: there is no room for one of them.
        """
        start, piece = self._find(address, len(data))
        piece[address - start : address - start + len(data)] = data

    def _find(self, address: int, size: int) -> tuple[int, bytearray]:
        for start, piece in self._pieces.items():
            if start <= address and address + size <= start + len(piece):
                return start, piece
        raise NoMemoryThere(f"0x{address:x}, {size} bytes")


class EmulatedMemory:
    """A piece of memory with the processor's view of it."""

    def __init__(self, ddr: Ddr, size: int, faults: Faults) -> None:
        """Allocate it; it is given back when nobody holds it any more."""
        self._ddr = ddr
        self._faults = faults
        self._array = np.zeros(size, np.uint8)
        self._address = ddr.allocate(size)
        weakref.finalize(self, ddr.free, self._address)

    @property
    def array(self) -> Bytes:
        """The processor's view, uint8 [size]."""
        return self._array

    @property
    def address(self) -> int:
        """The physical address of the first byte."""
        return self._address

    def flush(self) -> None:
        """Copy the processor's view to the DMA's."""
        if not self._faults.take(Fault.MISSING_FLUSH):
            self._ddr.write(self._address, self._array.tobytes())

    def invalidate(self) -> None:
        """Copy the DMA's view to the processor's."""
        self._array[:] = np.frombuffer(self._ddr.read(self._address, self._array.size), np.uint8)
