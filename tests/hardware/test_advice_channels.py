"""Channels and blocks cut out of a graph: what is left computes what it should."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.hardware.advice_bits import widest_values, widest_weights, with_bits
from fpgaflow.hardware.advice_blocks import removal_order, without_blocks
from fpgaflow.hardware.advice_channels import find_channels, keep_channels
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import FIXED, verify
from fpgaflow.ir.types import Parameter
from tests.hardware.advice_graphs import dense, lenet
from tests.hardware.small_graphs import resnet, resnet20, tiny_residual
from tests.strategies import MAP_OPERATIONS, VECTOR_OPERATIONS, fixed_graphs, images_for

# These may make something of a channel of zeros.
_NOT_ZERO = {n.Affine, n.Clamp}
_OPERATIONS = frozenset({*MAP_OPERATIONS, *VECTOR_OPERATIONS}) - _NOT_ZERO


def silenced(graph: Graph, keep: dict[str, int]) -> Graph:
    """Return the graph with the channels that would go computing zeros."""
    parameters = dict(graph.parameters)
    for name, count in keep.items():
        for parameter in graph.node(name).parameters:
            values = parameters[parameter].integers.copy()
            values[..., count:] = 0
            parameters[parameter] = Parameter(values=values, element=parameters[parameter].element)
    return graph.with_nodes(graph.nodes, parameters=parameters)


@settings(max_examples=30, deadline=None)
@given(graph=fixed_graphs(max_nodes=7, operations=_OPERATIONS), part=st.floats(0.1, 1))
def test_dropping_channels_of_zeros_changes_nothing(graph: Graph, part: float) -> None:
    found = find_channels(graph)
    keep = {name: max(1, int(count * part)) for name, count in found.groups.items()}
    cut = keep_channels(graph, found, keep)
    verify(cut, FIXED)
    images = images_for(graph)
    for name in graph.outputs:
        before = run(silenced(graph, keep), images)[name]
        assert np.array_equal(run(cut, images)[name], before)


def test_groups_of_the_usual_networks() -> None:
    assert find_channels(lenet()).groups == {"conv1": 6, "conv2": 16}
    assert find_channels(resnet(8, size=8, channels=1, widths=(4, 8))).groups == {
        f"layer{stage}_{block}_conv1": 4 * stage for stage in (1, 2) for block in range(1)
    }
    assert find_channels(dense(2)).groups == {"stem": 8, "layer1": 6, "layer2": 6}


def test_identity_blocks_can_go_and_others_stay() -> None:
    order = removal_order(resnet20())
    names = [block.name for block in order]
    assert names == [
        *(f"layer1_{block}_add" for block in range(3)),
        *(f"layer{stage}_{block}_add" for stage in (2, 3) for block in (1, 2)),
    ]
    left = without_blocks(resnet20(), order)
    convolutions = [node.name for node in left.nodes if isinstance(node, n.Conv)]
    assert convolutions == ["stem", *(f"layer{s}_0_conv{c}" for s in (2, 3) for c in (1, 2))]


def test_a_removed_block_is_its_input() -> None:
    graph = tiny_residual()
    left = without_blocks(graph, removal_order(graph))
    assert [node.name for node in left.nodes] == ["image", "stem", "pool", "flat", "fc"]
    assert left.node("pool").inputs == ("stem",)


def test_a_removed_dense_layer_leaves_its_channels_out() -> None:
    graph = dense(3)
    order = removal_order(graph)
    assert [block.name for block in order] == ["layer1", "layer2", "layer3"]
    left = without_blocks(graph, order[1:2])
    assert left.types["cat3"].channels == 8 + 2 * 6


def test_fewer_bits_leave_image_and_result_as_they_are() -> None:
    graph = tiny_residual()
    assert (widest_weights(graph), widest_values(graph)) == (8, 8)
    narrow = with_bits(graph, weights=5, values=6)
    widths = {node.name: node.element.width for node in narrow.nodes if node.element}
    assert widths == {
        "image": 8, "stem": 6, "branch": 6, "joined": 6, "pool": 6, "flat": 6, "fc": 16
    }  # fmt: skip
    for name in ("stem_weight", "branch_weight", "fc_weight"):
        element = narrow.parameters[name].element
        assert element is not None
        assert (element.width, element.integer) == (5, 1)
        assert np.abs(narrow.parameters[name].integers).max() <= 16
    branch = narrow.node("branch")
    assert isinstance(branch, n.Conv)
    assert branch.accumulator is not None
    assert branch.accumulator.width == 22 - 3 - 2
