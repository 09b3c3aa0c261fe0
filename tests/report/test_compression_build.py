"""What compression saved: both networks' figures, and that the layers add up to them."""

from __future__ import annotations

import pytest

from fpgaflow.report.schema_compression import LayerFigures, NetworkFigures
from tests.report.small_reports import small_compression


def test_what_is_gone_is_counted_in_the_graphs() -> None:
    found = small_compression()
    assert found.removed.convolutions == 4
    # stem 4, layer1_0 4 + 4, and layer2_0 8 + 8 of which 4 went
    assert (found.removed.channels, found.removed.channels_before) == (4, 28)
    assert found.plan is not None
    assert (found.plan.method, found.plan.steps) == ("compress", 3)
    assert found.plan.blocks == ("layer1.1", "layer2.1")
    assert found.accuracy is not None
    assert (found.accuracy.data, found.accuracy.source) == ("digits:test", "measured")


def test_multiply_accumulates_and_bits_by_hand() -> None:
    rows = {row.name: row for row in small_compression().layers}
    # 3x3 kernels from 4 to 8 and from 4 to 6 channels, 4x4 pixels; biases of 22 bits
    original, compressed = rows["layer2_0_conv1"].original, rows["layer2_0_conv1"].compressed
    assert original is not None
    assert compressed is not None
    assert (original.macs, compressed.macs) == (16 * 9 * 4 * 8, 16 * 9 * 4 * 6)
    assert original.weight_bits == 9 * 4 * 8 * 8 + 8 * 22
    assert compressed.weight_bits == 9 * 4 * 6 * 8 + 6 * 22
    assert (original.feature_map_bits, compressed.feature_map_bits) == (16 * 8 * 8, 16 * 6 * 8)
    assert rows["layer1_1_conv1"].compressed is None


@pytest.mark.parametrize("side", ["original", "compressed"])
def test_layers_add_up_to_the_network(side: str) -> None:
    found = small_compression()
    figures: NetworkFigures = getattr(found, side)
    layers: list[LayerFigures] = [
        layer for row in found.layers if (layer := getattr(row, side)) is not None
    ]
    assert len(layers) == len(figures.memory.layers)
    assert sum(layer.macs for layer in layers) == figures.macs
    assert sum(layer.weight_bits for layer in layers) == figures.weight_bits_total
    assert sum(layer.feature_map_bits for layer in layers) == figures.feature_map_bits
    on_chip = figures.memory.on_chip.total
    assert sum(layer.on_chip_accesses for layer in layers) == on_chip.accesses
    assert sum(layer.on_chip_bytes for layer in layers) == on_chip.bytes


def test_every_saving_is_that_of_its_figures() -> None:
    found = small_compression()
    rows = {row.figure: row for row in found.savings}
    assert len(rows) == len(found.savings)
    assert rows["macs"].original == found.original.macs
    assert rows["on_chip_accesses"].compressed == found.compressed.memory.on_chip.total.accesses
    for row in found.savings:
        assert row.saved is not None
        assert row.saved == pytest.approx(1 - row.compressed / row.original, abs=1e-6)
        assert row.source == "modelled"


def test_layers_stand_in_the_networks_order() -> None:
    found = small_compression()
    names = [row.name for row in found.layers]
    for side in (found.original, found.compressed):
        order = [layer.name for layer in side.memory.layers]
        assert [name for name in names if name in order] == order
