"""Faults that the emulated board can show, once each time they are injected."""

from __future__ import annotations

from enum import Enum


class Fault(str, Enum):
    """What goes wrong next."""

    DMA_HALT = "dma-halt"
    """The DMA meets a slave error while it sends images, and halts."""
    SHORT_PACKET = "short-packet"
    """TLAST comes one beat too early."""
    STALE_HWH = "stale-hwh"
    """The hardware description that is loaded next belongs to another design."""
    MISSING_FLUSH = "missing-flush"
    """The next flush does not happen: the DMA reads old bytes."""
    BIT_FLIP = "bit-flip"
    """One bit of the first score turns over on its way to memory."""
    SLOW_CONSUMER = "slow-consumer"
    """The memory takes no scores until the DMA is reset."""
    BUS_ERROR = "bus-error"
    """The memory answers the engine's next read with an error."""
    STUCK = "stuck"
    """The engine's next run does not end."""
    OTHER_ENGINE = "other-engine"
    """The bitstream that is loaded is an engine with other lanes."""


class Faults:
    """The faults that were injected and have not shown yet."""

    def __init__(self) -> None:
        """Start without any."""
        self._waiting: list[Fault] = []

    def inject(self, fault: Fault) -> None:
        """Let a fault show at the next occasion."""
        self._waiting.append(fault)

    def take(self, fault: Fault) -> bool:
        """Say whether this fault shows now; it is gone then."""
        if fault not in self._waiting:
            return False
        self._waiting.remove(fault)
        return True
