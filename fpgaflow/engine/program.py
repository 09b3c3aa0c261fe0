"""A program: header, instructions and weights as one block of bytes (docs/engine.md)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.config import INSTRUCTION_BYTES, EngineConfig
from fpgaflow.engine.isa import Array, End, Instruction, decode, encode
from fpgaflow.engine.registers import VERSION
from fpgaflow.errors import InputRefused

MAGIC = 0x45475046
_HEADER = struct.Struct("<IIIBBBBHHIIII")
_RESIDENT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An instruction with what follows it.

    Attributes:
        instruction: the instruction.
        biases: of an `Array`, int64 [groups, lanes_o], the rounding addend included; else None.
        weights: of an `Array`, int8 [groups, steps, lanes_o, lanes_k]; else None.
        layer: the graph's node that it computes, for people; it is not in the bytes.
    """

    instruction: Instruction
    biases: NDArray[np.int64] | None = None
    weights: NDArray[np.int8] | None = None
    layer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A network for an engine.

    Attributes:
        config: the engine it was made for.
        operations: in order; the last is the only `End`.
        input_bytes: of a frame, in memory.
        output_bytes: likewise.
        spill_bytes: of the buffer for feature maps that leave the chip for a while.
    """

    config: EngineConfig
    operations: tuple[Operation, ...]
    input_bytes: int
    output_bytes: int
    spill_bytes: int = 0

    @property
    def rows(self) -> int:
        """Rows after the header."""
        return sum(operation_rows(self.config, one.instruction) for one in self.operations)

    @property
    def resident(self) -> bool:
        """Whether it stays in the program memory for all frames of a run."""
        return self.rows <= self.config.w_rows

    @property
    def bytes(self) -> int:
        """Bytes of the block, the header included."""
        return (self.rows + self.config.instruction_rows) * self.config.row_bytes

    def to_bytes(self) -> bytes:
        """Return the block of bytes that the engine reads.

        Raises:
            InputRefused: a field or a bias does not fit its bits.
        """
        config = self.config
        body = b"".join(_block(config, one) for one in self.operations)
        header = _HEADER.pack(
            MAGIC,
            0,
            VERSION,
            config.lanes_k,
            config.lanes_o,
            config.lanes_p,
            _RESIDENT * self.resident,
            config.act_lines,
            config.w_rows,
            self.bytes,
            self.input_bytes,
            self.output_bytes,
            self.spill_bytes,
        ).ljust(config.instruction_rows * config.row_bytes, b"\0")
        crc = zlib.crc32(header[8:] + body)
        return header[:4] + struct.pack("<I", crc) + header[8:] + body


def operation_rows(config: EngineConfig, instruction: Instruction) -> int:
    """Return the rows that an instruction and its weights take."""
    weights = instruction.groups * instruction.group_rows if isinstance(instruction, Array) else 0
    return config.instruction_rows + weights


def read_program(data: bytes) -> Program:
    """Return the program in a block of bytes, as the engine checks it.

    Raises:
        InputRefused: the engine would refuse it: magic, version, sizes, checksum, instructions.
    """
    if len(data) < INSTRUCTION_BYTES:
        raise _refused(f"{len(data)} bytes", "a header of 64 bytes and instructions")
    magic, crc, version, *lanes, flags, lines, rows, size, into, out, spill = _HEADER.unpack_from(
        data
    )
    if magic != MAGIC:
        raise _refused(f"magic {magic:#010x}", f"{MAGIC:#010x}")
    if version != VERSION:
        raise _refused(f"version {version}", f"version {VERSION}; compile again")
    if size != len(data):
        raise _refused(f"{len(data)} bytes, its header says {size}", "the whole program")
    if zlib.crc32(data[8:]) != crc:
        raise _refused("a checksum that its bytes do not have", "the program as it was written")
    config = EngineConfig(
        lanes_k=lanes[0], lanes_o=lanes[1], lanes_p=lanes[2], act_lines=lines, w_rows=rows
    )
    operations = tuple(_operations(config, data))
    program = Program(
        config=config,
        operations=operations,
        input_bytes=into,
        output_bytes=out,
        spill_bytes=spill,
    )
    if program.bytes != size or program.resident != bool(flags & _RESIDENT):
        raise _refused("bytes after its end, or a wrong flag", "one END, at the end")
    return program


def _operations(config: EngineConfig, data: bytes) -> Iterator[Operation]:
    row = config.row_bytes
    start = config.instruction_rows * row
    while True:
        body = start + config.instruction_rows * row
        if body > len(data):
            raise _refused("an end before its END", "the whole program")
        instruction = decode(data[start : start + INSTRUCTION_BYTES])
        start = body
        if not isinstance(instruction, Array):
            yield Operation(instruction=instruction)
            if isinstance(instruction, End):
                return
            continue
        start += instruction.groups * instruction.group_rows * row
        if start > len(data):
            raise _refused("an end before its weights", "the whole program")
        yield weighted(config, instruction, data[body:start])


def weighted(config: EngineConfig, instruction: Array, data: bytes) -> Operation:
    """Return an instruction with the biases and weights that its rows hold."""
    rows = np.frombuffer(data, np.uint8).reshape(
        instruction.groups, instruction.group_rows, config.row_bytes
    )
    biases = np.ascontiguousarray(rows[:, 0, : 4 * config.lanes_o]).view("<i4")
    weights = rows[:, 1:].view(np.int8)
    shape = (*weights.shape[:2], config.lanes_o, config.lanes_k)
    return Operation(
        instruction=instruction,
        biases=biases.astype(np.int64),
        weights=weights.reshape(shape).copy(),
    )


def _block(config: EngineConfig, operation: Operation) -> bytes:
    head = encode(operation.instruction).ljust(config.instruction_rows * config.row_bytes, b"\0")
    return head + weight_rows(config, operation)


def weight_rows(config: EngineConfig, operation: Operation) -> bytes:
    """Return the rows of biases and weights that follow an instruction; none but of an `Array`.

    Raises:
        InputRefused: a bias does not fit its bits.
    """
    if not isinstance(operation.instruction, Array):
        return b""
    biases, weights = operation.biases, operation.weights
    assert biases is not None, "an Array has biases"
    assert weights is not None, "an Array has weights"
    groups, steps = operation.instruction.groups, operation.instruction.steps
    assert weights.shape == (groups, steps, config.lanes_o, config.lanes_k)
    if np.any(biases != biases.astype(np.int32)):
        raise _refused(f"a bias of {operation.layer} beyond 32 bits", "biases of 32 bits")
    rows = np.zeros((groups, 1 + steps, config.row_bytes), np.uint8)
    rows[:, 0, : 4 * config.lanes_o] = biases.astype("<i4").view(np.uint8)
    rows[:, 1:] = weights.view(np.uint8).reshape(groups, steps, config.row_bytes)
    return rows.tobytes()


def _refused(found: str, accepted: str) -> InputRefused:
    return InputRefused(f"engine program: {found}", accepted=accepted)
