from __future__ import annotations

from collections import Counter

import pytest

from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.stages import CloneStage, Design, InputStage, Stage
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8
from tests.backend.networks import Builder, signed
from tests.backend.operations import operations


def read_by(readers: int) -> Design:
    shape = (2, 2, 1)
    image = InputStage(name="x", inputs=(), outputs=("x",), shape=shape, element=UINT8)
    others = tuple(
        Stage(name=f"y{i}", inputs=("x",), outputs=(f"y{i}",), shape=shape, element=UINT8)
        for i in range(readers)
    )
    return Design(stages=(image, *others), outputs=tuple(f"y{i}" for i in range(readers)), taps=())


@pytest.mark.parametrize(("readers", "clones"), [(1, 0), (2, 1), (7, 1), (8, 2), (13, 2), (50, 9)])
def test_each_stream_is_read_once(readers: int, clones: int) -> None:
    design = fan_out(read_by(readers))
    made = [stage for stage in design.stages if isinstance(stage, CloneStage)]
    assert len(made) == clones
    assert all(2 <= len(stage.outputs) <= 7 for stage in made)
    check(design)


def test_every_operation_of_the_network_is_fanned_out() -> None:
    graph = operations()
    check(fan_out(lower(graph, choose_folding(graph, 100))))


def test_a_value_added_to_itself_reads_two_copies() -> None:
    b = Builder(2, 2, 1)
    twice = b.add(n.Add(name="twice", inputs=("image", "image"), element=signed(10, 10)))
    graph = b.graph(twice)
    design = fan_out(lower(graph, choose_folding(graph, 1)))
    assert [(stage.name, stage.inputs) for stage in design.stages] == [
        ("n0_image", ()),
        ("n0_image_clone0", ("n0_image",)),
        ("n1_twice", ("n0_image_clone0_0", "n0_image_clone0_1")),
    ]


def test_what_no_output_needs_is_left_out() -> None:
    b = Builder(2, 2, 1)
    b.add(n.Cast(name="unread", inputs=("image",), element=signed(4, 4)))
    graph = b.graph(b.add(n.Relu(name="read", inputs=("image",), element=signed(9, 9))))
    design = lower(graph, choose_folding(graph, 1))
    assert [stage.name for stage in design.stages] == ["n0_image", "n2_read"]


def check(design: Design) -> None:
    written = [name for stage in design.stages for name in stage.outputs]
    read = Counter(name for stage in design.stages for name in stage.inputs)
    read.update(design.outputs)
    assert len(set(written)) == len(written)
    assert read == Counter(written)
    for index, stage in enumerate(design.stages):
        before = {name for other in design.stages[:index] for name in other.outputs}
        assert set(stage.inputs) <= before
