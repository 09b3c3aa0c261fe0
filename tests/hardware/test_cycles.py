"""Cycles of the stages."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.hardware.cycles import StageCycles, model_cycles
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.folding import Folding, LayerFolding, choose_folding
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import tiny_residual
from tests.strategies import fixed_graphs


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
        # Two bytes are a pixel and divide a beat: one comes each cycle.
        "image": 16,
        "stem": (2 + 1 + 1) * 36 + 3,
        # Where a window ends: a shift, a reuse loop of one product a sum, and what is around them.
        "branch": 5 * (36 - 16) + (6 + 1 + 27 + 3) * 16 + 1,
        "joined": 16 + 4,
        "pool": 2 * 16 + 3,
        "fc": 2 + 15 + 3,
    }
    assert cycles.slowest == StageCycles(name="branch", cycles=693)


@given(fixed_graphs(), st.integers(1, 300))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_folding_says_the_cycles_of_its_stage(graph: Graph, dsp: int) -> None:
    folding = choose_folding(graph, dsp)
    own = {
        process.layer: process.busy
        for process in make_dataflow(graph, folding).processes
        if process.role == "layer"
    }
    live = {name: layer.interval for name, layer in folding.layers.items() if name in own}
    assert live == {name: own[name] for name in live}
