from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.engine.isa import Array, End, Instruction, Load, Region, Store, decode, encode
from fpgaflow.errors import InputRefused

from .random_programs import CONFIGS, arrays
from .test_machine import COPY, MOVE


@settings(max_examples=50, deadline=None)
@given(CONFIGS.flatmap(arrays))
def test_an_array_comes_back_from_its_bytes(array: Array) -> None:
    data = encode(array)
    assert len(data) == 64
    assert decode(data) == array


@given(
    st.sampled_from([Load, Store]),
    st.sampled_from(Region),
    st.integers(0, 255),
    st.integers(0, 65535),
    st.integers(0, (1 << 32) - 1),
)
def test_a_move_comes_back_from_its_bytes(
    kind: type[Load | Store], region: Region, banks: int, size: int, offset: int
) -> None:
    move = kind(region=region, banks=banks, address=size, bank_bytes=size, offset=offset)
    assert decode(encode(move)) == move


def test_an_end_is_all_zeros() -> None:
    assert encode(End()) == bytes(64)
    assert decode(bytes(64)) == End()


def test_fields_lie_where_the_document_says() -> None:
    array = replace(
        COPY, maximum=True, unweighted=True, lane=-1, low=-2, groups=0x123, column=-3, tiles=7
    )
    data = encode(array)
    assert data[0] == 1
    assert data[1] == 0b1001
    assert data[4:6] == b"\x23\x01"
    assert data[8:12] == b"\xfe\xff\xff\xff"
    assert data[18:20] == b"\x07\x00"
    assert data[22] == 0xFF
    assert data[36:38] == b"\xfd\xff"
    assert data[56:58] == b"\x08\x00"
    move = encode(replace(MOVE, region=Region.SPILL, address=0x108, offset=0x12345678))
    assert move[:12] == bytes.fromhex("020102000801080078563412")


@pytest.mark.parametrize(
    "instruction",
    [replace(COPY, lane=200), replace(COPY, groups=65536), replace(MOVE, offset=1 << 32)],
)
def test_a_field_beyond_its_bits_is_refused(instruction: Instruction) -> None:
    with pytest.raises(InputRefused, match=r"does not fit its 64 bytes: .*(format|range)"):
        encode(instruction)


@pytest.mark.parametrize(
    ("at", "byte", "message"),
    [
        (0, 9, "engine: opcode 9\n  accepted: 0 (END), 1 (ARRAY), 2 (LOAD) or 3 (STORE)"),
        (
            56,
            9,
            "engine: an instruction of 9 rows a group, its loops need 2\n"
            "  accepted: group_rows = 1 + phases · kernel_rows · taps · tiles",
        ),
    ],
)
def test_what_the_engine_refuses_is_refused(at: int, byte: int, message: str) -> None:
    data = bytearray(encode(COPY))
    data[at] = byte
    with pytest.raises(InputRefused) as caught:
        decode(bytes(data))
    assert str(caught.value) == message


def test_an_unknown_region_is_refused() -> None:
    data = bytearray(encode(MOVE))
    data[1] = 2
    with pytest.raises(InputRefused) as caught:
        decode(bytes(data))
    assert str(caught.value) == "engine: region 2\n  accepted: 0 (frame) or 1 (spill)"
