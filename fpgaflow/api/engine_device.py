"""The engine's RTL inside the emulated board: its registers are the simulated ones.

The simulated memory is another process's, so what a run reads is copied there at its start, and
what it wrote is copied back when CTRL shows its end. Bus errors of the board's memory become errors
on the simulated buses.
"""

from __future__ import annotations

from contextlib import suppress

from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.timing import Access
from fpgaflow.engine.registers import Register
from fpgaflow.runtime.control import CTRL, DONE, IDLE, START
from fpgaflow.runtime.emulation.engine_device import DeviceMemory
from fpgaflow.runtime.emulation.memory import BusError

_CYCLES = 20_000
"""Clock cycles between two looks at CTRL: a tenth of a second or so."""

_PROGRAM = (Register.PROGRAM_ADDRESS, Register.PROGRAM_BYTES)
_INPUT = (Register.INPUT_ADDRESS, Register.INPUT_BYTES)
_OUTPUT = (Register.OUTPUT_ADDRESS, Register.OUTPUT_BYTES)
_SPILL = (Register.SPILL_ADDRESS, Register.SPILL_BYTES)
_READ = (_PROGRAM, _INPUT, _OUTPUT, _SPILL)
_WRITTEN = (_OUTPUT, _SPILL)


class RtlDevice:
    """A simulated engine as the emulated board asks for one.

    Args:
        rtl: of the bundle's configuration; whoever made it closes it.
    """

    def __init__(self, rtl: RtlEngine) -> None:
        """Wait for a memory."""
        self._rtl = rtl

    def load(self, memory: DeviceMemory) -> None:
        """Reset the engine, on this memory."""
        self._memory = memory
        self._values: dict[int, int] = {}
        self._running = False
        self._rtl.clear_ranges()
        self._rtl.reset()

    def read(self, offset: int) -> int:
        """Return a word; reading CTRL lets the clock run."""
        if offset != CTRL:
            return self._rtl.read(offset)
        if self._running:
            self._rtl.advance(_CYCLES)
        word = self._rtl.read(CTRL)
        if self._running and word & (DONE | IDLE):
            self._running = False
            self._copy_back()
        return word

    def write(self, offset: int, value: int) -> None:
        """Write a word; a start copies what the run reads."""
        if offset == CTRL and value & START and not self._running:
            self._running = True
            self._copy_there()
        elif not self._running:
            self._values[offset] = value
        self._rtl.write(offset, value)

    def _copy_there(self) -> None:
        self._rtl.clear_ranges()
        for registers in _READ:
            address, size = self._region(registers)
            data = self._bytes(address, size)
            if data is None:
                self._rtl.fail(address, address + size, Access.READ | Access.WRITE)
            else:
                self._rtl.write_memory(address, data)

    def _bytes(self, address: int, size: int) -> bytes | None:
        try:
            return self._memory.read(address, size)
        except BusError:
            return None

    def _copy_back(self) -> None:
        for registers in _WRITTEN:
            address, size = self._region(registers)
            # Where there is no memory, the run has met the same error and said so.
            with suppress(BusError):
                self._memory.write(address, self._rtl.read_memory(address, size))

    def _region(self, registers: tuple[Register, Register]) -> tuple[int, int]:
        address, size = registers
        low, high = self._values.get(address, 0), self._values.get(address + 4, 0)
        return high << 32 | low, self._values.get(size, 0)
