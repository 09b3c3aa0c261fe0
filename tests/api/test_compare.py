"""The first wrong integer is named."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from fpgaflow.api.compare import compare
from fpgaflow.backend.csim import CsimResult
from fpgaflow.errors import VerificationFailed
from fpgaflow.interpret import numpy_engine
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.fixed import UINT8
from fpgaflow.ir.graph import Graph
from tests.api.tiny import tiny_images

GRAPH = Graph(
    name="net",
    nodes=(
        n.Input(name="x", shape=(6, 6, 1), element=UINT8),
        n.Relu(name="a", inputs=("x",), source="act.0", element=UINT8),
        n.Relu(name="b", inputs=("a",), source="act.1", element=UINT8),
    ),
    parameters={},
    outputs=("b",),
)
IMAGES = tiny_images(3)


def result(values: dict[str, Integers]) -> CsimResult:
    return CsimResult(
        outputs=MappingProxyType({"b": values["b"]}),
        traced=MappingProxyType(values),
        images=len(IMAGES),
        compile_s=0,
        seconds_per_image=0,
    )


def test_equal_integers_pass() -> None:
    values = numpy_engine.run(GRAPH, IMAGES, keep="all")
    assert compare(GRAPH, IMAGES, result(values)) == 3


def test_the_first_layer_that_differs_is_named_with_both_values() -> None:
    values = numpy_engine.run(GRAPH, IMAGES, keep="all")
    wrong = int(values["a"][1, 2, 3, 0])
    for name in ("a", "b"):
        values[name] = values[name].copy()
        values[name][1, 2, 3, 0] += 1
        values[name][2, 5, 5, 0] -= 1
    with pytest.raises(VerificationFailed) as caught:
        compare(GRAPH, IMAGES, result(values))
    assert str(caught.value) == (
        f"C-simulation: layer a (from act.0), image 1, index [2, 3, 0] is {wrong + 1}, "
        f"the interpreter says {wrong}; 2 integers of this layer differ\n"
        "  what to do: this is an error in the generated design: please report the network"
    )
    np.testing.assert_array_equal(IMAGES, tiny_images(3))
