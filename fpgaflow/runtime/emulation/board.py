"""The emulated board: an address space with the DMA, the accelerator and the clocks in it."""

from __future__ import annotations

import re

from fpgaflow.interpret.fastest import prepare_scores
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation.core import EmulatedCore
from fpgaflow.runtime.emulation.counting import count_one_image, register_counts
from fpgaflow.runtime.emulation.datapath import Datapath, InterpreterDatapath
from fpgaflow.runtime.emulation.dma import DECODE, INTERNAL, SLAVE, EmulatedDma
from fpgaflow.runtime.emulation.faults import Fault, Faults
from fpgaflow.runtime.emulation.memory import Ddr, EmulatedMemory, NoMemoryThere

# The PLL that the logic's clock comes from, as the boards' presets set it (UG585, UG1087).
_CLOCK_WORDS = {
    "zynq-7000": {0xF8000108: 20 << 12},
    "zynqmp": {0xFF5E0020: 90 << 8 | 1 << 16},
}


class EmulatedBoard:
    """A board in this process. What it computes is exact; it has no notion of time.

    Accesses to registers drive it: whoever polls a status lets it go on.

    Args:
        bundle: the design that is loaded.
        datapath: computes and counts; by default the exact interpreter.
    """

    def __init__(self, bundle: Bundle, datapath: Datapath | None = None) -> None:
        """Prepare what computes and load the design."""
        self.bundle = bundle
        self.faults = Faults()
        self.ddr = Ddr()
        manifest = bundle.manifest
        self._datapath = _interpreter(bundle) if datapath is None else datapath
        self._words: dict[int, int] = dict(_CLOCK_WORDS[manifest.board.family])
        self.load()

    @property
    def name(self) -> str:
        """What this is, for people."""
        return f"emulated {self.bundle.manifest.board.title}"

    def inject(self, fault: Fault | str) -> None:
        """Let a fault show at the next occasion, once."""
        self.faults.inject(Fault(fault))

    def load(self) -> None:
        """Load the design: everything starts anew, memory stays."""
        manifest = self.bundle.manifest
        self._dma = EmulatedDma(manifest.dma_length_bits)
        self._core = EmulatedCore(manifest, self._datapath)
        self._stalled = False

    def allocate(self, size: int) -> EmulatedMemory:
        """Return memory that the DMA reaches."""
        return EmulatedMemory(self.ddr, size, self.faults)

    def description(self, text: bytes | None = None) -> bytes:
        """Return what a loader gets to read of the .hwh beside the bitstream.

        Args:
            text: of that file; by default the bundle's.
        """
        if text is None:
            text = self.bundle.files[self.bundle.manifest.description]
        if self.faults.take(Fault.STALE_HWH):
            # Of a design whose counters begin one register later.
            return re.sub(
                rb'(NAME="frames_done(?:_1)?">.*?ADDRESS_OFFSET" VALUE=")\d+',
                rb"\g<1>48",
                text,
                count=1,
                flags=re.DOTALL,
            )
        return text

    def read(self, address: int) -> int:
        """Return the 32-bit word at a physical address."""
        self._advance()
        manifest = self.bundle.manifest
        for window, block in ((manifest.dma, self._dma), (manifest.accelerator, self._core)):
            if 0 <= address - window.base < window.bytes:
                return block.read(address - window.base)
        return self._words.get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Write the 32-bit word at a physical address."""
        manifest = self.bundle.manifest
        for window, block in ((manifest.dma, self._dma), (manifest.accelerator, self._core)):
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
