"""The emulated board counts by itself; the memory-access model must predict the same."""

from __future__ import annotations

from hypothesis import given, settings

from fpgaflow.hardware.counters import graph_registers, predict_counters
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime.emulation.counting import count_one_image, register_counts
from fpgaflow.runtime.manifest import RegisterEntry
from tests.hardware.small_graphs import resnet, tiny_residual
from tests.strategies import fixed_graphs


def counted(graph: Graph) -> dict[str, int]:
    registers = [
        RegisterEntry(
            name=one.name,
            offset=one.offset,
            bits=one.bits,
            direction=one.direction,
            unit=one.unit,
            layer=one.layer,
        )
        for one in graph_registers(graph).registers
    ]
    return register_counts(count_one_image(graph), registers)


def predicted(graph: Graph) -> dict[str, int]:
    layers = {one.name for one in graph_registers(graph).counters if one.layer is not None}
    return {name: count for name, count in predict_counters(graph, 64).items() if name in layers}


def test_a_residual_block() -> None:
    assert counted(tiny_residual()) == predicted(tiny_residual())


def test_a_residual_network_with_shortcuts() -> None:
    graph = resnet(8, size=8, widths=(4, 6, 8))
    assert counted(graph) == predicted(graph)


@settings(max_examples=60)
@given(fixed_graphs())
def test_random_graphs(graph: Graph) -> None:
    if len(graph.outputs) == 1:
        assert counted(graph) == predicted(graph)
