"""The emulated AXI DMA: its registers in simple mode, as AMD PG021 describes them."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.runtime.dma import (
    ADDRESS,
    ADDRESS_HIGH,
    CONTROL,
    HALTED,
    IDLE,
    LENGTH,
    RECEIVE,
    RESET,
    RUN,
    SEND,
    STATUS,
)

INTERNAL, SLAVE, DECODE, ERROR_INTERRUPT, DONE_INTERRUPT = 1 << 4, 1 << 5, 1 << 6, 1 << 14, 1 << 12


@dataclass(slots=True, kw_only=True)
class ChannelState:
    """One direction.

    Attributes:
        control: DMACR.
        status: DMASR.
        address: of the transfer, 64 bits.
        length: asked for; once a transfer has ended, what was moved.
        active: whether a transfer runs.
        moved: bytes moved so far.
    """

    control: int = 0
    status: int = HALTED
    address: int = 0
    length: int = 0
    active: bool = False
    moved: int = 0

    def finish(self) -> None:
        """End the transfer well."""
        self.active = False
        self.length = self.moved
        self.status |= IDLE | DONE_INTERRUPT

    def fail(self, bit: int) -> None:
        """End the transfer with an error; the channel halts."""
        self.active = False
        self.control &= ~RUN
        self.status |= HALTED | bit | ERROR_INTERRUPT


class EmulatedDma:
    """Both channels."""

    def __init__(self, length_bits: int) -> None:
        """Start as after power-up."""
        self._mask = (1 << length_bits) - 1
        self.send = ChannelState()
        self.receive = ChannelState()

    def reset(self) -> None:
        """Do what the reset bit of either channel does."""
        self.send = ChannelState()
        self.receive = ChannelState()

    def read(self, offset: int) -> int:
        """Return a register."""
        channel, register = self._find(offset)
        return {
            CONTROL: channel.control,
            STATUS: channel.status,
            ADDRESS: channel.address & 0xFFFFFFFF,
            ADDRESS_HIGH: channel.address >> 32,
            LENGTH: channel.length,
        }.get(register, 0)

    def write(self, offset: int, value: int) -> None:
        """Write a register; the one of the length starts a transfer."""
        channel, register = self._find(offset)
        if register == CONTROL:
            self._control(channel, value)
        elif register == STATUS:
            channel.status &= ~(value & (ERROR_INTERRUPT | DONE_INTERRUPT))
        elif register == ADDRESS:
            channel.address = channel.address >> 32 << 32 | value
        elif register == ADDRESS_HIGH:
            channel.address = channel.address & 0xFFFFFFFF | value << 32
        elif register == LENGTH:
            self._start(channel, value & self._mask)

    def _control(self, channel: ChannelState, value: int) -> None:
        if value & RESET:
            self.reset()
            return
        channel.control = value
        if value & RUN:
            channel.status &= ~HALTED
        else:
            channel.status |= HALTED

    def _start(self, channel: ChannelState, length: int) -> None:
        if channel.status & HALTED:
            return
        if length == 0:
            channel.fail(INTERNAL)
            return
        channel.length = length
        channel.active, channel.moved = True, 0
        channel.status &= ~IDLE

    def _find(self, offset: int) -> tuple[ChannelState, int]:
        if offset >= RECEIVE:
            return self.receive, offset - RECEIVE
        return self.send, offset - SEND
