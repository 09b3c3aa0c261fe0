"""Each operation, in the ways that the compiler treats differently, value by value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from tests.backend.engine.machines import CONFIGS, FULL, assert_equal_to_the_interpreter
from tests.backend.networks import Builder, dense, residual, signed, unsigned

Build = Callable[[Builder, str], str]

_AROUND = (1, 1, 1, 1)
_NOWHERE = (0, 0, 0, 0)


OPERATIONS: dict[str, Build] = {
    "conv": lambda b, x: b.conv("op", x, 6, signed(8, 12)),
    "conv to two planes": lambda b, x: b.conv("op", x, 5, signed(13, 13)),
    "conv of stride 2": lambda b, x: b.conv("op", x, 6, unsigned(8, 12), stride=(2, 2)),
    "conv of stride 3": lambda b, x: b.conv("op", x, 3, signed(8, 12), stride=(3, 3)),
    "conv of strides 2 and 1": lambda b, x: b.conv("op", x, 3, signed(8, 12), stride=(2, 1)),
    "conv without padding": lambda b, x: b.conv("op", x, 4, signed(8, 12), padding=_NOWHERE),
    "lopsided conv": lambda b, x: b.conv(
        "op", x, 4, signed(8, 12), kernel=(2, 3), padding=(0, 2, 1, 0)
    ),
    "point conv": lambda b, x: b.conv(
        "op", x, 9, signed(8, 12), kernel=(1, 1), padding=_NOWHERE, bias=False
    ),
    "depthwise conv": lambda b, x: b.conv("op", x, 5, signed(8, 11), groups=5),
    "depthwise conv of stride 2": lambda b, x: b.conv(
        "op", x, 5, signed(8, 11), groups=5, stride=(2, 2)
    ),
    "conv of two outputs a group": lambda b, x: b.conv("op", x, 10, signed(8, 11), groups=5),
    "affine": lambda b, x: b.affine("op", x, signed(8, 10)),
    "affine to two planes": lambda b, x: b.affine("op", x, signed(14, 12)),
    "relu": lambda b, x: b.add(n.Relu(name="op", inputs=(x,), element=unsigned(7, 9))),
    "clamp": lambda b, x: b.add(
        n.Clamp(name="op", inputs=(x,), element=signed(8, 8), low=-20.3, high=60.0)
    ),
    "finer cast": lambda b, x: b.add(n.Cast(name="op", inputs=(x,), element=signed(16, 8))),
    "coarse cast": lambda b, x: b.add(n.Cast(name="op", inputs=(x,), element=signed(3, 11))),
    "the same twice": lambda b, x: b.add(n.Add(name="op", inputs=(x, x), element=signed(8, 11))),
    "maximum": lambda b, x: b.max("op", x, (3, 3), (2, 2), _AROUND),
    "maximum of gaps": lambda b, x: b.max("op", x, (1, 2), (2, 3), (0, 1, 0, 0)),
    "maximum of rows three apart": lambda b, x: b.max("op", x, (2, 3), (3, 1), (1, 0, 0, 2)),
    "mean": lambda b, x: b.average("op", x, signed(9, 10), (2, 2), stride=(2, 2)),
    "mean of nine": lambda b, x: b.average(
        "op", x, signed(8, 10), (3, 3), stride=(1, 1), padding=_AROUND
    ),
    "mean of all": lambda b, x: b.average("op", x, signed(12, 9), (9, 7), stride=(1, 1)),
    "subsample": lambda b, x: b.add(
        n.Subsample(name="op", inputs=(x,), element=signed(8, 10), stride=Size(3, 2))
    ),
    "channels of zeros": lambda b, x: b.add(
        n.PadChannels(name="op", inputs=(x,), element=signed(8, 10), before=3, after=2)
    ),
    "flattened": lambda b, x: b.add(
        n.Reshape(name="op", inputs=(x,), element=signed(8, 10), shape=(9 * 7 * 5,))
    ),
    "flattened in another format": lambda b, x: b.add(
        n.Reshape(name="op", inputs=(x,), element=unsigned(5, 9), shape=(9 * 7 * 5,))
    ),
    "another shape": lambda b, x: b.add(
        n.Reshape(name="op", inputs=(x,), element=signed(8, 10), shape=(3, 7, 15))
    ),
    "joined": lambda b, x: b.add(
        n.Concat(name="op", inputs=(x, "image", x), element=signed(10, 10))
    ),
}


NARROW = {
    "finer cast",
    "maximum",
    "maximum of gaps",
    "maximum of rows three apart",
    "mean of nine",
    "mean of all",
}
"""What refuses numbers of more than 8 bits."""


def _graph(build: Build, element: FixedType) -> Graph:
    b = Builder(9, 7, 3)
    x = b.conv("before", "image", 5, element)
    return b.graph(build(b, x), name="operation")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda one: f"{one.lanes_k}x{one.lanes_p}")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_the_interpreters_integers(name: str, config: EngineConfig) -> None:
    assert_equal_to_the_interpreter(_graph(OPERATIONS[name], signed(8, 10)), config)


@pytest.mark.parametrize("element", [signed(12, 11), unsigned(11, 11)], ids=str)
@pytest.mark.parametrize("name", [one for one in OPERATIONS if one not in NARROW])
def test_an_operation_reads_two_planes(name: str, element: FixedType) -> None:
    graph = _graph(OPERATIONS[name], element)
    assert_equal_to_the_interpreter(graph, FULL)


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        (signed(8, 10), unsigned(8, 8), signed(8, 11)),
        (unsigned(8, 2), unsigned(8, 9), unsigned(8, 10)),
        (unsigned(8, 8), unsigned(6, 14), signed(16, 16)),
        (signed(12, 12), unsigned(8, 9), signed(8, 12)),
        (signed(16, 14), signed(9, 9), signed(16, 15)),
        (unsigned(16, 14), unsigned(12, 12), unsigned(9, 15)),
    ],
    ids=str,
)
def test_two_formats_are_added(left: FixedType, right: FixedType, total: FixedType) -> None:
    b = Builder(5, 4, 3)
    x = b.conv("left", "image", 6, left)
    y = b.conv("right", "image", 6, right)
    graph = b.graph(b.add(n.Add(name="sum", inputs=(x, y), element=total)))
    assert_equal_to_the_interpreter(graph)


def test_addends_in_a_joined_map() -> None:
    b = Builder(6, 6, 2)
    x = b.conv("first", "image", 3, signed(8, 12))
    y = b.conv("second", "image", 3, signed(8, 12))
    joined = b.add(n.Concat(name="joined", inputs=(x, y), element=signed(8, 12)))
    inside = b.add(n.Add(name="inside", inputs=(y, x), element=signed(8, 12)))
    alone = b.conv("alone", joined, 3, signed(8, 14))
    mixed = b.add(n.Add(name="mixed", inputs=(y, alone), element=signed(8, 14)))
    assert_equal_to_the_interpreter(b.graph(mixed, inside, joined))


def test_joins_share_one_buffer() -> None:
    b = Builder(8, 8, 2)
    value = b.conv("stem", "image", 4, signed(8, 12))
    for layer in range(3):
        new = b.conv(f"conv{layer}", value, 3, signed(8, 12))
        value = b.add(n.Concat(name=f"cat{layer}", inputs=(value, new), element=signed(8, 12)))
    compiled = assert_equal_to_the_interpreter(b.graph(value), traced=False)
    arrays = [one for one in compiled.program.operations if isinstance(one.instruction, Array)]
    assert [one.layer for one in arrays] == ["stem", "conv0", "conv1", "conv2"]
    assert {one.instruction.out_pixel_pitch for one in arrays} == {13}


def test_a_smaller_join_lies_in_a_larger_one() -> None:
    b = Builder(8, 8, 2)
    x = b.conv("x", "image", 4, signed(8, 12))
    y = b.conv("y", x, 3, signed(8, 12))
    pair = b.add(n.Concat(name="pair", inputs=(x, y), element=signed(8, 12)))
    z = b.conv("z", pair, 2, signed(8, 12))
    every = b.add(n.Concat(name="every", inputs=(x, y, z), element=signed(8, 12)))
    compiled = assert_equal_to_the_interpreter(b.graph(every), traced=False)
    rows = {row.name: row.instructions for row in compiled.layers}
    assert "pair" not in rows
    assert rows["every"] == 1  # the output's store


def test_a_value_in_two_joins_is_copied_once() -> None:
    b = Builder(8, 8, 2)
    x = b.conv("x", "image", 4, signed(8, 12))
    y = b.conv("y", x, 3, signed(8, 12))
    first = b.add(n.Concat(name="first", inputs=(x, y), element=signed(8, 12)))
    second = b.add(n.Concat(name="second", inputs=(y, x), element=signed(8, 12)))
    compiled = assert_equal_to_the_interpreter(b.graph(first, second), traced=False)
    rows = {row.name: row.instructions for row in compiled.layers}
    assert rows["first"] == 3  # two copies and the output's store
    assert rows["second"] == 1


def test_a_subsampled_shortcut_takes_one_instruction() -> None:
    compiled = assert_equal_to_the_interpreter(residual(), traced=False)
    names = [row.name for row in compiled.layers]
    assert "half" not in names
    assert "flat" not in names
    assert names == ["image", "layer.0.conv", "layer.1.conv", "wide", "add", "pool", "fc"]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda one: f"{one.lanes_k}x{one.lanes_p}")
def test_a_network_of_vectors(config: EngineConfig) -> None:
    assert_equal_to_the_interpreter(dense(), config)


@pytest.mark.parametrize("overflow", [Overflow.WRAP, Overflow.SATURATE_SYMMETRIC])
@pytest.mark.parametrize("width", [8, 16])
@pytest.mark.parametrize(
    "rounding", [Rounding.PLUS_INFINITY, Rounding.MINUS_INFINITY, Rounding.TRUNCATE]
)
def test_whole_bytes_wrap(rounding: Rounding, width: int, overflow: Overflow) -> None:
    element = FixedType(width=width, integer=width - 4, rounding=rounding, overflow=overflow)
    b = Builder(4, 4, 2)
    x = b.conv("x", "image", 3, unsigned(12, 12))
    graph = b.graph(b.add(n.Cast(name="cast", inputs=(x,), element=element)))
    assert_equal_to_the_interpreter(graph)


@pytest.mark.parametrize("mode", [Rounding.ZERO, Rounding.INFINITY, Rounding.TRUNCATE_ZERO])
def test_roundings_of_one_sign(mode: Rounding) -> None:
    element = FixedType(width=6, integer=10, signed=False, rounding=mode)
    b = Builder(4, 4, 2)
    x = b.conv("x", "image", 3, unsigned(8, 10))
    graph = b.graph(b.add(n.Cast(name="cast", inputs=(x,), element=element)))
    assert_equal_to_the_interpreter(graph)


def test_a_cast_that_leaves_nothing() -> None:
    b = Builder(4, 4, 2)
    x = b.conv("x", "image", 3, signed(8, 10))
    rounded = b.add(n.Cast(name="rounded", inputs=(x,), element=signed(4, 60)))
    floor = FixedType(width=4, integer=60, rounding=Rounding.TRUNCATE)
    cut = b.add(n.Cast(name="cut", inputs=(x,), element=floor))
    assert_equal_to_the_interpreter(b.graph(rounded, cut))
