"""How feature maps are cut into bands."""

from __future__ import annotations

import pytest

from fpgaflow.backend.engine.bands import even_band, lane_shift, output_band
from fpgaflow.engine.config import EngineConfig

EIGHT = EngineConfig()


@pytest.mark.parametrize(("height", "rows"), [(1, 1), (8, 1), (9, 2), (28, 4), (32, 4), (33, 8)])
def test_an_even_band_is_the_smallest_power_of_two(height: int, rows: int) -> None:
    assert even_band(EIGHT, height) == rows


@pytest.mark.parametrize(
    ("band", "stride", "height", "expected"),
    [
        (4, 1, 32, 4),
        (4, 2, 16, 2),
        (1, 2, 4, 1),  # each lane reads from every second bank
        (4, 1, 28, 4),
        (4, 2, 8, 2),  # a map of 17 rows: its bands do not get smaller
        (1, 8, 1, 1),
        (2, 3, 3, 1),  # lane after lane
    ],
)
def test_an_output_band(band: int, stride: int, height: int, expected: int) -> None:
    assert output_band(EIGHT, band, stride, height) == expected


@pytest.mark.parametrize("band", [1, 2, 4, 8])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("out", [1, 2, 4])
def test_a_lane_shift_finds_each_lanes_first_row(band: int, stride: int, out: int) -> None:
    shift = lane_shift(band, out, stride, 8 * out)
    if shift is None:
        return
    for lane in range(8):
        assert divmod(lane * out * stride, band) == (lane << shift, 0)


def test_a_stride_beyond_the_band_moves_no_rows() -> None:
    assert lane_shift(2, 2, 4, 16) is None
    assert lane_shift(2, 1, 4, 8) == 1
