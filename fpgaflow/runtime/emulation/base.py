"""What every emulated board has: memory, faults, clocks, a description, and an address space."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar

from fpgaflow.errors import InputRefused
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation.faults import Fault, Faults
from fpgaflow.runtime.emulation.memory import Ddr, EmulatedMemory

# The PLL that the logic's clock comes from, as the boards' presets set it (UG585, UG1087).
_CLOCK_WORDS = {
    "zynq-7000": {0xF8000108: 20 << 12},
    "zynqmp": {0xFF5E0020: 90 << 8 | 1 << 16},
}


class BaseBoard(ABC):
    """An emulated board around a design.

    Args:
        bundle: the design that is loaded.
    """

    shows: ClassVar[frozenset[Fault]]
    """The faults that can be injected."""

    stale: ClassVar[tuple[str, int]] = ("frames_done(?:_1)?", 48)
    """A register and the offset that a stale description gives for it."""

    def __init__(self, bundle: Bundle) -> None:
        """Prepare memory and clocks."""
        self.bundle = bundle
        self.faults = Faults()
        self.ddr = Ddr()
        self._words: dict[int, int] = dict(_CLOCK_WORDS[bundle.manifest.board.family])

    @property
    def name(self) -> str:
        """What this is, for people."""
        return f"emulated {self.bundle.manifest.board.title}"

    def inject(self, fault: Fault | str) -> None:
        """Let a fault show at the next occasion, once.

        Raises:
            InputRefused: the design that is loaded cannot show it.
        """
        wanted = Fault(fault)
        if wanted not in self.shows:
            raise InputRefused(
                f"the fault {wanted.value} cannot show in {self.bundle.manifest.name}'s design",
                accepted=", ".join(one.value for one in Fault if one in self.shows),
            )
        self.faults.inject(wanted)

    def allocate(self, size: int) -> EmulatedMemory:
        """Return memory that the logic reaches."""
        return EmulatedMemory(self.ddr, size, self.faults)

    def description(self, text: bytes | None = None) -> bytes:
        """Return what a loader gets to read of the .hwh beside the bitstream.

        Args:
            text: of that file; by default the bundle's.
        """
        if text is None:
            text = self.bundle.files[self.bundle.manifest.description]
        if self.faults.take(Fault.STALE_HWH):
            # Of a design whose registers begin one later.
            name, offset = self.stale
            return re.sub(
                rb'(NAME="%s">.*?ADDRESS_OFFSET" VALUE=")\d+' % name.encode(),
                rb"\g<1>%d" % offset,
                text,
                count=1,
                flags=re.DOTALL,
            )
        return text

    @abstractmethod
    def load(self) -> None:
        """Load the design: everything starts anew, memory stays."""

    @abstractmethod
    def read(self, address: int) -> int:
        """Return the 32-bit word at a physical address."""

    @abstractmethod
    def write(self, address: int, value: int) -> None:
        """Write the 32-bit word at a physical address."""
