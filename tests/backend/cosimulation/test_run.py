"""RTL by hand in Verilator: integers, counters, cycles, and a message for each fault."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.errors import VerificationFailed
from fpgaflow.hardware.counters import predict_counters
from fpgaflow.interpret.numpy_engine import run as interpret
from tests.backend.cosimulation.conftest import Simulate
from tests.backend.cosimulation.small_rtl import BEAT_BITS, perceptron, pixels

RULE = "AXI4-Stream: once TVALID is set, a beat stays as it is until TREADY takes it"
LOOK = "see which module drives it; `fpgaflow simulate` checks the C++ alone"
CYCLES = {"cycles_busy", "cycles_stalled_input", "cycles_stalled_output"}


def check(simulate: Simulate, images: int, stalls: int | None) -> None:
    graph = perceptron()
    found = simulate(images=images, stalls=stalls)
    expected = interpret(graph, pixels(images))["fc"]
    assert np.array_equal(found.scores, expected)
    predicted = predict_counters(graph, BEAT_BITS)
    assert {name: found.counters[name] for name in predicted} == {
        name: count * images for name, count in predicted.items()
    }
    assert set(found.counters) - set(predicted) == CYCLES


def test_integers_counters_and_cycles(simulate: Simulate) -> None:
    check(simulate, 3, None)
    found = simulate()
    # Two beats in, five sums of 13 cycles each, and the first beat goes out a cycle later.
    assert found.first_output == 1 + 5 * 13 + 1
    assert found.first_image == found.first_output + 1
    # Besides, a cycle to count the image and one until the next one's first beat.
    assert found.interval == found.first_image + 2
    assert found.counters["cycles_busy"] == 3 * (found.first_image + 1)
    assert found.counters["cycles_stalled_input"] == 0
    assert found.counters["cycles_stalled_output"] == 0


def test_one_image_has_no_interval(simulate: Simulate) -> None:
    assert simulate(images=1).interval is None


@settings(max_examples=15)
@given(images=st.integers(1, 6), stalls=st.integers(0, 2**31))
def test_pauses_change_cycles_alone(simulate: Simulate, images: int, stalls: int) -> None:
    check(simulate, images, stalls)


def test_the_same_seed_gives_the_same_cycles(simulate: Simulate) -> None:
    first, again, other = (simulate(stalls=seed) for seed in (0, 0, 1))
    assert (first.total, first.simulated) == (again.total, again.simulated)
    assert first.total != other.total
    assert first.counters["cycles_stalled_input"] > 0
    assert first.counters["cycles_stalled_output"] > 0


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "unended",
            "scores_TLAST is not set in beat 5 (image 2, its beat 1), in cycle 234, the last one "
            "of the run\n"
            "  accepted: TLAST in beat 5, without which the DMA waits for ever\n"
            f"  what to do: {LOOK}",
        ),
        (
            "early",
            "scores_TLAST is set in beat 1 (image 0, its beat 1), in cycle 94, before the last one "
            "of the run\n"
            "  accepted: TLAST in beat 5 alone, the last of the run's last image\n"
            f"  what to do: {LOOK}",
        ),
        (
            "surplus",
            "a beat too many came out in cycle 236, after all 6\n"
            "  accepted: 2 beats of scores for an image\n"
            f"  what to do: {LOOK}",
        ),
        (
            "thin",
            "scores_TKEEP is not all ones in beat 0 (image 0, its beat 0), in cycle 93\n"
            "  accepted: whole beats alone: every byte counts\n"
            f"  what to do: {LOOK}",
        ),
        (
            "hang",
            "the design hangs: 3 of 6 beats went in and 2 of 6 came out, then none moved for 2000 "
            "cycles\n"
            "  what to do: where the design is slow, not stuck: --timeout-cycles; else a FIFO may "
            "be too shallow",
        ),
        (
            "undone",
            "all 6 beats came out, but AP_DONE was not set within 2000 cycles\n"
            "  accepted: a run that ends, with bit 1 of the register CTRL\n"
            f"  what to do: {LOOK}",
        ),
        (
            "deaf",
            f"the registers do not answer a write at 0x010\n  what to do: {LOOK}",
        ),
        (
            "padding",
            "the beats of image 0 hold more than its scores: their last bytes are not 0\n"
            "  accepted: zeros behind an image's last score",
        ),
        (
            "ends",
            f"the RTL ended the simulation by itself ($finish), in cycle 26\n  what to do: {LOOK}",
        ),
    ],
)
def test_faults(simulate: Simulate, fault: str, message: str) -> None:
    with pytest.raises(VerificationFailed) as caught:
        simulate(fault)
    assert str(caught.value) == f"RTL simulation: {message}"


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("falling", "scores_TVALID fell before beat {} was taken, in cycle {}"),
        ("changing", "scores_TDATA changed while beat {} waited for TREADY, in cycle {}"),
    ],
)
def test_faults_that_need_pauses(simulate: Simulate, fault: str, found: str) -> None:
    simulate(fault)
    with pytest.raises(VerificationFailed) as caught:
        simulate(fault, stalls=4)
    message = found.format("2 (image 1, its beat 0)", 205)
    assert str(caught.value) == (
        f"RTL simulation: {message}\n  accepted: {RULE}\n  what to do: {LOOK}"
    )
