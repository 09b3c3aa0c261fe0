"""The emulated board with an engine on it: any program runs, as on the real one."""

from __future__ import annotations

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.registers import ABORT, Register, Status
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.control import CTRL, IDLE, START
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.engine_device import EngineDevice
from fpgaflow.runtime.emulation.engine_functional import FunctionalEngine
from fpgaflow.runtime.emulation.faults import Fault
from fpgaflow.runtime.emulation.memory import BusError
from fpgaflow.runtime.manifest import Manifest


class EmulatedEngineBoard(BaseBoard):
    """A board in this process with an engine. What it computes is exact; it has no notion of time.

    Accesses to registers drive it: whoever reads CTRL lets it go on.

    Args:
        bundle: whose overlay is loaded; programs of other bundles run as well.
        device: the engine; by default the functional model.
    """

    shows = frozenset(
        {
            Fault.STALE_HWH,
            Fault.MISSING_FLUSH,
            Fault.BIT_FLIP,
            Fault.BUS_ERROR,
            Fault.STUCK,
            Fault.OTHER_ENGINE,
        }
    )
    stale = ("program_bytes", 0x20)

    def __init__(self, bundle: Bundle, device: EngineDevice | None = None) -> None:
        """Load the engine."""
        super().__init__(bundle)
        config = engine_config(bundle.manifest)
        self._window = bundle.manifest.accelerator
        self._device: EngineDevice = FunctionalEngine(config) if device is None else device
        self.load()

    def load(self) -> None:
        """Load the bitstream: everything starts anew, memory stays."""
        self._device.load(_Bus(self))
        self._stuck = self._aborted = False

    def read(self, address: int) -> int:
        """Return the 32-bit word at a physical address."""
        offset = address - self._window.base
        if not 0 <= offset < self._window.bytes:
            return self._words.get(address, 0)
        if self._stuck and offset == CTRL:
            return START
        if self._aborted and offset in (CTRL, Register.STATUS):
            return IDLE if offset == CTRL else Status.ABORTED
        word = self._device.read(offset)
        if offset == Register.LANES and self.faults.take(Fault.OTHER_ENGINE):
            return word ^ 4
        return word

    def write(self, address: int, value: int) -> None:
        """Write the 32-bit word at a physical address."""
        offset = address - self._window.base
        if not 0 <= offset < self._window.bytes:
            self._words[address] = value & 0xFFFFFFFF
            return
        if offset == CTRL and value & ABORT:
            self._stuck, self._aborted = False, self._stuck
        elif offset == CTRL and value & START:
            self._stuck, self._aborted = self.faults.take(Fault.STUCK), False
            if self._stuck:
                return
        self._device.write(offset, value & 0xFFFFFFFF)


class _Bus:
    """Memory behind the engine's two ports."""

    def __init__(self, board: EmulatedEngineBoard) -> None:
        self._ddr, self._faults = board.ddr, board.faults

    def read(self, address: int, size: int) -> bytes:
        if self._faults.take(Fault.BUS_ERROR):
            raise BusError(f"0x{address:x}: slave error")
        return self._ddr.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        if data and self._faults.take(Fault.BIT_FLIP):
            data = bytes([data[0] ^ 1]) + data[1:]
        self._ddr.write(address, data)


def engine_config(manifest: Manifest) -> EngineConfig:
    """Return the engine of a manifest that has one."""
    engine = manifest.engine
    assert engine is not None, "a bundle of an engine"
    return EngineConfig(
        lanes_k=engine.lanes_k,
        lanes_o=engine.lanes_o,
        lanes_p=engine.lanes_p,
        act_lines=engine.act_lines,
        w_rows=engine.w_rows,
    )
