from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Array, End, Instruction, Load, Region, Store
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Operation, Program
from fpgaflow.engine.registers import Status
from fpgaflow.errors import InputRefused, VerificationFailed

from .oracle import run_array
from .random_programs import programs

CONFIG = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2, act_lines=64, w_rows=64)
BANK = CONFIG.bank_bytes

# A copy of two bytes a pixel: [2 rows, 4 columns, 2 channels], one row a bank.
COPY = Array(
    groups=1,
    last_channels=2,
    shift=0,
    low=-32768,
    high=65535,
    last_lanes=2,
    row_address=0,
    row_pitch=8,
    row_step=8,
    band_bytes=8,
    band_rows=1,
    last_lane=1,
    last_rows=1,
    column_step=2,
    rows_out=1,
    columns_out=4,
    out_address=64,
    out_row_pitch=8,
    out_pixel_pitch=2,
    out_last_lane=1,
    out_last_rows=1,
)
MOVE = Load(region=Region.FRAME, banks=2, address=0, bank_bytes=8, offset=0)
BACK = Store(region=Region.FRAME, banks=2, address=64, bank_bytes=8, offset=0)


def operation(array: Array, *, weight: int = 1, bias: int = 0) -> Operation:
    weights = np.zeros((array.groups, array.steps, 2, 4), np.int8)
    weights[:, :, 0, 0] = weights[:, :, 1, 1] = weight
    biases = np.full((array.groups, 2), bias, np.int64)
    return Operation(instruction=array, biases=biases, weights=weights, layer="copy")


def program(*parts: Operation | Instruction, spill_bytes: int = 0) -> Program:
    operations = (
        part if isinstance(part, Operation) else Operation(instruction=part) for part in parts
    )
    return Program(
        config=CONFIG,
        operations=(*operations, Operation(instruction=End())),
        input_bytes=16,
        output_bytes=16,
        spill_bytes=spill_bytes,
    )


def run(*parts: Operation | Instruction, spill_bytes: int = 0) -> np.ndarray:
    frames = np.arange(16, dtype=np.uint8)
    return Machine(CONFIG).run(program(*parts, spill_bytes=spill_bytes), frames)


@settings(max_examples=60, deadline=None)
@given(programs(), st.integers(0, 1 << 32))
def test_the_machine_computes_what_the_loops_say(made: Program, seed: int) -> None:
    shape = (2, made.config.lanes_p, made.config.bank_bytes)
    frames = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    expected = frames.copy()
    for banks in expected:
        for part in made.operations:
            if isinstance(part.instruction, Array):
                run_array(made.config, part, banks)
    found = Machine(made.config).run(made.to_bytes(), frames.reshape(2, -1))
    np.testing.assert_array_equal(found, expected.reshape(2, -1))


def test_a_copy_goes_through_the_banks() -> None:
    assert run(MOVE, operation(COPY), BACK).tolist() == [list(range(16))]


def test_each_operation_of_each_batch_is_shown() -> None:
    seen: list[tuple[int, list[int]]] = []
    Machine(CONFIG).run(
        program(MOVE, operation(COPY), BACK),
        bytes(range(32)),
        after=lambda index, machine: seen.append((index, machine.banks[1, :, 64].tolist())),
    )
    assert seen == [(0, [0, 0]), (1, [16, 24]), (2, [16, 24]), (3, [16, 24])]


def test_maps_leave_the_chip_and_come_back() -> None:
    there = Store(region=Region.SPILL, banks=2, address=0, bank_bytes=8, offset=8)
    again = Load(region=Region.SPILL, banks=2, address=64, bank_bytes=8, offset=8)
    assert run(MOVE, there, again, BACK, spill_bytes=24).tolist() == [list(range(16))]


def test_what_was_never_written_shows() -> None:
    blank = program(BACK)
    frame = bytes(16)
    assert set(Machine(CONFIG, fill=7).run(blank, frame).flat) == {7}


def test_a_position_may_write_over_what_it_read() -> None:
    over = operation(replace(COPY, out_address=0))
    assert run(MOVE, over, replace(BACK, address=0)).tolist() == [list(range(16))]


def test_reading_what_was_written_before_is_refused() -> None:
    after = operation(replace(COPY, out_address=2))
    with pytest.raises(VerificationFailed) as caught:
        run(MOVE, after, BACK)
    assert str(caught.value) == (
        "engine: copy reads a byte that it wrote before\n"
        "  accepted: outputs apart from the inputs, or each over its own operand"
    )


def test_a_byte_of_no_weight_may_be_written_before() -> None:
    wide = replace(COPY, row_pitch=16, band_bytes=16, row_step=16, column_step=4)
    beside = replace(wide, out_address=2, out_pixel_pitch=4, out_row_pitch=16)
    whole = replace(MOVE, bank_bytes=8)
    assert run(whole, operation(beside), replace(BACK, address=0)).tolist() == [
        [0, 1, 0, 1, 4, 5, 4, 5, 8, 9, 8, 9, 12, 13, 12, 13]
    ]


def test_a_sum_of_more_than_32_bits_is_refused() -> None:
    with pytest.raises(VerificationFailed) as caught:
        run(MOVE, operation(COPY, bias=(1 << 31) - 8), BACK)
    assert str(caught.value) == (
        "engine: copy: sums from 2147483640 to 2147483655 do not fit 32 bits\n"
        "  accepted: sums that the compiler proved to fit"
    )


@pytest.mark.parametrize(
    ("part", "status", "found"),
    [
        (
            operation(replace(COPY, row_address=BANK - 7)),
            Status.ADDRESS,
            "a row beyond its bank is read",
        ),
        (
            operation(replace(COPY, out_address=BANK - 7)),
            Status.ADDRESS,
            "a byte beyond its bank is written",
        ),
        (replace(MOVE, address=BANK), Status.ADDRESS, "a field beyond its limits"),
        (replace(MOVE, address=4), Status.ALIGNMENT, "a field beyond its limits"),
        (replace(MOVE, offset=8), Status.REGION, "byte 24 of a region"),
        (replace(BACK, region=Region.SPILL), Status.REGION, "byte 16 of a region"),
        (replace(MOVE, banks=3), Status.INSTRUCTION, "a field beyond its limits"),
        (
            operation(replace(COPY, rows_out=0)),
            Status.INSTRUCTION,
            "a field beyond its limits",
        ),
    ],
)
def test_a_fault_names_its_status_and_row(
    part: Operation | Instruction, status: Status, found: str
) -> None:
    with pytest.raises(EngineFault) as caught:
        run(MOVE, part, BACK)
    assert (caught.value.status, caught.value.where) == (status, 16)
    assert str(caught.value) == (
        f"engine: {status.name} at row 16 of the program: {found}\n"
        "  accepted: what docs/engine.md says of the instruction"
    )


def test_a_row_outside_in_all_lanes_may_lie_anywhere() -> None:
    above = operation(replace(COPY, lane=-2, row_address=BANK - 7))
    assert run(MOVE, above, BACK).tolist() == [[0] * 16]


def test_a_program_for_another_engine_is_refused() -> None:
    other = EngineConfig(lanes_k=8, lanes_o=2, lanes_p=2, act_lines=64, w_rows=64)
    with pytest.raises(EngineFault) as caught:
        Machine(other).run(program(), bytes(16))
    assert caught.value.status is Status.LANES


@pytest.mark.parametrize("frames", [bytes(17), np.zeros((2, 8), np.uint8)])
def test_frames_that_are_not_whole_are_refused(frames: bytes | np.ndarray) -> None:
    count = len(frames) if isinstance(frames, bytes) else frames.size
    with pytest.raises(InputRefused) as caught:
        Machine(CONFIG).run(program(), frames)
    assert str(caught.value) == (
        f"engine: an input of {count} values uint8, a frame has 16 bytes\n"
        "  accepted: uint8 [frames, 16]"
    )


@pytest.mark.parametrize(
    ("parts", "sizes", "found"),
    [
        ([COPY], {"spill_bytes": 1 << 32}, 1 << 32),
        ([COPY], {"output_bytes": 1 << 31}, 1 << 31),
        ([replace(COPY, columns_out=65535, rows_out=255)], {}, 65535 * 255 * 2),
        ([replace(COPY, columns_out=65535, taps=80)], {}, 65535 * 80 * 8),
    ],
)
def test_a_program_that_would_take_all_memory_is_refused(
    parts: list[Array], sizes: dict[str, int], found: int
) -> None:
    config = replace(CONFIG, w_rows=128)
    large = replace(program(*map(operation, parts)), config=config, **sizes)
    with pytest.raises(InputRefused) as refused:
        Machine(config).run(large, b"")
    assert str(refused.value).splitlines()[0] == (
        f"engine: a program with a frame or an ARRAY of {found} bytes"
    )


def test_a_frame_of_no_bytes_is_none() -> None:
    empty = replace(program(), input_bytes=0)
    assert Machine(CONFIG).run(empty, b"").shape == (0, 16)
    assert Machine(CONFIG).run(empty, np.zeros((3, 0), np.uint8)).shape == (3, 16)
