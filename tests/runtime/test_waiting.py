"""Every wait ends, by a clock of the test's own; the machine's speed plays no part."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.errors import DeviceFailed, VerificationFailed
from fpgaflow.runtime import Accelerator, Bundle
from fpgaflow.runtime.control import CTRL
from fpgaflow.runtime.dma import CONTROL, RECEIVE, RESET, RESET_S, STATUS, reset_dma
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.emulation.faults import Fault
from fpgaflow.runtime.waiting import Deadline
from tests.runtime.fake_time import FakeTime

TIME_OUT_S = 0.2
# A wait ends at the first look at the clock after its time; then comes one reset, which is quick.
SLACK_S = 0.005


def test_a_wait_ends_with_what_was_waited_for(clock: FakeTime) -> None:
    with pytest.raises(DeviceFailed) as caught:
        Deadline(3.0).wait(lambda: False, lambda: "the door", "knock")
    assert str(caught.value) == "the door: nothing came within 3 s\n  what to do: knock"
    assert 3.0 < clock.now < 3.0 + SLACK_S


def test_a_wait_spins_at_first_and_naps_later(clock: FakeTime) -> None:
    deadline = Deadline(3.0)
    deadline.wait(lambda: clock.now > 0.0009, lambda: "")
    assert clock.naps == 0
    deadline.wait(lambda: clock.now > 0.1, lambda: "")
    assert clock.naps > 100


def test_one_deadline_holds_for_all_its_waits(clock: FakeTime) -> None:
    deadline = Deadline(1.0)
    deadline.wait(lambda: clock.now > 0.9, lambda: "")
    with pytest.raises(DeviceFailed):
        deadline.wait(lambda: False, lambda: "")
    assert clock.now < 1.0 + SLACK_S


@pytest.mark.parametrize("fault", sorted(EmulatedBoard.shows - {Fault.STALE_HWH}))
def test_each_fault_shows_within_the_time_out_and_the_next_call_works(
    fault: Fault, accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle, clock: FakeTime
) -> None:
    board.inject(fault)
    with pytest.raises((DeviceFailed, VerificationFailed)):
        accelerator.predict(bundle.golden_images, check=True)
    assert clock.now < TIME_OUT_S + SLACK_S
    assert (fault is Fault.SLOW_CONSUMER) == (clock.now > TIME_OUT_S)
    found = accelerator.predict(bundle.golden_images, check=True)
    assert np.array_equal(found, bundle.golden_scores)


def test_a_stale_description_shows_without_a_wait(
    bundle: Bundle, board: EmulatedBoard, clock: FakeTime
) -> None:
    board.inject(Fault.STALE_HWH)
    with pytest.raises(DeviceFailed):
        Accelerator(bundle, emulate=board)
    assert clock.now == 0.0
    with Accelerator(bundle, emulate=board) as accelerator:
        assert accelerator.self_test().images == 8


def test_the_time_out_that_nobody_gave_follows_the_model(
    bundle: Bundle, board: EmulatedBoard, clock: FakeTime
) -> None:
    with Accelerator(bundle, emulate=board) as accelerator:
        board.inject(Fault.SLOW_CONSUMER)
        before = clock.now
        with pytest.raises(DeviceFailed, match=r"nothing came within 5\.\d+ s"):
            accelerator.predict(bundle.golden_images)
        # Eight images of a thousand cycles each at 100 MHz, ten times, and five seconds.
        assert 5.0008 < clock.now - before < 5.0009 + SLACK_S


def test_a_run_that_never_ends_is_told_and_the_design_loaded_again(
    accelerator: Accelerator,
    board: EmulatedBoard,
    bundle: Bundle,
    clock: FakeTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hangs, loads = True, 0
    read, load = board.read, board.load

    def read_running(address: int) -> int:
        word = read(address)
        running = hangs and address == bundle.manifest.accelerator.base + CTRL
        return 1 if running else word

    def count_loads() -> None:
        nonlocal hangs, loads
        hangs, loads = False, loads + 1
        load()

    monkeypatch.setattr(board, "read", read_running)
    monkeypatch.setattr(board, "load", count_loads)
    with pytest.raises(DeviceFailed) as caught:
        accelerator.predict(bundle.golden_images)
    assert str(caught.value).startswith(
        "a run of 8 images: all scores came, but it did not end: nothing came within 0.2 s"
    )
    assert TIME_OUT_S < clock.now < TIME_OUT_S + SLACK_S
    assert loads == 1
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


def test_an_interrupted_call_leaves_a_board_that_works(
    accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    board.inject(Fault.SLOW_CONSUMER)
    with monkeypatch.context() as patched:
        patched.setattr("fpgaflow.runtime.waiting.time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            accelerator.predict(bundle.golden_images)
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


class Stuck:
    """The registers of a DMA of which one bit stays as it is."""

    def __init__(self, offset: int, bit: int) -> None:
        self.stuck = {offset: bit}

    def read(self, offset: int) -> int:
        return self.stuck.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        pass


@pytest.mark.parametrize(
    ("offset", "bit", "what"),
    [
        (CONTROL, RESET, "resetting"),
        (RECEIVE + CONTROL, RESET, "resetting"),
        (RECEIVE + STATUS, 1, "starting"),
    ],
)
def test_a_dma_that_does_not_answer(offset: int, bit: int, what: str, clock: FakeTime) -> None:
    with pytest.raises(DeviceFailed) as caught:
        reset_dma(Stuck(offset, bit))
    assert str(caught.value) == (
        f"{what} the DMA: nothing came within 1 s\n"
        "  what to do: load the bundle again; if that does not help, switch the board off and on"
    )
    assert clock.now < RESET_S + SLACK_S
