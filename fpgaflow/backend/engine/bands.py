"""In how many rows a feature map is cut for the banks (docs/engine.md, "Bands")."""

from __future__ import annotations

from fpgaflow.engine.config import EngineConfig

MAX_BAND = 128
"""Rows: a power of two in eight bits."""

_MAX_LANE_SHIFT = 4


def power_of_two(least: int) -> int:
    """Return the smallest power of two that is not less."""
    return 1 << (least - 1).bit_length()


def even_band(config: EngineConfig, height: int) -> int:
    """Return the band that spreads a map over the most banks."""
    return power_of_two(-(-height // config.lanes_p))


def output_band(config: EngineConfig, band: int, stride: int, height: int) -> int:
    """Return the band of a layer's output.

    Args:
        config: the engine.
        band: of its input.
        stride: rows.
        height: of the output.

    Returns:
        The smallest that one instruction can write in all lanes; where there is none, the even
        band, which takes an instruction for each lane.
    """
    if height == 1:
        return 1
    found = (
        (band << shift) // stride
        for shift in range(_MAX_LANE_SHIFT + 1)
        if lane_shift(band, (band << shift) // stride, stride, height) is not None
    )
    reachable = (rows for rows in found if rows * config.lanes_p >= height)
    return next(reachable, even_band(config, height))


def lane_shift(band_in: int, band_out: int, stride: int, height: int) -> int | None:
    """Return the shift by which all lanes find their banks, or None where there is none.

    Args:
        band_in: rows of the input's band.
        band_out: of the output's.
        stride: rows.
        height: of the output.
    """
    if stride > band_in and min(band_out, height) > 1:
        return None  # a move wraps once at most
    if height <= band_out:
        return 0  # lane 0 alone
    for shift in range(_MAX_LANE_SHIFT + 1):
        if stride * band_out == band_in << shift:
            return shift
    return None
