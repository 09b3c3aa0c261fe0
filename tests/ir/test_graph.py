from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from tests.ir.graphs import conv_net, graph, image


def test_types_of_all_values() -> None:
    assert {name: str(kind) for name, kind in conv_net().types.items()} == {
        "image": "u8.8[6,6,2]",
        "conv": "u8.3[6,6,3]",
        "pool": "u8.3[2,2,3]",
        "clamp": "u8.3[2,2,3]",
        "twice": "u8.3[2,2,6]",
        "mean": "u8.3[1,1,6]",
        "flat": "u8.3[6]",
        "linear": "s12.4[4]",
    }


def test_consumers_count_each_reading() -> None:
    net = conv_net()
    readers = {name: [node.name for node in nodes] for name, nodes in net.consumers().items()}
    assert readers["clamp"] == ["twice", "twice"]
    assert readers["linear"] == []
    assert [kind.channels for kind in net.input_types(net.node("twice"))] == [3, 3]


def test_access_by_name() -> None:
    net = conv_net()
    assert net.input.name == "image"
    assert net.node("pool").inputs == ("conv",)
    with pytest.raises(KeyError, match="nothing"):
        net.node("nothing")


def test_with_nodes_drops_unread_parameters() -> None:
    net = conv_net()
    shorter = net.with_nodes(net.nodes[:2], outputs=("conv",))
    assert list(shorter.parameters) == ["conv_weight", "conv_bias"]
    assert shorter.outputs == ("conv",)
    assert list(net.parameters) == ["conv_weight", "conv_bias", "linear_weight"]


def test_parameters_and_types_are_read_only() -> None:
    net = conv_net()
    with pytest.raises(TypeError):
        net.parameters["conv_bias"] = Parameter(values=np.zeros(1))  # pyright: ignore[reportIndexIssue]
    with pytest.raises(TypeError):
        net.types["conv"] = net.types["pool"]  # pyright: ignore[reportIndexIssue]


def test_is_fixed() -> None:
    assert conv_net().is_fixed
    assert not graph(image(3), n.Relu(name="relu", inputs=("image",))).is_fixed


@pytest.mark.parametrize(
    ("nodes", "outputs", "message"),
    [
        ((image(3), image(3)), ("image",), "two nodes are named image"),
        ((n.Relu(name="a", inputs=("b",)), image(3)), ("a",), "a reads a later value"),
        ((image(3),), ("b",), "an output is not a node"),
    ],
)
def test_what_cannot_happen(
    nodes: tuple[n.Node, ...], outputs: tuple[str, ...], message: str
) -> None:
    with pytest.raises(AssertionError, match=message):
        Graph(name="net", nodes=nodes, parameters={}, outputs=outputs)
