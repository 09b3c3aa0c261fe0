"""Images to beats and beats to scores, as `hardware.beats` says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.hardware.beats import BeatFormat


def pack_images(images: NDArray[np.uint8], beats: BeatFormat) -> bytes:
    """Return the beats of images, uint8 [n, *shape], each starting on a new beat."""
    rows = np.zeros((len(images), beats.bytes_per_image), np.uint8)
    rows[:, : beats.payload_bytes] = images.reshape(len(images), -1)
    return rows.tobytes()


def unpack_scores(data: bytes, beats: BeatFormat) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the scores of images, int64 [n, *shape], and whether each one's padding is zero."""
    rows = np.frombuffer(data, np.uint8).reshape(-1, beats.bytes_per_image)
    payload = np.ascontiguousarray(rows[:, : beats.payload_bytes])
    numbers = payload.view(f"<i{beats.number_bits // 8}")
    clean = np.count_nonzero(rows[:, beats.payload_bytes :], axis=1) == 0
    return numbers.astype(np.int64).reshape(len(rows), *beats.shape), clean
