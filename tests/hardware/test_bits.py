"""Bits of a network small enough to count on paper."""

from __future__ import annotations

from fpgaflow.hardware.bits import count_bits
from tests.hardware.small_graphs import tiny_residual


def test_bits_by_hand() -> None:
    bits = count_bits(tiny_residual())
    rows = {node.name: node for node in bits.nodes}
    assert rows["stem"].weight == 9 * 2 * 3 * 8 + 3 * 22
    assert rows["fc"].weight == 3 * 5 * 8 + 5 * 22
    assert rows["joined"].weight == 0
    assert rows["stem"].feature_map == 4 * 4 * 3 * 8
    assert [rows[name].feature_map for name in ("image", "flat", "fc")] == [0, 0, 0]
    assert bits.weight == (54 + 81 + 15) * 8 + 11 * 22
    assert bits.feature_map == 3 * 4 * 4 * 3 * 8 + 3 * 8
