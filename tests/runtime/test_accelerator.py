"""The runtime on the emulated board: through pynq where it is installed, and without it."""

from __future__ import annotations

import gc
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.bundle_contents import assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.errors import DeviceFailed, InputRefused, VerificationFailed
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, Bundle
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.emulation.faults import Fault
from tests.runtime.bundles import BOARDS, PYNQ, parts, pixels, small_graph


def exact(bundle: Bundle, images: np.ndarray) -> np.ndarray:
    return numpy_engine.run(bundle.graph, images)[bundle.graph.outputs[0]]


def test_a_thousand_images_give_the_interpreters_integers(
    accelerator: Accelerator, bundle: Bundle
) -> None:
    images = pixels(bundle.graph, 1000)
    expected = exact(bundle, images)
    assert np.array_equal(accelerator.predict(images), expected)
    assert np.array_equal(accelerator.reference(images), expected)
    assert np.array_equal(accelerator.classify(images), expected.argmax(1))
    comparison = accelerator.compare()
    assert (comparison.images, comparison.equal) == (1000, True)
    assert {row.name for row in comparison.rows if row.predicted is None} == {
        "cycles_busy",
        "cycles_stalled_input",
        "cycles_stalled_output",
    }


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 32, 33])
def test_any_number_of_images(count: int, accelerator: Accelerator, bundle: Bundle) -> None:
    images = pixels(bundle.graph, count, seed=count)
    scores = accelerator.predict(images)
    assert scores.dtype == np.int64
    assert np.array_equal(scores, exact(bundle, images))
    if count:
        assert accelerator.counters["frames_done"] == count
        assert accelerator.compare().equal


@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_any_batch_size(batch_size: int, accelerator: Accelerator, bundle: Bundle) -> None:
    images = pixels(bundle.graph, 23)
    accelerator.batch_size = batch_size
    assert np.array_equal(accelerator.predict(images), exact(bundle, images))
    assert accelerator.batch_size == batch_size


def test_a_batch_beyond_the_dmas_limit_is_refused(accelerator: Accelerator) -> None:
    row = accelerator.manifest.images.bytes_per_image
    with pytest.raises(InputRefused) as caught:
        accelerator.batch_size = 2**26
    assert str(caught.value) == (
        "a batch_size of 67108864\n"
        f"  accepted: 1 to {(2**26 - 1) // row}, which the DMA's largest transfer holds"
    )
    assert len(accelerator.predict(pixels(accelerator.bundle.graph, 2))) == 2


def test_images_of_another_shape_or_type_are_refused(accelerator: Accelerator) -> None:
    for wrong in (np.zeros((1, 5, 5, 3), np.uint8), np.zeros((1, 5, 5, 1), np.float32)):
        with pytest.raises(InputRefused, match=r"accepted: a uint8 array of shape \[n, 5, 5, 1\]"):
            accelerator.predict(wrong)  # type: ignore[arg-type]


def test_images_in_any_order_of_memory(accelerator: Accelerator, bundle: Bundle) -> None:
    images = pixels(bundle.graph, 20)
    for view in (images[::-1], images[::2], np.asfortranarray(images)):
        assert np.array_equal(accelerator.predict(view), exact(bundle, view))


def test_the_self_test(accelerator: Accelerator) -> None:
    found = accelerator.self_test()
    assert found.images == 8
    assert found.counters.equal
    assert "off_chip_input" in str(found.counters)


def test_the_throughput_test_has_finns_keys(accelerator: Accelerator) -> None:
    found = accelerator.throughput_test()
    assert list(found) == [
        "runtime[ms]",
        "throughput[images/s]",
        "DRAM_in_bandwidth[MB/s]",
        "DRAM_out_bandwidth[MB/s]",
        "fclk[mhz]",
        "batch_size",
        "pack_input[ms]",
        "copy_input_data_to_device[ms]",
        "copy_output_data_from_device[ms]",
        "unpack_output[ms]",
    ]
    assert found["batch_size"] == 16
    assert found["fclk[mhz]"] == accelerator.clock_mhz
    assert accelerator.counters["frames_done"] == 64
    with pytest.raises(InputRefused, match="a throughput test with 0 images"):
        accelerator.throughput_test(0)


def test_the_achieved_clock_is_the_nearest_that_the_dividers_give(accelerator: Accelerator) -> None:
    # 1000 MHz / 10 on Zynq-7000, 1500 MHz / 15 on ZynqMP, whose reference is 33.333 MHz.
    assert accelerator.clock_mhz == pytest.approx(100.0, rel=2e-5)


@pytest.mark.parametrize("asked_mhz", [150.0, 90.0])
def test_the_achieved_clock_is_reported_not_the_one_asked_for(
    asked_mhz: float, tmp_path: Path
) -> None:
    given = replace(parts(small_graph(), BOARDS[0]), clock_mhz=asked_mhz)
    path = tmp_path / "b.zip"
    write_bundle(path, *assemble(given), force=True)
    achieved = {"pynq-z2": (142.857, 90.909), "zcu104": (149.999, 88.234)}[BOARDS[0]]
    with Accelerator(path, emulate=True) as accelerator:
        assert accelerator.manifest.clock_mhz == asked_mhz
        assert accelerator.clock_mhz == pytest.approx(
            achieved[0] if asked_mhz == 150.0 else achieved[1], rel=1e-5
        )
        assert accelerator.throughput_test(1)["fclk[mhz]"] == accelerator.clock_mhz


def test_what_is_closed_says_so(bundle: Bundle) -> None:
    accelerator = Accelerator(bundle, emulate=True)
    where = f"with pynq {PYNQ}" if PYNQ else "without pynq"
    assert re.fullmatch(
        rf"<Accelerator small on emulated (PYNQ-Z2|ZCU104),? {where}>", repr(accelerator)
    )
    accelerator.close()
    accelerator.close()
    assert repr(accelerator) == "<Accelerator small closed>"
    with pytest.raises(DeviceFailed, match="the accelerator small is closed"):
        accelerator.predict(bundle.golden_images)


FAULTS = {
    Fault.DMA_HALT: "the DMA failed sending images: DMASlvErr, slave error: the memory interface "
    "refused the transfer; the channel has halted (status 0x00004021)",
    Fault.SHORT_PACKET: "a short packet: {short} bytes of scores came for 4 images, not {whole}",
    Fault.SLOW_CONSUMER: "a run of 4 images, all sent, not all scores received: nothing came "
    "within 0.2 s",
    Fault.BIT_FLIP: "{board}: 1 of 40 scores are wrong; the first is score [0] of image 0: {wrong}",
    Fault.MISSING_FLUSH: "{board}: {many} of 40 scores are wrong; the first is score",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told_and_the_next_call_works(
    fault: Fault, accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle
) -> None:
    images = pixels(bundle.graph, 4)
    expected = exact(bundle, images)
    beat = bundle.manifest.scores.beat_bits // 8
    whole = 4 * bundle.manifest.scores.bytes_per_image
    wrong = int(expected[0, 0]) ^ 1
    board.inject(fault)
    with pytest.raises((DeviceFailed, VerificationFailed)) as caught:
        accelerator.predict(images, check=True)
    text = FAULTS[fault].format(
        short=whole - beat, whole=whole, board=accelerator.board, wrong=wrong, many="MANY"
    )
    found = re.sub(r": \d+ of 40", ": MANY of 40", str(caught.value)) if "MANY" in text else None
    assert (found or str(caught.value)).startswith(text)
    assert np.array_equal(accelerator.predict(images, check=True), expected)
    assert accelerator.compare().equal


@pytest.mark.parametrize("fault", [Fault.BIT_FLIP, Fault.MISSING_FLUSH])
def test_the_self_test_finds_wrong_numbers(
    fault: Fault, accelerator: Accelerator, board: EmulatedBoard
) -> None:
    board.inject(fault)
    with pytest.raises(VerificationFailed, match="scores are wrong"):
        accelerator.self_test()
    assert accelerator.self_test().images == 8


def test_a_stale_description_is_refused(bundle: Bundle, board: EmulatedBoard) -> None:
    board.inject(Fault.STALE_HWH)
    with pytest.raises(DeviceFailed) as caught:
        Accelerator(bundle, emulate=board)
    assert str(caught.value).startswith(
        "the hardware description does not belong to this bundle: "
        "frames_done_1 is at 0x30, not at 0x20 ("
    )
    with Accelerator(bundle, emulate=board) as accelerator:
        assert accelerator.self_test().images == 8


def test_a_fault_in_a_later_chunk(
    accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle
) -> None:
    accelerator.batch_size = 2
    images = pixels(bundle.graph, 9)
    for fault in (Fault.SHORT_PACKET, Fault.SLOW_CONSUMER, Fault.DMA_HALT):
        board.inject(fault)
        with pytest.raises(DeviceFailed):
            accelerator.predict(images)
    assert np.array_equal(accelerator.predict(images), exact(bundle, images))


def test_many_calls_leave_nothing_behind(bundle: Bundle, board: EmulatedBoard) -> None:
    images = pixels(bundle.graph, 3)
    for _ in range(2):
        with Accelerator(bundle, emulate=board) as accelerator:
            first = accelerator.predict(images)
            for _ in range(10):
                assert np.array_equal(accelerator.predict(images), first)
            assert board.ddr.pieces == 4
        del accelerator
        gc.collect()
        assert board.ddr.pieces == 0
