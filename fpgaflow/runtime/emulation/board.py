"""The emulated board: an address space with the DMA, the accelerator and the clocks in it."""

from __future__ import annotations

from fpgaflow.interpret.fastest import prepare_scores
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.core import EmulatedCore
from fpgaflow.runtime.emulation.counting import count_one_image, register_counts
from fpgaflow.runtime.emulation.datapath import Datapath, InterpreterDatapath
from fpgaflow.runtime.emulation.dma import DECODE, INTERNAL, SLAVE, EmulatedDma
from fpgaflow.runtime.emulation.faults import Fault
from fpgaflow.runtime.emulation.memory import NoMemoryThere


class EmulatedBoard(BaseBoard):
    """A board in this process whose network is the design.

    What it computes is exact; it has no notion of time.

    Accesses to registers drive it: whoever polls a status lets it go on.

    Args:
        bundle: the design that is loaded.
        datapath: computes and counts; by default the exact interpreter.
    """

    shows = frozenset(
        {
            Fault.DMA_HALT,
            Fault.SHORT_PACKET,
            Fault.STALE_HWH,
            Fault.MISSING_FLUSH,
            Fault.BIT_FLIP,
            Fault.SLOW_CONSUMER,
        }
    )

    def __init__(self, bundle: Bundle, datapath: Datapath | None = None) -> None:
        """Prepare what computes and load the design."""
        super().__init__(bundle)
        manifest = bundle.manifest
        assert manifest.dma is not None, "an engine takes EmulatedEngineBoard"
        self._windows = (manifest.dma, manifest.accelerator)
        self._datapath = _interpreter(bundle) if datapath is None else datapath
        self.load()

    def load(self) -> None:
        """Load the design: everything starts anew, memory stays."""
        manifest = self.bundle.manifest
        self._dma = EmulatedDma(manifest.dma_length_bits)
        self._core = EmulatedCore(manifest, self._datapath)
        self._stalled = False

    def read(self, address: int) -> int:
        """Return the 32-bit word at a physical address."""
        self._advance()
        for window, block in zip(self._windows, (self._dma, self._core), strict=True):
            if 0 <= address - window.base < window.bytes:
                return block.read(address - window.base)
        return self._words.get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Write the 32-bit word at a physical address."""
        for window, block in zip(self._windows, (self._dma, self._core), strict=True):
            if 0 <= address - window.base < window.bytes:
                block.write(address - window.base, value & 0xFFFFFFFF)
                if not self._dma.receive.active:
                    self._stalled = False
                return
        self._words[address] = value & 0xFFFFFFFF

    def _advance(self) -> None:
        """Let data flow as far as it can."""
        if self._dma.send.active:
            self._send()
        if self._dma.receive.active and self._core.offered:
            self._receive()

    def _send(self) -> None:
        channel = self._dma.send
        if channel.moved == 0 and self.faults.take(Fault.DMA_HALT):
            channel.fail(SLAVE)
            return
        size = min(channel.length - channel.moved, self._core.room())
        if size <= 0:
            return
        try:
            data = self.ddr.read(channel.address + channel.moved, size)
        except NoMemoryThere:
            channel.fail(DECODE)
            return
        self._core.take(data)
        channel.moved += size
        if channel.moved == channel.length:
            channel.finish()

    def _receive(self) -> None:
        channel = self._dma.receive
        if self._stalled or self.faults.take(Fault.SLOW_CONSUMER):
            self._stalled = True
            return
        stream = self.bundle.manifest.scores
        data, last = self._core.give(self._core.offered)
        if self.faults.take(Fault.BIT_FLIP):
            data = bytes([data[0] ^ 1]) + data[1:]
        if self.faults.take(Fault.SHORT_PACKET):
            data, last = data[: -stream.beat_bits // 8], True
        if len(data) > channel.length - channel.moved:
            channel.fail(INTERNAL)
            return
        try:
            self.ddr.write(channel.address + channel.moved, data)
        except NoMemoryThere:
            channel.fail(DECODE)
            return
        channel.moved += len(data)
        if last:
            channel.finish()


def _interpreter(bundle: Bundle) -> InterpreterDatapath:
    on_chip = register_counts(count_one_image(bundle.graph), bundle.manifest.registers)
    return InterpreterDatapath(bundle.manifest, prepare_scores(bundle.graph), on_chip)
