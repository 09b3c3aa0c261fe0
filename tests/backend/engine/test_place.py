"""Addresses, and buffers that leave the chip where there is no room."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.backend.engine.homes import find_homes
from fpgaflow.backend.engine.lower import lower
from fpgaflow.backend.engine.place import place
from fpgaflow.backend.engine.tasks import make_schedule
from fpgaflow.engine.isa import Load, Region, Store
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from tests.backend.engine.machines import FULL, MIDDLE, assert_equal_to_the_interpreter
from tests.backend.networks import Builder, residual, signed, unsigned


def _ladder(depth: int = 5) -> Graph:
    """Values that are added much later, so that many are held at once."""
    b = Builder(16, 16, 3)
    value, held = b.conv("stem", "image", 16, unsigned(8, 12)), list[str]()
    for index in range(depth):
        held.append(value)
        value = b.conv(f"conv{index}", value, 16, unsigned(8, 14))
    for index, other in enumerate(reversed(held)):
        total = n.Add(name=f"add{index}", inputs=(value, other), element=unsigned(8, 15))
        value = b.add(total)
    return b.graph(value)


def _dense_block() -> Graph:
    """One buffer that grows, beside others that are needed at the end."""
    b = Builder(16, 16, 3)
    held = [b.conv(f"held{index}", "image", 16, signed(8, 12)) for index in range(3)]
    value = b.conv("stem", "image", 8, signed(8, 12))
    for layer in range(4):
        norm = b.affine(f"norm{layer}", value, signed(8, 13))
        new = b.conv(f"conv{layer}", norm, 4, signed(8, 12))
        value = b.add(n.Concat(name=f"cat{layer}", inputs=(value, new), element=signed(8, 12)))
    value = b.conv("last", value, 16, signed(8, 12))
    for index, other in enumerate(held):
        total = n.Add(name=f"add{index}", inputs=(value, other), element=signed(8, 13))
        value = b.add(total)
    return b.graph(value)


def test_what_lives_together_lies_apart() -> None:
    state = lower(_ladder(), FULL)
    schedule = make_schedule(state, find_homes(state), trace=False)
    placed = place(schedule, FULL)
    addresses = placed.steps[0].addresses
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for index, task in enumerate(schedule.tasks):
        for root in task.roots:
            first.setdefault(root, index)
            last[root] = index
    for one, other in combinations(first, 2):
        if first[one] <= last[other] and first[other] <= last[one]:
            ends = [addresses[name] + schedule.buffers[name].bank_bytes for name in (one, other)]
            assert ends[0] <= addresses[other] or ends[1] <= addresses[one]
    assert placed.spill_bytes == 0


@pytest.mark.parametrize(("graph", "lines"), [(_ladder(), 96), (_dense_block(), 100)])
def test_without_room_buffers_go_to_memory_and_come_back(graph: Graph, lines: int) -> None:
    roomy = compile_for_engine(graph, FULL)
    assert roomy.program.spill_bytes == 0
    assert roomy.peak_bytes > 16 * lines
    config = replace(FULL, act_lines=lines)
    tight = assert_equal_to_the_interpreter(graph, config, traced=False)
    assert tight.program.spill_bytes > 0
    assert sum(row.loaded_bytes for row in tight.layers) > sum(
        row.loaded_bytes for row in roomy.layers
    )
    assert_equal_to_the_interpreter(graph, config)


def test_what_memory_holds_already_is_not_stored_again() -> None:
    program = compile_for_engine(_ladder(), replace(FULL, act_lines=96)).program
    moves = [one.instruction for one in program.operations]
    stored = [one.offset for one in moves if isinstance(one, Store) and one.region is Region.SPILL]
    assert stored
    assert len(stored) == len(set(stored))
    assert any(isinstance(one, Load) and one.region is Region.SPILL for one in moves)


def test_the_least_room_is_that_of_the_largest_layer() -> None:
    # The 16 channels in and out of each convolution: 2 rows of 16 pixels, twice.
    config = replace(FULL, act_lines=64)
    assert_equal_to_the_interpreter(_ladder(2), replace(config, act_lines=96))
    assert_equal_to_the_interpreter(residual(), MIDDLE)


def test_a_trace_holds_each_value() -> None:
    compiled = compile_for_engine(residual(), FULL, trace=True)
    names = [one.name for one in compiled.trace]
    assert names == [
        "image",
        "layer.0.conv",
        "layer.1.conv",
        "wide",
        "add",
        "pool",
        "flat",
        "fc",
    ]
    ends = [one.offset + one.banks * one.bank_bytes for one in compiled.trace]
    assert [one.offset for one in compiled.trace] == [0, *ends[:-1]]
    assert compiled.program.spill_bytes == ends[-1]
