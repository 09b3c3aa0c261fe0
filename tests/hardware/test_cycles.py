"""Cycles of the stages."""

from __future__ import annotations

from types import MappingProxyType

from fpgaflow.hardware.cycles import StageCycles, model_cycles
from fpgaflow.hardware.folding import Folding, LayerFolding
from tests.hardware.small_graphs import tiny_residual


def test_cycles_of_every_kind_of_stage() -> None:
    folding = Folding(
        layers=MappingProxyType(
            {
                "stem": LayerFolding(
                    reuse_factor=1, strategy="latency", multipliers=54, interval=1
                ),
                "branch": LayerFolding(
                    reuse_factor=27, strategy="resource", multipliers=3, interval=1
                ),
                "fc": LayerFolding(reuse_factor=15, strategy="resource", multipliers=1, interval=1),
            }
        ),
        interval=1,
        multipliers=58,
    )
    cycles = model_cycles(tiny_residual(), folding)
    assert {stage.name: stage.cycles for stage in cycles.stages} == {
        "image": 16,
        "stem": 6 * 36,
        "branch": 5 * 36 + (27 + 7) * 16,
        "joined": 16,
        "pool": 2 * 16,
        "fc": 1 + 15 + 9,
    }
    assert cycles.slowest == StageCycles(name="branch", cycles=724)
