"""Puts images where a program reads them, bank by bank: on a board's processor it must be quick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.frames import FrameLayout, MapLayout


def pack_images(layout: FrameLayout, images: NDArray[np.uint8], into: NDArray[np.uint8]) -> None:
    """Write images into the input bytes of their frames.

    Args:
        layout: of the program.
        images: uint8 [n, *input shape].
        into: uint8 [n, input bytes].
    """
    if not _is_plain(layout.input):
        into[...] = layout.pack(images)
        return
    one = layout.input
    height, width, channels = one.map_shape
    maps = images.reshape(len(images), height, width, channels)
    into[...] = 0
    for bank in range(-(-height // one.band_rows)):
        rows = maps[:, bank * one.band_rows : (bank + 1) * one.band_rows]
        start = one.offset + bank * one.bank_bytes + one.planes[0]
        place = into[:, start : start + rows.shape[1] * one.row_pitch]
        lines = place.reshape(len(images), rows.shape[1], width, one.pixel_pitch)
        lines[..., one.channel : one.channel + channels] = rows


def _is_plain(one: MapLayout) -> bool:
    """Whether pixels lie as they come: a byte each, in whole rows."""
    element = one.element
    return (
        (element.width, element.integer, element.signed) == (8, 8, False)
        and len(one.planes) == 1
        and one.row_pitch == one.map_shape[1] * one.pixel_pitch
    )
