"""How images get onto the board: in what order, in what pieces, from which memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.errors import DeviceFailed, InputRefused
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, Bundle
from fpgaflow.runtime.control import CTRL, START
from fpgaflow.runtime.dma import ADDRESS, ADDRESS_HIGH, CONTROL, LENGTH, RECEIVE, SEND
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.runs import Runner
from tests.runtime.bundles import pixels

Write = tuple[int, int]


@pytest.fixture
def writes(board: EmulatedBoard, monkeypatch: pytest.MonkeyPatch) -> list[Write]:
    """Every word that is written to the board, with its address."""
    found: list[Write] = []
    write = board.write

    def record(address: int, value: int) -> None:
        found.append((address, value))
        write(address, value)

    monkeypatch.setattr(board, "write", record)
    return found


def transfers(writes: list[Write], bundle: Bundle, side: int) -> Iterator[tuple[int, int]]:
    """Address and size of each transfer of one direction."""
    base = bundle.manifest.dma.base + side
    low = high = 0
    for address, value in writes:
        if address == base + ADDRESS:
            low = value
        elif address == base + ADDRESS_HIGH:
            high = value
        elif address == base + LENGTH:
            yield high << 32 | low, value


def with_length_bits(bundle: Bundle, bits: int) -> Bundle:
    """The same design with a DMA whose length register has so many bits."""
    name = bundle.manifest.description
    text = bundle.files[name].replace(
        b'"c_sg_length_width" VALUE="26"', b'"c_sg_length_width" VALUE="%d"' % bits
    )
    assert text != bundle.files[name]
    return replace(
        bundle,
        manifest=replace(bundle.manifest, dma_length_bits=bits),
        files={**bundle.files, name: text},
    )


def test_scores_find_a_taker_before_the_first_pixel_leaves(
    accelerator: Accelerator, bundle: Bundle, writes: list[Write]
) -> None:
    accelerator.batch_size = 4
    writes.clear()
    accelerator.predict(pixels(bundle.graph, 10))
    dma, core = bundle.manifest.dma.base, bundle.manifest.accelerator.base
    starts = {
        dma + RECEIVE + LENGTH: "receive",
        core + CTRL: "start",
        dma + SEND + LENGTH: "send",
    }
    order = [starts[address] for address, _ in writes if address in starts]
    assert order == ["receive", "start", "send"] * 3
    clear = core + bundle.manifest.register("clear").offset
    assert [value for address, value in writes if address == clear] == [1, 0, 0]
    frames = core + bundle.manifest.register("frames").offset
    assert [value for address, value in writes if address == frames] == [4, 4, 2]


def test_one_buffer_is_packed_while_the_other_is_sent(
    accelerator: Accelerator, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    accelerator.batch_size = 2
    order: list[str] = []
    runner = Runner
    for name in ("_pack", "_start", "_unpack", "_finish"):
        method = getattr(runner, name)

        def record(
            self: Runner,
            *args: object,
            _method: object = method,
            _name: str = name,
            **more: object,
        ) -> object:
            order.append(_name.removeprefix("_"))
            return _method(self, *args, **more)  # type: ignore[operator]

        monkeypatch.setattr(runner, name, record)
    accelerator.predict(pixels(bundle.graph, 6))
    assert order == [
        *("pack", "start", "pack", "finish"),
        *("start", "pack", "unpack", "finish"),
        *("start", "unpack", "finish", "unpack"),
    ]


def test_the_two_buffers_take_turns_and_nothing_else_is_touched(
    accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle, writes: list[Write]
) -> None:
    accelerator.batch_size = 2
    writes.clear()
    images = pixels(bundle.graph, 7)
    # What a caller hands over is copied, whatever its memory is.
    view = np.concatenate([images, images])[3:10]
    assert np.array_equal(
        accelerator.predict(view), numpy_engine.run(bundle.graph, view)[bundle.graph.outputs[0]]
    )
    sent = list(transfers(writes, bundle, SEND))
    received = list(transfers(writes, bundle, RECEIVE))
    for found, row in (
        (sent, bundle.manifest.images.bytes_per_image),
        (received, bundle.manifest.scores.bytes_per_image),
    ):
        assert [size for _, size in found] == [2 * row, 2 * row, 2 * row, row]
        first, second = found[0][0], found[1][0]
        assert first != second
        assert [address for address, _ in found] == [first, second, first, second]
    assert len({address for address, _ in sent + received}) == board.ddr.pieces == 4


def test_a_shorter_length_register_means_smaller_pieces(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = with_length_bits(bundle, 9)
    row = bundle.manifest.images.bytes_per_image
    images = pixels(bundle.graph, 100)
    board = EmulatedBoard(small)
    sizes: list[int] = []
    write = board.write

    def record(address: int, value: int) -> None:
        if address == small.manifest.dma.base + SEND + LENGTH:
            sizes.append(value)
        write(address, value)

    monkeypatch.setattr(board, "write", record)
    with Accelerator(small, emulate=board) as accelerator:
        assert accelerator.batch_size == 511 // row
        found = accelerator.predict(images)
        assert accelerator.compare().equal
    assert np.array_equal(found, numpy_engine.run(bundle.graph, images)[bundle.graph.outputs[0]])
    assert max(sizes) <= 511
    assert sum(sizes) == 100 * row


def test_one_image_must_fit_a_transfer(bundle: Bundle) -> None:
    row = bundle.manifest.images.bytes_per_image
    with pytest.raises(InputRefused) as caught:
        Accelerator(with_length_bits(bundle, 4), emulate=True)
    assert str(caught.value) == f"one image takes {row} bytes\n  accepted: 15 at most"


def test_a_length_register_that_the_bundle_does_not_know_is_refused(bundle: Bundle) -> None:
    short = replace(with_length_bits(bundle, 14), manifest=bundle.manifest)
    with pytest.raises(DeviceFailed) as caught:
        Accelerator(short, emulate=True)
    assert str(caught.value).startswith(
        "the hardware description does not belong to this bundle: the lengths of axi_dma_0's "
        "transfers have 14 bits, not 26 ("
    )


@settings(max_examples=20, deadline=None)
@given(
    calls=st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 5), st.integers(0, 3)), min_size=1, max_size=5
    )
)
def test_any_calls_in_any_order(calls: list[tuple[int, int, int]], bundle: Bundle) -> None:
    with Accelerator(bundle, emulate=True) as accelerator:
        counted = 0
        for count, batch_size, seed in calls:
            accelerator.batch_size = batch_size
            images = pixels(bundle.graph, count, seed)
            expected = numpy_engine.run(bundle.graph, images)[bundle.graph.outputs[0]]
            assert np.array_equal(accelerator.predict(images), expected)
            counted = count or counted
            assert accelerator.counters["frames_done"] == counted
            assert accelerator.compare().images == counted
            assert accelerator.compare().equal


def test_parts_of_a_call_are_timed(accelerator: Accelerator) -> None:
    begin = time.perf_counter()
    found = accelerator.throughput_test(images=20)
    total = 1e3 * (time.perf_counter() - begin)
    assert 0 < found["runtime[ms]"] <= total
    for part in (
        "pack_input[ms]",
        "copy_input_data_to_device[ms]",
        "copy_output_data_from_device[ms]",
        "unpack_output[ms]",
    ):
        assert 0 < found[part] < found["runtime[ms]"]
    seconds = found["runtime[ms]"] / 1e3
    assert found["throughput[images/s]"] == pytest.approx(20 / seconds)
    rows = accelerator.manifest.images.bytes_per_image, accelerator.manifest.scores.bytes_per_image
    assert found["DRAM_in_bandwidth[MB/s]"] == pytest.approx(20 * rows[0] / seconds / 1e6)
    assert found["DRAM_out_bandwidth[MB/s]"] == pytest.approx(20 * rows[1] / seconds / 1e6)


def test_the_control_words_used_are_few(
    accelerator: Accelerator, bundle: Bundle, writes: list[Write]
) -> None:
    """Nothing outside the registers that the manifest names is written."""
    accelerator.predict(pixels(bundle.graph, 3))
    dma, core = bundle.manifest.dma.base, bundle.manifest.accelerator.base
    known = {dma + side + one for side in (SEND, RECEIVE) for one in (ADDRESS, ADDRESS_HIGH)}
    known |= {dma + side + one for side in (SEND, RECEIVE) for one in (CONTROL, LENGTH)}
    known |= {core + CTRL} | {
        core + bundle.manifest.register(name).offset for name in ("frames", "clear")
    }
    assert {address for address, _ in writes} <= known
    assert [value for address, value in writes if address == core + CTRL] == [START]
