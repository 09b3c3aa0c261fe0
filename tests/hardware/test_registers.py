"""The register description: Vitis HLS's layout, unique names, and the page made from it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.hardware.registers import (
    ARGUMENTS_OFFSET,
    RANGE,
    CountedLayer,
    RegisterMap,
    make_register_map,
)
from fpgaflow.hardware.registers_page import registers_page
from tests.golden_files import check_golden


def make(*layers: tuple[str, bool]) -> RegisterMap:
    return make_register_map([CountedLayer(name=name, weights=has) for name, has in layers])


def test_the_layout_is_that_of_vitis_hls() -> None:
    registers = make(("Conv.1", True), ("pool", False))
    assert [(one.name, one.offset) for one in registers.registers[:5]] == [
        ("frames", 0x10),
        ("clear", 0x18),
        ("frames_done", 0x20),
        ("cycles_busy", 0x38),
        ("cycles_stalled_input", 0x50),
    ]
    assert registers["frames_done"].words == (
        ("frames_done_1", 0x20),
        ("frames_done_2", 0x24),
        ("frames_done_ctrl", 0x28),
    )
    assert registers["clear"].words == (("clear", 0x18),)
    assert [one.name for one in registers.of_layer("Conv.1")] == [
        "conv_1_weight_reads",
        "conv_1_feature_map_reads",
        "conv_1_feature_map_writes",
    ]
    assert [one.name for one in registers.of_layer("pool")] == [
        "pool_feature_map_reads",
        "pool_feature_map_writes",
    ]
    assert registers.size == registers.registers[-1].offset + 24
    assert 1 << (registers.address_bits - 1) < registers.size <= 1 << registers.address_bits


def test_names_that_look_alike_stay_apart() -> None:
    registers = make(("a.b", True), ("a_b", False), ("A-B", True), ("off chip", False))
    names = [one.name for one in registers.counters if one.layer == "A-B"]
    assert names[0] == "a_b_3_weight_reads"
    names = [one.name for one in registers.registers]
    assert len(set(names)) == len(names)


@given(
    st.lists(st.tuples(st.text(max_size=8), st.booleans()), max_size=12, unique_by=lambda x: x[0])
)
def test_any_names_give_identifiers_one_after_the_other(layers: list[tuple[str, bool]]) -> None:
    registers = make(*layers).registers
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", one.name) for one in registers)
    words = [name for one in registers for name, _ in one.words]
    assert len(set(words)) == len(words)
    end = ARGUMENTS_OFFSET
    for one in registers:
        assert one.offset == end
        end += one.size
    assert {one.layer for one in registers} - {None} == {name for name, _ in layers}


def test_the_deepest_network_of_the_zoo_finds_room() -> None:
    # ResNet-110: 110 layers with weights, as many rectifiers, and 54 sums.
    layers = [(f"conv{i}", True) for i in range(112)] + [(f"act{i}", False) for i in range(170)]
    assert make(*layers).size <= RANGE


def test_the_page() -> None:
    check_golden("../../docs/registers.md", registers_page())
