"""The row of the accelerator around the network, against what the backend emits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.wrapper import make_wrapper
from fpgaflow.hardware.boards import list_boards, load_board
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.hardware.resource_structures import Cost
from fpgaflow.hardware.resource_wrapper import BEAT_BITS, tapped_flows, wrapper_cost
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import resnet20, tiny_residual
from tests.strategies import fixed_graphs


@given(graph=fixed_graphs())
@settings(max_examples=20)
def test_taps_are_those_that_are_emitted(graph: Graph) -> None:
    design = fan_out(lower(graph, choose_folding(graph, 20)))
    wrapper = make_wrapper(graph, design, 64)
    if wrapper is None:
        assert wrapper_cost(graph, "zynq-7000") == Cost()
        return
    shapes = {stage.name: stage.shape[-1] * stage.element.width for stage in design.stages}
    assert sorted(shapes[name] for name in wrapper.taps) == sorted(
        flow.kind.channels * flow.kind.element.width
        for flow in tapped_flows(graph)
        if flow.kind.element is not None
    )


def test_the_streams_are_as_wide_as_the_boards_ports() -> None:
    for name in list_boards():
        board = load_board(name)
        assert BEAT_BITS[board.family] == board.hp_port_bits


def test_taps_and_counters_of_resnet20() -> None:
    cost = wrapper_cost(resnet20(), "zynq-7000")
    # More than a quarter of an xc7z020's 53,200 tables.
    assert 14_000 < cost.lut < 40_000
    assert cost.ff > 2 * cost.lut
    assert cost.dsp == 4


@pytest.mark.parametrize("family", ["zynq-7000", "zynqmp"])
def test_a_small_network_has_a_small_wrapper(family: str) -> None:
    cost = wrapper_cost(tiny_residual(), "zynqmp" if family == "zynqmp" else "zynq-7000")
    assert 1_000 < cost.lut < 5_000
