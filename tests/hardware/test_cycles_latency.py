"""When images leave: LeNet-5's co-simulation, and the word-exact simulation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.hardware.cycles_latency import STEPS_HELD, Latency, model_latency
from fpgaflow.hardware.dataflow import Dataflow
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_run import simulate
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir.graph import Graph
from tests.hardware.lenet5 import lenet5
from tests.hardware.small_graphs import tiny_residual
from tests.strategies import fixed_graphs


def likely(dataflow: Dataflow) -> Dataflow:
    return replace(
        dataflow,
        processes=tuple(replace(one, held=min(one.held, STEPS_HELD)) for one in dataflow.processes),
    )


def test_lenet5_as_cosimulation_saw_it() -> None:
    """Vitis HLS 2023.2: three images take 3,555, 3,555 and 2,423 cycles, and 7,131 together."""
    dataflow = lenet5()
    assert dataflow.interval == pytest.approx(2354, rel=0.001)
    latency = model_latency(dataflow)
    assert latency.in_a_row == pytest.approx(3555, rel=0.01)
    assert latency.alone == pytest.approx(2423, rel=0.01)
    run = simulate(likely(dataflow), frames=3, rewinds=True)
    assert run.finished[-1] == pytest.approx(7131, rel=0.005)
    taken = [end - frame * dataflow.interval for frame, end in enumerate(run.finished)]
    assert taken == pytest.approx([3555, 3555, 2423], rel=0.01)


def test_a_small_network_by_hand_alone() -> None:
    graph = tiny_residual()
    dataflow = make_dataflow(graph, choose_folding(graph, 60))
    run = simulate(likely(dataflow), frames=1)
    assert model_latency(dataflow).alone == run.finished[0]


@given(fixed_graphs(), st.sampled_from([1, 60, 2000]))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_one_image_as_in_the_simulation(graph: Graph, dsp: int) -> None:
    dataflow = likely(make_dataflow(graph, choose_folding(graph, dsp)))
    latency = model_latency(dataflow)
    assert latency.alone == simulate(dataflow, frames=1).finished[0]
    assert latency.in_a_row >= latency.alone


def test_nothing_held_makes_both_the_same() -> None:
    graph = tiny_residual()
    dataflow = make_dataflow(graph, choose_folding(graph, 60))
    still = replace(dataflow, processes=tuple(replace(one, held=0) for one in dataflow.processes))
    latency = model_latency(still)
    assert latency == Latency(alone=latency.alone, in_a_row=latency.alone)
