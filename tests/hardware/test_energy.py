"""The relative energy model: its constants, and how it grows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.hardware.cost import count_macs
from fpgaflow.hardware.energy import (
    CONSTANTS,
    Energy,
    float_energy,
    integer_add_pj,
    integer_mac_pj,
    integer_multiply_pj,
    moved_energy,
    spatial_energy,
    total_energy,
)
from fpgaflow.hardware.memory import spatial_memory
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from tests.hardware.small_graphs import resnet20, tiny_residual

BITS = st.integers(1, 64)
COUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("found", "published"),
    [
        (integer_multiply_pj(32), 3.1),
        (integer_multiply_pj(8), 0.2),
        (integer_add_pj(32), 0.1),
        (float_energy(1, 0).total_pj, 3.7 + 0.9),
        (moved_energy(on_chip_bytes=4, off_chip_bytes=0).total_pj, 5),
        (moved_energy(on_chip_bytes=0, off_chip_bytes=4).total_pj, 650),
    ],
)
def test_the_published_figures(found: float, published: float) -> None:
    # Horowitz rounds to one or two digits.
    assert found == pytest.approx(published, rel=1e-6)


def test_dram_is_near_what_eie_gives() -> None:
    # Both sources go back to one talk; EIE has 640 pJ for 32 bits.
    assert moved_energy(on_chip_bytes=0, off_chip_bytes=4).total_pj == pytest.approx(640, rel=0.02)


def test_every_constant_has_a_source() -> None:
    assert len({one.name for one in CONSTANTS}) == len(CONSTANTS) == 6
    for one in CONSTANTS:
        assert "ISCA 2016" in one.source or "ISSCC 2014" in one.source


@given(BITS, BITS, BITS, st.integers(1, 16))
def test_more_bits_cost_more(weight: int, activation: int, total: int, more: int) -> None:
    base = integer_mac_pj(weight, activation, total)
    assert integer_mac_pj(weight + more, activation, total) >= base
    assert integer_mac_pj(weight, activation + more, total) >= base
    assert integer_mac_pj(weight + more, activation + more, total) > base
    assert integer_mac_pj(weight, activation, total + more) > base
    assert integer_mac_pj(weight, activation, total) == integer_mac_pj(activation, weight, total)


@given(COUNTS, COUNTS, st.integers(1, 10**6))
def test_more_accesses_cost_more(on_chip: int, off_chip: int, more: int) -> None:
    base = moved_energy(on_chip_bytes=on_chip, off_chip_bytes=off_chip)
    nearer = moved_energy(on_chip_bytes=on_chip + more, off_chip_bytes=off_chip)
    farther = moved_energy(on_chip_bytes=on_chip, off_chip_bytes=off_chip + more)
    assert nearer.on_chip_pj > base.on_chip_pj
    assert farther.off_chip_pj > base.off_chip_pj
    # DRAM is always the dearer place.
    assert farther.total_pj > nearer.total_pj


@given(COUNTS, COUNTS, st.integers(1, 10**6))
def test_more_work_costs_more_in_float(macs: int, moved: int, more: int) -> None:
    base = float_energy(macs, moved)
    assert float_energy(macs + more, moved).mac_pj > base.mac_pj
    assert float_energy(macs, moved + more).off_chip_pj > base.off_chip_pj
    assert base.on_chip_pj == 0


def test_a_layer_by_hand() -> None:
    graph = tiny_residual()
    stem = {layer.name: layer.energy for layer in spatial_energy(graph)}["stem"]
    # 16 pixels of 54 products, 8 bits by 8, summed in 22 bits
    assert stem.mac_pj == pytest.approx(16 * 54 * (0.2 + 0.003125 * 22))
    moved = {layer.name: layer for layer in spatial_memory(graph).layers}["stem"]
    assert stem.on_chip_pj == pytest.approx(moved.on_chip.total.bytes * 8 * 5 / 32)
    assert stem.off_chip_pj == 0


def test_the_layers_add_up_and_only_the_ends_touch_dram() -> None:
    graph = resnet20()
    layers, memory = spatial_energy(graph), spatial_memory(graph)
    total = total_energy(layers)
    moved = moved_energy(
        on_chip_bytes=memory.on_chip.total.bytes, off_chip_bytes=memory.off_chip.total.bytes
    )
    # Sums in another order round otherwise.
    assert total.on_chip_pj == pytest.approx(moved.on_chip_pj)
    assert total.off_chip_pj == pytest.approx(moved.off_chip_pj)
    assert [layer.name for layer in layers if layer.energy.off_chip_pj] == ["image", "fc"]
    for layer, node in zip(layers, graph.nodes, strict=True):
        assert (layer.energy.mac_pj > 0) == (count_macs(graph, node) > 0)


@given(st.integers(2, 16))
def test_wider_weights_cost_a_network_more(bits: int) -> None:
    narrow, wide = (total_energy(spatial_energy(_with_weights(b))) for b in (bits, bits + 1))
    assert wide.on_chip_pj > narrow.on_chip_pj
    assert wide.mac_pj >= narrow.mac_pj
    assert wide.off_chip_pj == narrow.off_chip_pj


def test_energies_add() -> None:
    one = Energy(mac_pj=1, on_chip_pj=2, off_chip_pj=3)
    assert one + one == Energy(mac_pj=2, on_chip_pj=4, off_chip_pj=6)
    assert (one + one).total_pj == 12


def _with_weights(bits: int) -> Graph:
    graph = tiny_residual()
    element = FixedType(width=bits, integer=1)
    return replace(
        graph,
        parameters={
            name: Parameter(values=one.values * 0, element=element)
            if name.endswith("weight")
            else one
            for name, one in graph.parameters.items()
        },
    )
