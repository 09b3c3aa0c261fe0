"""Runs the hand-written RTL: its faults are asked for when it runs, so one compile serves all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fpgaflow.backend.cosimulation.run import Ports, RtlRun, RunLimits, run_rtl
from fpgaflow.hardware.beats import image_beats, score_beats
from fpgaflow.hardware.counters import graph_registers
from tests.backend.cosimulation.small_rtl import BEAT_BITS, perceptron, pixels

Simulate = Callable[..., RtlRun]


@pytest.fixture(scope="session")
def simulate(compiled_rtl: Path) -> Simulate:
    """Send images through the RTL, with faults by name and stalls by seed."""
    graph = perceptron()
    ports = Ports(
        images=image_beats(graph, BEAT_BITS),
        scores=score_beats(graph, BEAT_BITS),
        registers=graph_registers(graph),
    )

    def run(*faults: str, images: int = 3, stalls: int | None = None) -> RtlRun:
        return run_rtl(
            compiled_rtl,
            ports,
            pixels(images),
            limits=RunLimits(silent_cycles=2000, image_s=120, memory_mb=8192),
            stalls=stalls,
            plusargs=tuple(f"fault_{name}" for name in faults),
            on_line=lambda _: None,
        )

    return run
