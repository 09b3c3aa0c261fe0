"""Programs on the emulated engine: through pynq where it is installed, and without it."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.engine.registers import COUNTERS
from fpgaflow.errors import DeviceFailed, InputRefused, VerificationFailed
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, Bundle, read_bundle
from fpgaflow.runtime.emulation.engine_board import EmulatedEngineBoard, engine_config
from fpgaflow.runtime.emulation.faults import Fault
from fpgaflow.runtime.emulation.memory import Ddr
from fpgaflow.runtime.engine_control import ABORT_S
from tests.backend.networks import residual
from tests.runtime.bundles import BOARDS, make_test_bundle, pixels, small_graph
from tests.runtime.engine_bundles import make_engine_bundle
from tests.runtime.fake_time import FakeTime

TIME_OUT_S = 0.2


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a small network for an engine."""
    return make_engine_bundle(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def bundle(path: Path) -> Bundle:
    """The same, read."""
    return read_bundle(path)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Another network for the same engine."""
    return read_bundle(make_engine_bundle(tmp_path_factory.mktemp("other"), residual()))


@pytest.fixture
def board(bundle: Bundle) -> EmulatedEngineBoard:
    """An emulated board with nothing wrong."""
    return EmulatedEngineBoard(bundle)


@pytest.fixture
def accelerator(bundle: Bundle, board: EmulatedEngineBoard) -> Iterator[Accelerator]:
    """The small network on that board; waits are short."""
    with Accelerator(bundle, emulate=board, timeout_s=TIME_OUT_S, batch_size=16) as opened:
        yield opened


def exact(bundle: Bundle, images: np.ndarray) -> np.ndarray:
    return numpy_engine.run(bundle.graph, images)[bundle.graph.outputs[0]]


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 33])
def test_any_number_of_images(count: int, accelerator: Accelerator, bundle: Bundle) -> None:
    images = pixels(bundle.graph, count, seed=count)
    scores = accelerator.predict(images)
    assert scores.dtype == np.int64
    assert np.array_equal(scores, exact(bundle, images))
    if count:
        comparison = accelerator.compare()
        assert (comparison.images, comparison.equal) == (count, True)
        unpredicted = {row.name for row in comparison.rows if row.predicted is None}
        assert unpredicted <= {*(name for name in COUNTERS if name[:6] in ("cycles", "bursts"))}
        assert accelerator.counters["frames_done"] == count


@pytest.mark.parametrize("batch_size", [1, 7, 100])
def test_any_batch_size(batch_size: int, accelerator: Accelerator, bundle: Bundle) -> None:
    images = pixels(bundle.graph, 23)
    accelerator.batch_size = batch_size
    assert np.array_equal(accelerator.predict(images), exact(bundle, images))
    assert accelerator.compare().equal
    counted = accelerator.counters
    # A resident program is read once in a run.
    assert counted["read_weight_bytes"] > 0
    runs = -(-23 // batch_size)
    assert accelerator.manifest.engine is not None
    assert (
        counted["read_weight_bytes"]
        == runs * accelerator.manifest.engine.per_run["read_weight_bytes"]
    )


def test_images_in_any_order_of_memory(accelerator: Accelerator, bundle: Bundle) -> None:
    images = pixels(bundle.graph, 20)
    for view in (images[::-1], images[::2], np.asfortranarray(images)):
        assert np.array_equal(accelerator.predict(view), exact(bundle, view))


def test_the_self_test_and_the_throughput_test(accelerator: Accelerator) -> None:
    assert accelerator.self_test().images == 8
    found = accelerator.throughput_test()
    assert found["batch_size"] == 16
    assert found["fclk[mhz]"] == accelerator.clock_mhz
    assert accelerator.counters["frames_done"] == 64
    assert "DRAM_in_bandwidth[MB/s]" in found


def test_a_batch_beyond_the_buffers_is_refused(accelerator: Accelerator) -> None:
    with pytest.raises(InputRefused, match=r"a batch_size of 0\n  accepted: 1 to \d+, which the "):
        accelerator.batch_size = 0


STOPPED = "a run of 4 images stopped"
FAULTS = {
    Fault.BUS_ERROR: f"{STOPPED}: the memory answered with an error when the program was read "
    "(status 11, PROGRAM_READ)\n  what to do: load the bundle again",
    Fault.STUCK: "a run of 4 images, 0 done, at row 0 of the program: nothing came within 0.2 s\n"
    "  what to do: the run was aborted: call again",
    Fault.BIT_FLIP: "{board}: 1 of 40 scores are wrong; the first is score [0] of image 0: ",
    Fault.MISSING_FLUSH: "{board}: MANY of 40 scores are wrong; the first is score",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told_and_the_next_call_works(
    fault: Fault,
    accelerator: Accelerator,
    board: EmulatedEngineBoard,
    bundle: Bundle,
    clock: FakeTime,
) -> None:
    images = pixels(bundle.graph, 4)
    expected = exact(bundle, images)
    board.inject(fault)
    with pytest.raises((DeviceFailed, VerificationFailed)) as caught:
        accelerator.predict(images, check=True)
    text = FAULTS[fault].format(board=accelerator.board)
    found = str(caught.value)
    if "MANY" in text:
        found = re.sub(r": \d+ of 40", ": MANY of 40", found)
    assert found.startswith(text)
    assert clock.now < TIME_OUT_S + 0.005
    assert np.array_equal(accelerator.predict(images, check=True), expected)
    assert accelerator.compare().equal


def test_a_bus_error_in_a_later_chunk_names_the_layer(
    accelerator: Accelerator, board: EmulatedEngineBoard, bundle: Bundle
) -> None:
    images = pixels(bundle.graph, 9)
    accelerator.predict(images)
    board.inject(Fault.BUS_ERROR)
    with pytest.raises(DeviceFailed) as caught:
        accelerator.predict(images)
    header = engine_config(bundle.manifest).instruction_rows
    assert str(caught.value).startswith(
        f"a run of 9 images stopped at the layer image (row {header}): the memory answered with an "
        "error when a feature map was read (status 12, DATA_READ)"
    )
    assert np.array_equal(accelerator.predict(images), exact(bundle, images))


def test_a_stale_description_is_refused(bundle: Bundle, board: EmulatedEngineBoard) -> None:
    board.inject(Fault.STALE_HWH)
    with pytest.raises(DeviceFailed) as caught:
        Accelerator(bundle, emulate=board)
    assert str(caught.value).startswith(
        "the hardware description does not belong to this bundle: "
        "program_bytes is at 0x20, not at 0x18 ("
    )
    with Accelerator(bundle, emulate=board) as accelerator:
        assert accelerator.self_test().images == 8


def test_another_engine_is_refused(bundle: Bundle, board: EmulatedEngineBoard) -> None:
    engine = bundle.manifest.engine
    assert engine is not None
    board.inject(Fault.OTHER_ENGINE)
    with pytest.raises(DeviceFailed) as caught:
        Accelerator(bundle, emulate=board)
    sizes = f"{engine.lanes_o} x {engine.lanes_p} lanes, {engine.act_lines} lines"
    assert str(caught.value) == (
        f"the bitstream on the board is an engine of version 1 with 8 x {sizes} and "
        f"{engine.w_rows} rows\n"
        f"  accepted: an engine of version 1 with 12 x {sizes} and {engine.w_rows} rows, which "
        "the program is for\n"
        "  what to do: load the bundle again, so that its own bitstream is loaded, or compile the "
        "network for this board"
    )
    with Accelerator(bundle, emulate=board) as accelerator:
        assert accelerator.self_test().images == 8


def test_faults_of_another_design_are_refused(board: EmulatedEngineBoard) -> None:
    with pytest.raises(InputRefused) as caught:
        board.inject("dma-halt")
    assert str(caught.value) == (
        "the fault dma-halt cannot show in small's design\n"
        "  accepted: stale-hwh, missing-flush, bit-flip, bus-error, stuck, other-engine"
    )


def test_a_program_that_was_changed_in_memory(
    accelerator: Accelerator, board: EmulatedEngineBoard, bundle: Bundle
) -> None:
    """The engine finds it; the runtime knows nothing of it."""
    engine = bundle.manifest.engine
    assert engine is not None
    program = bundle.files[engine.program]
    pieces = board.ddr._pieces  # type: ignore[attr-defined]
    (piece,) = (data for data in pieces.values() if bytes(data) == program)
    piece[-1] ^= 1
    with pytest.raises(DeviceFailed) as caught:
        accelerator.predict(bundle.golden_images)
    assert str(caught.value) == (
        "a run of 8 images stopped: the program's bytes were changed on their way to the engine "
        "(status 5, CHECKSUM)\n"
        "  what to do: load the bundle again; if it comes back, make it again: fpgaflow bundle"
    )
    piece[-1] ^= 1
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


def test_what_the_engine_wrote_is_read_anew(
    accelerator: Accelerator, board: EmulatedEngineBoard, bundle: Bundle
) -> None:
    """Without its invalidation the processor would see what it saw before."""
    images = pixels(bundle.graph, 3)
    assert np.array_equal(accelerator.predict(images), exact(bundle, images))
    assert np.array_equal(accelerator.predict(images[::-1]), exact(bundle, images[::-1]))


def test_the_program_is_checked_once(
    accelerator: Accelerator, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = Ddr.read

    def count(self: Ddr, address: int, size: int) -> bytes:
        reads.append(size)
        return read(self, address, size)

    monkeypatch.setattr(Ddr, "read", count)
    accelerator.batch_size = 2
    assert accelerator.manifest.engine is not None
    program = len(bundle.files[accelerator.manifest.engine.program])
    accelerator.predict(pixels(bundle.graph, 10))
    accelerator.predict(pixels(bundle.graph, 10))
    # Once by the engine; every other time the size is that of a frame's buffer.
    assert reads.count(program) == 1


def test_networks_take_turns_on_one_overlay(
    bundle: Bundle, other: Bundle, board: EmulatedEngineBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = 0
    load = board.load

    def count() -> None:
        nonlocal loads
        loads += 1
        load()

    monkeypatch.setattr(board, "load", count)
    with Accelerator(bundle, emulate=board) as accelerator:
        assert accelerator.self_test().images == 8
        for one in (other, bundle, other):
            accelerator.use(one)
            assert accelerator.bundle is one
            assert accelerator.manifest.name == one.manifest.name
            images = pixels(one.graph, 5)
            assert np.array_equal(accelerator.predict(images, check=True), exact(one, images))
            assert accelerator.self_test().images == 8
        accelerator.use(bundle.path)
        assert accelerator.self_test().images == 8
    assert loads == 1


def test_what_needs_another_overlay_is_refused(
    accelerator: Accelerator, bundle: Bundle, tmp_path: Path
) -> None:
    spatial = make_test_bundle(tmp_path, small_graph(), BOARDS[0])
    engine = bundle.manifest.engine
    assert engine is not None
    larger = replace(engine, w_rows=64)
    wider = replace(bundle, manifest=replace(bundle.manifest, engine=larger))
    elsewhere = replace(
        bundle,
        manifest=replace(
            bundle.manifest,
            board=replace(bundle.manifest.board, name="kv260", title="Kria KV260"),
        ),
    )
    lanes = f"{engine.lanes_k} x {engine.lanes_o} x {engine.lanes_p} lanes, {engine.act_lines}"
    base = f"0x{bundle.manifest.accelerator.base:08x}"
    for given, message in (
        (
            spatial,
            "small is a design of its own, no program for an engine\n"
            "  accepted: a bundle of fpgaflow compile --style engine\n",
        ),
        (
            wider,
            f"small is for an engine with {lanes} lines and 64 rows at {base}\n"
            f"  accepted: an engine with {lanes} lines and {engine.w_rows} rows at {base}, "
            "which is loaded\n",
        ),
        (
            elsewhere,
            "small is for the Kria KV260\n"
            f"  accepted: a bundle for the {bundle.manifest.board.title}, whose overlay is "
            "loaded\n",
        ),
    ):
        with pytest.raises(InputRefused) as caught:
            accelerator.use(given)
        assert str(caught.value) == f"{message}  what to do: load it in an Accelerator of its own"
        assert accelerator.self_test().images == 8


def test_a_network_that_is_the_design_has_no_other(bundle: Bundle, tmp_path: Path) -> None:
    spatial = make_test_bundle(tmp_path, small_graph(), BOARDS[0])
    with (
        Accelerator(spatial, emulate=True) as accelerator,
        pytest.raises(InputRefused, match="small is a design of its own, no program"),
    ):
        accelerator.use(bundle)


def test_another_engine_found_while_switching_leaves_the_first_network(
    accelerator: Accelerator, other: Bundle, board: EmulatedEngineBoard
) -> None:
    board.inject(Fault.OTHER_ENGINE)
    with pytest.raises(DeviceFailed, match="the bitstream on the board is an engine"):
        accelerator.use(other)
    assert accelerator.manifest.name == "small"
    assert accelerator.self_test().images == 8


def test_images_that_come_in_time_extend_the_wait(
    accelerator: Accelerator, bundle: Bundle, clock: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time-out is for one image, not for all of a run."""
    monkeypatch.setattr("fpgaflow.runtime.emulation.engine_functional._AT_ONCE", 1)
    monotonic = clock.monotonic

    def slow() -> float:
        clock.now += 0.15
        return monotonic()

    monkeypatch.setattr(clock, "monotonic", slow)
    images = pixels(bundle.graph, 10)
    assert np.array_equal(accelerator.predict(images), exact(bundle, images))
    assert clock.now > 5 * TIME_OUT_S


def test_an_interrupted_call_leaves_an_engine_that_works(
    accelerator: Accelerator,
    board: EmulatedEngineBoard,
    bundle: Bundle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    board.inject(Fault.STUCK)
    with monkeypatch.context() as patched:
        patched.setattr("fpgaflow.runtime.waiting.time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            accelerator.predict(bundle.golden_images)
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


def test_an_engine_that_ignores_an_abort_is_loaded_again(
    accelerator: Accelerator,
    board: EmulatedEngineBoard,
    bundle: Bundle,
    clock: FakeTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hangs, loads = True, 0
    read, load = board.read, board.load

    def read_running(address: int) -> int:
        word = read(address)
        return 1 if hangs and address == bundle.manifest.accelerator.base else word

    def count_loads() -> None:
        nonlocal hangs, loads
        hangs, loads = False, loads + 1
        load()

    monkeypatch.setattr(board, "read", read_running)
    monkeypatch.setattr(board, "load", count_loads)
    with pytest.raises(DeviceFailed, match=r"a run of 8 images, 8 done, at .*: nothing came"):
        accelerator.predict(bundle.golden_images)
    assert loads == 1
    assert clock.now < 2 * TIME_OUT_S + ABORT_S + 0.02
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


def test_everything_is_given_back(bundle: Bundle, other: Bundle) -> None:
    board = EmulatedEngineBoard(bundle)
    with Accelerator(bundle, emulate=board) as accelerator:
        accelerator.self_test()
        pieces = board.ddr.pieces
        # The program, the spill buffer, and two buffers each for images and scores.
        assert pieces == 6
        accelerator.use(other)
        accelerator.self_test()
        gc.collect()
        assert board.ddr.pieces == pieces
    del accelerator
    gc.collect()
    assert board.ddr.pieces == 0
