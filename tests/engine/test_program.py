from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from fpgaflow.engine.isa import Array
from fpgaflow.engine.program import Program, operation_rows, read_program
from fpgaflow.errors import InputRefused

from .random_programs import programs
from .test_machine import BACK, CONFIG, COPY, MOVE, operation, program

ROW = CONFIG.row_bytes


def block() -> bytes:
    return program(MOVE, operation(COPY), BACK).to_bytes()


def changed(data: bytes, at: int, field: bytes, *, checked: bool = True) -> bytes:
    """Put bytes into a block, and make its checksum right again."""
    data = data[:at] + field + data[at + len(field) :]
    crc = zlib.crc32(data[8:]) if checked else 0
    return data[:4] + struct.pack("<I", crc) + data[8:]


def message(data: bytes) -> str:
    with pytest.raises(InputRefused) as caught:
        read_program(data)
    return str(caught.value)


@settings(max_examples=30, deadline=None)
@given(programs())
def test_a_program_comes_back_from_its_bytes(made: Program) -> None:
    data = made.to_bytes()
    assert len(data) == made.bytes
    found = read_program(data)
    assert replace(found, operations=()) == replace(made, operations=())
    for one, other in zip(found.operations, made.operations, strict=True):
        assert one.instruction == other.instruction
        if isinstance(one.instruction, Array):
            np.testing.assert_array_equal(one.biases, other.biases)
            np.testing.assert_array_equal(one.weights, other.weights)
    assert found.to_bytes() == data


def test_rows_are_counted_with_their_weights() -> None:
    made = program(MOVE, operation(replace(COPY, groups=3)), BACK)
    assert [operation_rows(CONFIG, one.instruction) for one in made.operations] == [8, 14, 8, 8]
    assert made.rows == 38
    assert made.bytes == 46 * ROW
    assert made.resident
    assert not program(operation(replace(COPY, groups=30))).resident


def test_biases_and_weights_lie_where_the_document_says() -> None:
    data = program(operation(COPY, weight=-1, bias=-2)).to_bytes()
    body = data[16 * ROW :]
    assert body[:ROW] == b"\xfe\xff\xff\xff" * 2
    assert body[ROW : 2 * ROW] == b"\xff\x00\x00\x00\x00\xff\x00\x00"


def test_a_bias_beyond_32_bits_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        program(operation(COPY, bias=1 << 31)).to_bytes()
    assert str(caught.value) == (
        "engine program: a bias of copy beyond 32 bits\n  accepted: biases of 32 bits"
    )


@pytest.mark.parametrize("nothing", [{"groups": 0}, {"phases": 0}])
def test_an_instruction_without_work_comes_back(nothing: dict[str, int]) -> None:
    made = program(operation(replace(COPY, **nothing)))
    assert read_program(made.to_bytes()).to_bytes() == made.to_bytes()


def test_bytes_that_are_no_program_are_refused() -> None:
    assert message(bytes(63)) == (
        "engine program: 63 bytes\n  accepted: a header of 64 bytes and instructions"
    )
    assert message(bytes(64)) == "engine program: magic 0x00000000\n  accepted: 0x45475046"


def test_another_version_is_refused() -> None:
    assert message(changed(block(), 8, b"\x02")) == (
        "engine program: version 2\n  accepted: version 1; compile again"
    )


@pytest.mark.parametrize("length", [64, len(block()) - 8, len(block()) + 8])
def test_a_program_cut_or_continued_is_refused(length: int) -> None:
    data = block().ljust(length, b"\0")[:length]
    assert message(data) == (
        f"engine program: {length} bytes, its header says {len(block())}\n"
        "  accepted: the whole program"
    )


@pytest.mark.parametrize("at", [4, 13, 40, len(block()) - 1])
def test_a_flipped_bit_is_refused(at: int) -> None:
    data = bytearray(block())
    data[at] ^= 0x10
    assert message(bytes(data)) == (
        "engine program: a checksum that its bytes do not have\n"
        "  accepted: the program as it was written"
    )


def test_a_program_without_its_end_is_refused() -> None:
    data = block()[: -8 * ROW]
    data = changed(data, 20, struct.pack("<I", len(data)))
    assert message(data) == "engine program: an end before its END\n  accepted: the whole program"


def test_a_program_without_its_weights_is_refused() -> None:
    data = program(MOVE, operation(COPY)).to_bytes()[: -9 * ROW]
    data = changed(data, 20, struct.pack("<I", len(data)))
    assert message(data) == (
        "engine program: an end before its weights\n  accepted: the whole program"
    )


def test_bytes_after_the_end_and_a_wrong_flag_are_refused() -> None:
    expected = (
        "engine program: bytes after its end, or a wrong flag\n  accepted: one END, at the end"
    )
    data = block() + bytes(ROW)
    assert message(changed(data, 20, struct.pack("<I", len(data)))) == expected
    assert message(changed(block(), 15, b"\0")) == expected


def test_lanes_that_no_engine_has_are_refused() -> None:
    assert message(changed(block(), 12, b"\x05")) == ("engine: lanes_k is 5\n  accepted: 4, 8, 12")
