"""The engine's section of the report adds up, whatever the network."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import HealthCheck, assume, given, settings

from fpgaflow.api.engine_design import EngineDesign, design_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import DoesNotFit, UnsupportedOperator
from fpgaflow.hardware.boards import load_board
from fpgaflow.ir.graph import Graph
from fpgaflow.report.engine_causes import CAUSES
from fpgaflow.report.engine_report import describe_engine
from fpgaflow.report.schema_engine import EngineCycles
from tests.strategies import fixed_graphs

SMALL = EngineConfig(lanes_k=8, lanes_o=2, lanes_p=2, act_lines=64, w_rows=64)


def made(graph: Graph, config: EngineConfig) -> EngineDesign | None:
    try:
        return design_engine(graph, load_board("pynq-z2"), config)
    except (UnsupportedOperator, DoesNotFit):
        return None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(graph=fixed_graphs(all_modes=False))
def test_every_cycle_has_a_cause(graph: Graph) -> None:
    design = made(graph, SMALL)
    assume(design is not None)
    assert design is not None
    engine = describe_engine(design.parts(graph))
    total = design.cycles_per_image
    assert engine.timeline[0].start_cycle == 0
    assert engine.timeline[-1].end_cycle == total
    for one in engine.timeline:
        parts = [getattr(one.cycles, field.name) for field in fields(EngineCycles)]
        assert sum(parts) == one.end_cycle - one.start_cycle
    assert sum(layer.total_cycles for layer in engine.layers) == total
    assert sum(loss.slots for loss in engine.losses) == total * SMALL.macs_per_step
    assert min(loss.slots for loss in engine.losses) >= 0
    for layer in engine.layers:
        # Four digits each.
        assert sum(cause.part(layer) for cause in CAUSES) == pytest.approx(1, abs=1e-3)
