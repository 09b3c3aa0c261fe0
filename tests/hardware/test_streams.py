"""The streams of the pipeline."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings

from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.stages import FlattenStage
from fpgaflow.hardware.cycles import model_cycles
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.hardware.memory import spatial_memory
from fpgaflow.hardware.streams import list_streams
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import U8, Builder, resnet20, tiny_residual
from tests.strategies import fixed_graphs


def branches() -> Graph:
    """One value with nine readers, two of them outputs; a concatenation of five."""
    b = Builder((4, 4, 1))
    stem = b.conv("stem", "image", (1, 2))
    b.add(n.Concat(name="join", inputs=(stem,) * 5, element=U8))
    b.add(n.Relu(name="other", inputs=(stem,), element=U8))
    b.add(n.Add(name="sum", inputs=(stem, "other"), element=U8))
    return b.graph("branches", stem, "join", "sum", stem)


def one_row() -> Graph:
    """A convolution of one row with a vertical stride."""
    b = Builder((6, 6, 2))
    b.add(
        n.Conv(
            name="row",
            inputs=("image",),
            weight=b.weight("w", 1, 3, 2, 2),
            stride=Size(2, 1),
            padding=Padding(0, 1, 0, 1),
            element=U8,
            accumulator=U8,
        )
    )
    return b.graph("one_row", "row")


def pools() -> Graph:
    b = Builder((6, 6, 2))
    around = Padding(1, 1, 1, 1)
    b.add(
        n.MaxPool(
            name="slide",
            inputs=("image",),
            kernel=Size(3, 3),
            stride=Size(2, 2),
            padding=around,
            element=UINT8,
        )
    )
    return b.graph("pools", "slide")


def test_roles_depths_and_widths_of_a_small_network() -> None:
    streams = [(s.layer, s.role, s.depth, s.width_bits) for s in list_streams(tiny_residual())]
    assert streams == [
        ("image", "value", 16, 16),
        ("stem", "padded input", 36, 16),
        ("stem", "value", 16, 24),
        ("stem", "copy", 16, 24),
        ("stem", "copy", 16, 24),
        ("branch", "padded input", 36, 24),
        ("branch", "value", 16, 24),
        ("joined", "value", 16, 24),
        ("pool", "value", 1, 24),
        ("fc", "value", 1, 80),
    ]


def assert_as_emitted(graph: Graph) -> None:
    design = fan_out(lower(graph, choose_folding(graph, 220)))
    emitted = Counter(
        (stage.packets, stage.shape[-1] * stage.element.width)
        for stage in design.stages
        if not isinstance(stage, FlattenStage)
        for _ in stage.outputs
    )
    assert Counter((s.depth, s.width_bits) for s in list_streams(graph)) == emitted


@pytest.mark.parametrize("make", [tiny_residual, resnet20, branches, one_row, pools])
def test_they_are_the_streams_that_the_backend_makes(make: object) -> None:
    assert callable(make)
    assert_as_emitted(make())


def drops_an_operand(graph: Graph) -> bool:
    """Whether a sum or concatenation keeps no bit of an operand; the backend then adds a stage."""
    for node in graph.nodes:
        for kind in graph.input_types(node) if isinstance(node, (n.Add, n.Concat)) else ():
            assert kind.element is not None
            assert node.element is not None
            if kind.element.fraction - node.element.fraction >= kind.element.width:
                return True
    return False


@settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(fixed_graphs())
def test_they_are_those_of_random_networks_too(graph: Graph) -> None:
    assume(not drops_an_operand(graph))
    assert_as_emitted(graph)
    assert spatial_memory(graph).off_chip.total.accesses > 0
    assert model_cycles(graph, choose_folding(graph, 220)).slowest.cycles > 0


def test_fifos_of_resnet20_hold_five_megabits() -> None:
    # Stock hls4ml, which keeps each ReLU a stage of its own, makes 9.5 Mb of the same network.
    assert sum(stream.bits for stream in list_streams(resnet20())) == 5_758_208
