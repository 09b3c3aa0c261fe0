"""What the accelerator counts, from the emitted stages, against the memory-access model."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from fpgaflow.backend.spatial import wrapper as w
from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.stages import Design
from fpgaflow.hardware.counters import predict_counters
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir.graph import Graph
from tests.backend.networks import residual
from tests.backend.operations import operations
from tests.strategies import fixed_graphs

CYCLES = {"cycles_busy", "cycles_stalled_input", "cycles_stalled_output"}


def wrapped(graph: Graph, beat_bits: int = 64) -> tuple[Design, w.Wrapper | None]:
    design = fan_out(lower(graph, choose_folding(graph, 60)))
    return design, w.make_wrapper(graph, design, beat_bits)


def counts_of_one_image(design: Design, wrapper: w.Wrapper) -> Counter[str]:
    """Let one image's events happen, and add them up as the hardware does."""
    packets = {stage.name: stage.packets for stage in design.stages}
    events = {
        w.BEATS_TAKEN: wrapper.images.beats_per_image,
        w.PIXELS: packets[design.stages[0].name],
        w.SCORES: packets[design.outputs[0]],
        w.BEATS_GIVEN: wrapper.scores.beats_per_image,
        w.IMAGES: 1,
        w.NO_BEAT: 0,
        w.NO_ROOM: 0,
        w.CYCLES: 0,
    }
    events |= {w.FIRST_TAP + i: packets[name] for i, name in enumerate(wrapper.taps)}
    found = Counter(dict.fromkeys((one.name for one in wrapper.registers.counters), 0))
    for term in wrapper.terms:
        found[term.counter] += term.factor * events[term.point]
    return found


def assert_predicted(graph: Graph, beat_bits: int = 64) -> None:
    design, wrapper = wrapped(graph, beat_bits)
    if wrapper is not None:
        found = counts_of_one_image(design, wrapper)
        assert {name: found[name] for name in CYCLES} == dict.fromkeys(CYCLES, 0)
        expected = predict_counters(graph, beat_bits)
        assert {name: n for name, n in found.items() if name not in CYCLES} == expected


@given(graph=fixed_graphs(max_nodes=10))
def test_random_networks_count_what_the_model_predicts(graph: Graph) -> None:
    assert_predicted(graph)


def test_beats_of_128_bits() -> None:
    assert_predicted(residual(), 128)


def test_a_network_of_several_outputs_has_no_accelerator() -> None:
    assert wrapped(operations())[1] is None


def test_a_tap_stands_behind_each_stage_but_the_last() -> None:
    design, wrapper = wrapped(residual())
    assert wrapper is not None
    # Copies are counted once, before they are made; the last stage's packets where they are packed.
    assert wrapper.taps == (
        "n1_layer_0_conv_pad",
        "n1_layer_0_conv",
        "n2_layer_1_conv_pad",
        "n2_layer_1_conv",
        "n3_half",
        "n4_wide",
        "n5_add",
        "n6_pool",
    )
    assert design.outputs == ("n8_fc",)
