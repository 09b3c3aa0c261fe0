"""Planned FIFO depths: small, never hanging, never slower."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import repeat

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.hardware.cycles import model_cycles
from fpgaflow.hardware.dataflow import Dataflow
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_run import UNBOUNDED, simulate
from fpgaflow.hardware.dataflow_schedule import least_depth, plan_schedule, shallow_depths
from fpgaflow.hardware.fifo_depths import plan_depths, planned_streams
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.hardware.streams import list_streams
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import U8, Builder, resnet, resnet20, tiny_residual
from tests.strategies import fixed_graphs

SLOW = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def joining_graphs(draw: st.DrawFn) -> Graph:
    """Convolutions, poolings, sums and concatenations of any values made before."""
    size = draw(st.integers(3, 6))
    b = Builder((size, size, 1))
    channels = {"image": 1}
    name = "image"
    for number in range(draw(st.integers(2, 8))):
        name = f"v{number}"
        value = draw(st.sampled_from(sorted(channels)))
        kind = draw(st.sampled_from(["conv", "conv", "pool", "add", "concat"]))
        if kind == "conv":
            wide = draw(st.integers(1, 3))
            kernel = draw(st.sampled_from([1, 3]))
            b.conv(name, value, (channels[value], wide), kernel=kernel)
            channels[name] = wide
        elif kind == "pool":
            around = Padding(1, 1, 1, 1)
            pool = n.MaxPool(
                name=name,
                inputs=(value,),
                kernel=Size(3, 3),
                stride=Size(1, 1),
                padding=around,
                element=UINT8,
            )
            channels[b.add(pool)] = channels[value]
        else:
            same = sorted(other for other, wide in channels.items() if wide == channels[value])
            others = same if kind == "add" else sorted(channels)
            count = 1 if kind == "add" else draw(st.integers(1, 3))
            inputs = (value, *(draw(st.sampled_from(others)) for _ in range(count)))
            if kind == "add":
                b.add(n.Add(name=name, inputs=inputs, element=U8))
                channels[name] = channels[value]
            else:
                b.add(n.Concat(name=name, inputs=inputs, element=U8))
                channels[name] = sum(channels[one] for one in inputs)
    return b.graph("joins", name)


def dataflow_of(graph: Graph, dsp: int = 60) -> Dataflow:
    return make_dataflow(graph, choose_folding(graph, dsp))


def rewinding(dataflow: Dataflow, flags: Iterable[bool]) -> Dataflow:
    """Return the network with other stages that go on with the next image at once."""
    pairs = zip(dataflow.processes, flags, strict=False)
    return replace(dataflow, processes=tuple(replace(one, rewinds=flag) for one, flag in pairs))


def assert_planned_well(dataflow: Dataflow, frames: int) -> None:
    depths = shallow_depths(dataflow)
    run = simulate(dataflow, depths, frames)
    assert run.hang is None
    assert len(run.finished) == frames
    assert run.interval == dataflow.interval
    assert all(held <= depth for held, depth in zip(run.occupancy, depths, strict=True))
    for network in (dataflow, dataflow.all_rewinding()):
        assert_keeps_pace(network, depths, frames)


def assert_keeps_pace(dataflow: Dataflow, depths: tuple[int, ...], frames: int) -> None:
    """Hold a run against the interval; the images at its end are early, since none is behind."""
    run = simulate(dataflow, depths, frames, rewinds=True)
    assert run.hang is None
    assert len(run.finished) == frames
    assert max(np.diff(run.finished)) <= dataflow.interval


def assert_least_depths_are_exact(dataflow: Dataflow, frames: int) -> None:
    depths = shallow_depths(dataflow)
    for stream, planned in enumerate(depths):
        least = least_depth(dataflow, stream)
        assert planned >= least
        free = [UNBOUNDED] * len(depths)
        free[stream] = least
        assert simulate(dataflow, free, frames, rewinds=True).hang is None
        if least > 1:
            for others in (free, list(depths)):
                others[stream] = least - 1
                assert simulate(dataflow, others, frames, rewinds=True).hang is not None


@SLOW
@given(joining_graphs(), st.sampled_from([1, 60, 2000]))
def test_random_branches_never_hang_nor_slow_down(graph: Graph, dsp: int) -> None:
    assert_planned_well(dataflow_of(graph, dsp), 5)


@SLOW
@given(joining_graphs(), st.sampled_from([1, 60, 2000]), st.data())
def test_it_is_all_one_which_stages_rewind(graph: Graph, dsp: int, data: st.DataObject) -> None:
    dataflow = dataflow_of(graph, dsp)
    depths = shallow_depths(dataflow)
    for _ in range(2):
        flags = data.draw(st.lists(st.booleans(), min_size=60, max_size=60))
        assert_keeps_pace(rewinding(dataflow, flags), depths, 5)


@SLOW
@given(joining_graphs(), st.sampled_from(["flushing", "likely", "all"]))
def test_one_place_less_than_the_bound_hangs(graph: Graph, which: str) -> None:
    dataflow = dataflow_of(graph)
    if which == "flushing":
        assert_least_depths_are_exact(rewinding(dataflow, repeat(False)), 2)
    elif which == "likely":
        assert_least_depths_are_exact(dataflow, 4)
    else:
        assert_least_depths_are_exact(dataflow.all_rewinding(), 8)


@SLOW
@given(fixed_graphs())
def test_random_networks_of_all_operations(graph: Graph) -> None:
    dataflow = dataflow_of(graph)
    assert len(dataflow.width_bits) == len(list_streams(graph))
    assert_planned_well(dataflow, 3)


def test_widths_are_those_of_the_streams() -> None:
    graph = resnet20()
    dataflow = dataflow_of(graph)
    assert dataflow.width_bits == tuple(stream.width_bits for stream in list_streams(graph))


@pytest.mark.parametrize("dsp", [220, 2520])
def test_the_interval_is_that_of_the_cycle_model(dsp: int) -> None:
    graph = resnet20()
    folding = choose_folding(graph, dsp)
    assert make_dataflow(graph, folding).interval == model_cycles(graph, folding).slowest.cycles


def test_a_small_residual_network_word_by_word() -> None:
    assert_planned_well(dataflow_of(resnet(8, size=16, widths=(4, 8, 16)), 220), 3)


def concatenation() -> Graph:
    """Two convolutions beside nothing, on 6x6 pixels."""
    b = Builder((6, 6, 2))
    stem = b.conv("stem", "image", (2, 2))
    long = b.conv("second", b.conv("first", stem, (2, 2)), (2, 2))
    joined = b.add(n.Concat(name="joined", inputs=(long, stem), element=U8))
    return b.graph("concatenation", b.head(joined, 6, 4, 5))


@pytest.mark.parametrize(
    ("graph", "dsp", "cycles", "with_one_place_less"),
    [(tiny_residual(), 60, 357, 389), (concatenation(), 2000, 259, 261)],
)
def test_the_short_way_is_deep_enough_when_loops_rewind(
    graph: Graph, dsp: int, cycles: int, with_one_place_less: int
) -> None:
    dataflow = dataflow_of(graph, dsp)
    assert_planned_well(dataflow, 4)
    depths = list(shallow_depths(dataflow))
    names = [dataflow.stream_name(stream) for stream in range(len(depths))]
    short = names.index("the copying of stem -> joined")
    for places, wanted in ((0, cycles), (1, with_one_place_less)):
        fewer = [*depths[:short], depths[short] - places, *depths[short + 1 :]]
        finished = simulate(dataflow, fewer, 4, rewinds=True).finished
        assert finished[1] - finished[0] == wanted
    depths[short] = least_depth(dataflow, short) - 1
    assert simulate(dataflow, depths, 4, rewinds=True).hang is not None


def test_maps_smaller_than_what_a_pipeline_holds() -> None:
    # Four words an image: the loops on them hold back as many, to the next image or the one behind.
    assert_planned_well(dataflow_of(resnet(8, size=8, widths=(2, 4, 8)), 60), 6)


def test_planned_streams_keep_what_they_carry() -> None:
    graph = tiny_residual()
    folding = choose_folding(graph, 60)
    planned = planned_streams(graph, folding)
    assert [stream.depth for stream in planned] == list(plan_depths(graph, folding))
    for stream, default in zip(planned, list_streams(graph), strict=True):
        assert (stream.words, stream.image_bits) == (default.words, default.bits)
    assert planned == planned_streams(graph, folding, plan_depths(graph, folding))
    assert planned == planned_streams(graph, folding, (2,))


@pytest.mark.parametrize("dsp", [220, 2520])
def test_fifos_of_resnet20_shrink_twentyfold(dsp: int) -> None:
    graph = resnet20()
    planned = planned_streams(graph, choose_folding(graph, dsp))
    default = sum(stream.bits for stream in list_streams(graph))
    assert default >= 20 * sum(stream.bits for stream in planned)


def test_the_schedule_says_when_each_stage_works() -> None:
    dataflow = dataflow_of(resnet(8, size=16, widths=(4, 8, 16)), 220)
    schedule = plan_schedule(dataflow)
    assert schedule.depths == shallow_depths(dataflow)
    assert schedule.starts[0] == 0
    pairs = list(zip(schedule.starts, schedule.ends, strict=True))
    assert all(0 <= end - start <= dataflow.interval for start, end in pairs)
    # A run from an empty pipeline has the zeros of the borders still before it.
    finished = simulate(dataflow, schedule.depths, 3, rewinds=True).finished[0]
    assert abs(finished - max(schedule.ends)) < dataflow.interval // 10


def test_each_stage_says_what_it_works_for() -> None:
    dataflow = dataflow_of(tiny_residual())
    found = [(process.name, process.layer, process.role) for process in dataflow.processes]
    assert found[1:4] == [
        ("the padding of stem", "stem", "padding"),
        ("stem", "stem", "layer"),
        ("the copying of stem", "stem", "copying"),
    ]
    assert found[-1] == ("the output", "fc", "output")
