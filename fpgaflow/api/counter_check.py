"""Holds what a C-simulation counted against the memory-access model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from fpgaflow.backend.csim import CsimResult
from fpgaflow.errors import VerificationFailed
from fpgaflow.hardware.counters import predict_counters, predict_layer_counters
from fpgaflow.ir.graph import Graph


def check_counters(graph: Graph, result: CsimResult) -> Mapping[str, int] | None:
    """Return the accelerator's counters, by name; all equal what the model predicts.

    Every single access that the simulation saw is held against the model too. Counters of cycles
    are left out: C-simulation has no clock.

    Args:
        graph: the fixed-point graph.
        result: its simulation.

    Returns:
        None where the network was simulated without the accelerator around it.

    Raises:
        VerificationFailed: naming the first counter that differs.
    """
    bits = result.beat_bits
    predicted = predict_layer_counters(graph) if bits is None else predict_counters(graph, bits)
    expected = {name: count * result.images for name, count in predicted.items()}
    for name, found in result.accesses.items():
        if found != expected[name]:
            raise _differs(f"{found} accesses were seen for {name}", expected[name], result.images)
    if bits is None:
        return None
    counters = dict(_known(result.counters, expected))
    for name, found in counters.items():
        if found != expected[name]:
            raise _differs(f"the counter {name} shows {found}", expected[name], result.images)
    return MappingProxyType(counters)


def _known(counters: Mapping[str, int], expected: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """Return the counters that the model knows: all but those of cycles."""
    return ((name, count) for name, count in counters.items() if name in expected)


def _differs(found: str, expected: int, images: int) -> VerificationFailed:
    plural = "" if images == 1 else "s"
    return VerificationFailed(
        f"C-simulation: {found} after {images} image{plural}, the memory-access model predicts "
        f"{expected}",
        remedy="this is an error in the generated design or in the model: please report the "
        "network",
    )
