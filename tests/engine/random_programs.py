"""Random programs: each instruction is legal, its inputs in the lower half of the banks."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array, End, Load, Region, Store
from fpgaflow.engine.program import Operation, Program

CONFIGS = st.builds(
    EngineConfig,
    lanes_k=st.sampled_from([4, 8, 12]),
    lanes_o=st.sampled_from([2, 4]),
    lanes_p=st.sampled_from([2, 4, 8]),
    act_lines=st.just(128),
    w_rows=st.just(512),
)


@st.composite
def arrays(draw: st.DrawFn, config: EngineConfig) -> Array:
    """Draw an instruction that reads the lower half of each bank and writes the upper half."""

    def number(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    half = config.bank_bytes // 2
    maximum = draw(st.booleans())
    band_rows, row_pitch = number(1, 3), number(1, 40)
    phases = number(1, 2)
    phase_step = number(0, 200) if phases > 1 else 0
    address = number(0, half - band_rows * row_pitch - (phases - 1) * phase_step)
    row = number(0, band_rows - 1)
    stride = number(1, min(2, band_rows))
    groups, rows_out, columns_out = number(1, 3), number(1, 3), number(1, 4)
    pixel = groups * config.lanes_o + number(0, 3)
    low = number(-300, 0)
    return Array(
        maximum=maximum,
        shift_phases=not maximum and draw(st.booleans()),
        high_byte=draw(st.booleans()),
        unweighted=draw(st.booleans()),
        signed_phases=number(0, (1 << phases) - 1),
        phases=phases,
        groups=groups,
        last_channels=number(1, config.lanes_o),
        shift=number(0, 10),
        low=low,
        high=number(low, 400),
        kernel_rows=number(1, 3),
        taps=number(1, 3),
        tiles=1 if maximum else number(1, 3),
        last_lanes=number(1, config.lanes_k),
        lane_shift=number(0, 1),
        lane=number(-2, 1),
        stride_rows=stride,
        row_address=address + row * row_pitch,
        row_pitch=row_pitch,
        row_step=stride * row_pitch,
        band_bytes=band_rows * row_pitch,
        band_rows=band_rows,
        row=row,
        last_lane=number(0, config.lanes_p - 1),
        last_rows=number(1, band_rows),
        column=number(-10, 10),
        column_step=number(0, 12),
        tap_step=number(0, 12),
        phase_step=phase_step,
        group_step=draw(st.sampled_from([0, config.lanes_o])),
        rows_out=rows_out,
        columns_out=columns_out,
        out_address=half + number(0, 40),
        out_row_pitch=pixel * columns_out,
        out_pixel_pitch=pixel,
        out_last_lane=number(0, config.lanes_p - 1),
        out_last_rows=number(1, rows_out),
    )


def weighted(config: EngineConfig, array: Array, rng: np.random.Generator) -> Operation:
    """Give an instruction random weights and biases."""
    shape = (array.groups, array.steps, config.lanes_o, config.lanes_k)
    return Operation(
        instruction=array,
        biases=rng.integers(-(1 << 15), 1 << 15, (array.groups, config.lanes_o)),
        weights=rng.integers(-128, 128, shape).astype(np.int8),
        layer="random",
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Draw a program: the banks from the input, some instructions, the banks to the output."""
    config = draw(CONFIGS)
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    size = config.lanes_p * config.bank_bytes
    drawn = draw(st.lists(arrays(config), min_size=1, max_size=3))
    return Program(
        config=config,
        operations=(
            Operation(instruction=Load(region=Region.FRAME, **_every_byte(config))),
            *(weighted(config, array, rng) for array in drawn),
            Operation(instruction=Store(region=Region.FRAME, **_every_byte(config))),
            Operation(instruction=End()),
        ),
        input_bytes=size,
        output_bytes=size,
    )


def _every_byte(config: EngineConfig) -> dict[str, int]:
    return {
        "banks": config.lanes_p,
        "address": 0,
        "bank_bytes": config.bank_bytes,
        "offset": 0,
    }
