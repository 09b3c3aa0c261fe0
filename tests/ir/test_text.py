from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.text import operation_name, to_text
from fpgaflow.ir.types import Parameter
from tests.golden_files import check_golden
from tests.ir.graphs import conv_net, graph, image


def test_fixed_point_graph() -> None:
    check_golden("ir/fixed.txt", to_text(conv_net()))


def test_real_graph() -> None:
    ones = Parameter(values=np.ones(3))
    net = graph(
        image(4, 4, 3, element=None),
        n.BatchNorm(
            name="norm",
            inputs=("image",),
            source="bn1",
            gamma="g",
            beta="g",
            mean="g",
            variance="g",
            epsilon=1e-5,
        ),
        n.FakeQuantize(
            name="quant",
            inputs=("norm",),
            target=FixedType(
                width=6, integer=2, rounding=Rounding.EVEN, overflow=Overflow.SATURATE_SYMMETRIC
            ),
        ),
        n.Clamp(name="relu6", inputs=("quant",), low=0.0, high=6.0),
        parameters={"g": ones},
    )
    check_golden("ir/real.txt", to_text(net))


def test_one_changed_weight_changes_the_text() -> None:
    net = conv_net()
    values = net.parameters["conv_weight"].integers.copy()
    values[0, 0, 0, 0] ^= 1
    changed = Parameter(values=values, element=net.parameters["conv_weight"].element)
    other = net.with_nodes(net.nodes, {**net.parameters, "conv_weight": changed})
    assert to_text(other) != to_text(net)
    assert to_text(replace(other, parameters=net.parameters)) == to_text(net)


def test_operation_names() -> None:
    node = n.PadChannels(name="x", before=1, after=1)
    assert operation_name(node) == "pad-channels"
