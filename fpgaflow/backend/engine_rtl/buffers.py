"""Where a run's buffers lie in the simulated memory, and what the registers say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.timing import Access
from fpgaflow.engine.config import PROGRAM_ALIGNMENT
from fpgaflow.engine.counters import Addresses
from fpgaflow.engine.registers import Register

_BASE = 0x1000_0000
_PAGE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """A piece of the memory: address and bytes."""

    address: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffers:
    """What a run reads and writes.

    Attributes:
        program: the block.
        input: of all frames.
        output: of all frames.
        spill: for feature maps that leave the chip for a while.
        frames: how many there are.
    """

    program: Buffer
    input: Buffer
    output: Buffer
    spill: Buffer
    frames: int

    @property
    def addresses(self) -> Addresses:
        """Where they lie, for the counters' prediction."""
        return Addresses(
            input=self.input.address, output=self.output.address, spill=self.spill.address
        )

    @property
    def registers(self) -> Mapping[Register, int]:
        """The values of the registers that name them."""
        return {
            Register.PROGRAM_ADDRESS: self.program.address,
            Register.PROGRAM_BYTES: self.program.size,
            Register.FRAMES: self.frames,
            Register.INPUT_ADDRESS: self.input.address,
            Register.INPUT_BYTES: self.input.size,
            Register.OUTPUT_ADDRESS: self.output.address,
            Register.OUTPUT_BYTES: self.output.size,
            Register.SPILL_ADDRESS: self.spill.address,
            Register.SPILL_BYTES: self.spill.size,
        }


_WIDE = (
    Register.PROGRAM_ADDRESS,
    Register.INPUT_ADDRESS,
    Register.OUTPUT_ADDRESS,
    Register.SPILL_ADDRESS,
)


def place_buffers(
    *, program: int, frames: int, frame_in: int, frame_out: int, spill: int, base: int = _BASE
) -> Buffers:
    """Return buffers one after the other, with a page that nobody may touch between them.

    Args:
        program: bytes of the block.
        frames: how many there are.
        frame_in: bytes of a frame's input.
        frame_out: bytes of a frame's output.
        spill: bytes of that buffer.
        base: address of the first.
    """
    at = base
    placed: list[Buffer] = []
    for index, size in enumerate((program, frames * frame_in, frames * frame_out, spill)):
        # A program must begin at such a multiple; the others at each multiple of 8 bytes.
        offset = (PROGRAM_ALIGNMENT, 8 * 13, 8 * 5, 8 * 10)[index]
        placed.append(Buffer(address=at + offset, size=size))
        at += -(-(offset + size) // _PAGE) * _PAGE + _PAGE
    return Buffers(
        program=placed[0], input=placed[1], output=placed[2], spill=placed[3], frames=frames
    )


def allow_buffers(rtl: RtlEngine, buffers: Buffers) -> None:
    """Let the engine reach its buffers, each as it may, and nothing else."""
    rtl.clear_ranges()
    for one, access in (
        (buffers.program, Access.READ),
        (buffers.input, Access.READ),
        (buffers.output, Access.WRITE),
        (buffers.spill, Access.READ | Access.WRITE),
    ):
        rtl.allow(one.address, one.address + one.size, access)


def write_registers(rtl: RtlEngine, values: Mapping[Register, int]) -> None:
    """Write registers; addresses have two words."""
    for register, value in values.items():
        rtl.write(register, value & 0xFFFF_FFFF)
        if register in _WIDE:
            rtl.write(register + 4, value >> 32)
