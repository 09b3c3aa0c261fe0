"""How the engine cuts a block of memory into bursts."""

from __future__ import annotations

from fpgaflow.engine.config import BEAT_BYTES, BURST_BEATS


def burst_beats(address: int, beats: int) -> list[int]:
    """Return the beats of each burst of a block: none crosses a multiple of 128 bytes.

    Args:
        address: of the block, a multiple of 8.
        beats: of the block, 8 bytes each.
    """
    first = min(beats, BURST_BEATS - address // BEAT_BYTES % BURST_BEATS)
    whole, last = divmod(beats - first, BURST_BEATS)
    return [first] * (first > 0) + [BURST_BEATS] * whole + [last] * (last > 0)
