"""Addresses, and buffers that leave the chip where there is no room."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings

from fpgaflow.backend.engine import place as placing
from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.backend.engine.homes import find_homes
from fpgaflow.backend.engine.lower import lower
from fpgaflow.backend.engine.place import place
from fpgaflow.backend.engine.spill import spilled
from fpgaflow.backend.engine.steps import Step
from fpgaflow.backend.engine.tasks import Schedule, make_schedule
from fpgaflow.engine.isa import Load, Region, Store
from fpgaflow.errors import UnsupportedOperator
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from tests.backend.engine.machines import FULL, SMALL, assert_equal_to_the_interpreter
from tests.backend.networks import Builder, residual, signed, unsigned
from tests.strategies import fixed_graphs


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


def test_random_networks_in_the_least_room(monkeypatch: pytest.MonkeyPatch) -> None:
    spills = 0

    def in_the_least_room(
        schedule: Schedule, room: int, lanes_p: int
    ) -> tuple[tuple[Step, ...], int]:
        need = (
            sum(schedule.buffers[root].bank_bytes for root in task.roots) for task in schedule.tasks
        )
        return spilled(schedule, max(need), lanes_p)

    monkeypatch.setattr(placing, "_orders", lambda _lives: [])
    monkeypatch.setattr(placing, "spilled", in_the_least_room)
    operations = (n.Conv, n.Add, n.Concat, n.Relu, n.PadChannels)

    @settings(max_examples=40)
    @given(fixed_graphs(max_width=8, all_modes=False, max_nodes=10, operations=operations))
    def each(graph: Graph) -> None:
        nonlocal spills
        try:
            compiled = assert_equal_to_the_interpreter(graph, SMALL, traced=False)
        except UnsupportedOperator:
            return
        spills += compiled.program.spill_bytes > 0

    each()
    assert spills > 3


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
