"""How the simulated memory behind the engine's buses answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

BEAT_BYTES = 8
_SCALE = 1 << 16


class Access(IntFlag):
    """What the engine does with a range of the memory."""

    READ = 1
    WRITE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTiming:
    """When the memory answers; as it is by default, the planner's cycles are those of the RTL.

    Attributes:
        latency: cycles from an address to its first beat, and from a burst's last beat to its
            response.
        extra_latency: at most so many more, at random.
        pause: how often a channel of a bus pauses, on average, 0 to below 0.5; the registers' too.
        seed: of all that is random.
        beats_per_cycle: that the memory moves for all channels together; None for no limit.
    """

    latency: int = 32
    extra_latency: int = 0
    pause: float = 0.0
    seed: int = 0
    beats_per_cycle: float | None = None

    @property
    def pause_scaled(self) -> int:
        """Pauses in 65536 cycles."""
        return round(self.pause * _SCALE)

    @property
    def rate_scaled(self) -> int:
        """Beats in 65536 cycles; 0 for no limit."""
        if self.beats_per_cycle is None:
            return 0
        return max(1, round(self.beats_per_cycle * _SCALE))


def limited_by(ddr_gb_per_s: float, clock_mhz: float, *, latency: int = 32) -> MemoryTiming:
    """Return the timing of a board's memory: its bandwidth at the engine's clock.

    Args:
        ddr_gb_per_s: of the board's memory, in 10^9 bytes.
        clock_mhz: of the engine.
        latency: in cycles of that clock.
    """
    return MemoryTiming(
        latency=latency, beats_per_cycle=ddr_gb_per_s * 1e3 / clock_mhz / BEAT_BYTES
    )


def stalled(seed: int, *, pause: float = 0.25) -> MemoryTiming:
    """Return a timing with random pauses on every channel, and random latencies."""
    return MemoryTiming(latency=8, extra_latency=60, pause=pause, seed=seed)
