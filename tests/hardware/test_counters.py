"""What the hardware's counters must show."""

from __future__ import annotations

import pytest

from fpgaflow.hardware.counters import graph_registers, predict_counters
from fpgaflow.hardware.memory import spatial_memory
from tests.hardware.small_graphs import resnet20, tiny_residual


def test_every_counter_but_those_of_cycles_is_predicted() -> None:
    graph = tiny_residual()
    counters = {one.name for one in graph_registers(graph).counters}
    assert counters - predict_counters(graph, 64).keys() == {
        "cycles_busy",
        "cycles_stalled_input",
        "cycles_stalled_output",
    }


@pytest.mark.parametrize(("beat_bits", "beats_in", "beats_out"), [(64, 4, 2), (128, 2, 1)])
def test_one_image_counted_by_hand(beat_bits: int, beats_in: int, beats_out: int) -> None:
    found = predict_counters(tiny_residual(), beat_bits)
    assert found["frames_done"] == 1
    assert (found["beats_in"], found["bytes_in"]) == (beats_in, 32)
    assert (found["beats_out"], found["bytes_out"]) == (beats_out, 16)
    assert (found["off_chip_input"], found["off_chip_output"]) == (32, 10)
    assert (found["off_chip_weight"], found["off_chip_feature_map"]) == (0, 0)
    # 16 outputs of 54 weights and 3 biases; the pixels, the padded image, two rows of line buffer,
    # and the stage that copies the value, which is read twice.
    assert found["stem_weight_reads"] == 16 * 57
    assert found["stem_feature_map_reads"] == 32 + 72 + 144 + 48
    assert found["stem_feature_map_writes"] == 72 + 144 + 48 + 96
    assert (found["fc_feature_map_reads"], found["fc_feature_map_writes"]) == (3, 5)
    assert "joined_weight_reads" not in found


def test_the_layers_add_up_to_the_model() -> None:
    graph = resnet20()
    found, on_chip = predict_counters(graph, 64), spatial_memory(graph).on_chip
    layers = {name: count for name, count in found.items() if name.endswith(("_reads", "_writes"))}
    assert sum(layers.values()) == on_chip.total.accesses
