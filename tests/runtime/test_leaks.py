"""Calls in a row: equal, and the memory stays as it is."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.runtime import Accelerator, Bundle
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.emulation.faults import Fault
from tests.runtime.bundles import PYNQ, pixels

# `make test-board` runs all of them through pynq, and takes its time.
MANY = pytest.param(10_000, marks=() if PYNQ else pytest.mark.extended)
TRACED = 60
ROUNDS = 3


def blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


def pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def growth(work: Callable[[], None]) -> tuple[int, int]:
    """How many blocks and pages more there are after it."""
    before = blocks(), pages()
    work()
    return blocks() - before[0], pages() - before[1]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("calls", [500, MANY])
def test_calls_in_a_row_are_equal_and_leak_nothing(
    calls: int, accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle
) -> None:
    images = pixels(bundle.graph, 1)
    first = accelerator.predict(images)

    def call(times: int) -> None:
        for _ in range(times):
            assert np.array_equal(accelerator.predict(images), first)
        assert accelerator.counters["frames_done"] == 1

    # Caches fill at first.
    call(calls // 2)
    memory = board.ddr.live_bytes
    times = (calls // 2 - TRACED) // ROUNDS
    grown = [growth(lambda: call(times)) for _ in range(ROUNDS)]
    # A thing that each call kept would show as so many blocks; pages catch what NumPy keeps. What
    # else goes on in the process shows now and then, a leak in every round.
    assert min(kept for kept, _ in grown) < times // 4
    assert min(kept for _, kept in grown) < 50 // ROUNDS
    assert (board.ddr.pieces, board.ddr.live_bytes) == (4, memory)
    assert traced_bytes(call) < 16 * TRACED


def traced_bytes(call: object) -> int:
    """How much more memory is held after `TRACED` calls, in bytes."""
    tracemalloc.start()
    try:
        call(10)  # type: ignore[operator]
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        call(TRACED)  # type: ignore[operator]
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_calls_that_fail_leak_nothing_either(
    accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle
) -> None:
    memory = board.ddr.live_bytes

    def fail(times: int) -> None:
        for number in range(times):
            board.inject((Fault.DMA_HALT, Fault.SHORT_PACKET)[number % 2])
            with pytest.raises(Exception, match=r"the DMA failed|a short packet"):
                accelerator.predict(bundle.golden_images)

    fail(20)
    assert traced_bytes(fail) < 16 * TRACED
    assert (board.ddr.pieces, board.ddr.live_bytes) == (4, memory)
    assert accelerator.self_test().images == 8


def test_loading_and_closing_give_everything_back(bundle: Bundle, board: EmulatedBoard) -> None:
    images = pixels(bundle.graph, 3)
    folders = []
    for batch_size in (1, 64, 7):
        with Accelerator(bundle, emulate=board, batch_size=batch_size) as accelerator:
            accelerator.predict(images)
            accelerator.batch_size = 2 * batch_size
            accelerator.predict(images)
            gc.collect()
            assert board.ddr.pieces == 4
            folders.append(Path(accelerator._folder.name))
            assert folders[-1].is_dir()
        del accelerator
        gc.collect()
        assert board.ddr.live_bytes == 0
    assert not any(folder.exists() for folder in folders)
