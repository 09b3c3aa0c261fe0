"""The part of report.json that `fpgaflow synthesize` writes: what the vendor's tools found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsEstimate:
    """What Vitis HLS expects of the accelerator, before synthesis; its counts run high.

    Attributes:
        tool: name and version.
        clock_target_ns: the period asked for.
        clock_estimate_ns: the period that HLS expects.
        latency_cycles: from the first input to the last output; null where HLS cannot tell.
        interval_cycles: between two images; null likewise.
        lut: look-up tables.
        ff: flip-flops.
        bram18: block RAMs of 18 Kbit.
        dsp: DSP slices.
        uram: UltraRAMs.
    """

    tool: str
    clock_target_ns: float
    clock_estimate_ns: float
    latency_cycles: int | None
    interval_cycles: int | None
    lut: int
    ff: int
    bram18: int
    dsp: int
    uram: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedResources:
    """What placed logic takes; a half of a block RAM of 36 Kbit is one of 18."""

    lut: int
    ff: int
    bram36: float
    dsp: int
    uram: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """The placed and routed design.

    Attributes:
        tool: name and version.
        timing_met: whether every path keeps the clock; a design that does not may compute wrongly.
        wns_ns: worst slack of setup, negative where the clock is too fast.
        whs_ns: worst slack of hold.
        failing_endpoints: registers that setup fails for.
        clock_mhz: the clock that the board really gives; that asked for is in `board`.
        fastest_mhz: the clock at which the slack would be zero.
        accelerator: the network alone, as the modelled figures are.
        design: with DMA and interconnects.
    """

    tool: str
    timing_met: bool
    wns_ns: float
    whs_ns: float
    failing_endpoints: int
    clock_mhz: float
    fastest_mhz: float
    accelerator: UsedResources
    design: UsedResources


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is known of the hardware; the modelled figures stay beside it.

    Attributes:
        hls: null before high-level synthesis.
        implementation: null before placing and routing.
        bitstream: whether the .bit and the .hwh lie in the build.
        source: where the figures come from.
    """

    hls: HlsEstimate | None
    implementation: Implementation | None
    bitstream: bool
    source: Literal["measured"] = "measured"
