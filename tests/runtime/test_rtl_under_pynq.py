"""The engine's RTL under pynq's own classes: Overlay, register_map and allocate drive Verilator.

`make test-board` compiles the simulator and a network for digits where Verilator and torch are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.rtl_boards import start_engine, use_rtl
from fpgaflow.errors import DeviceFailed, InputRefused, ToolMissing
from fpgaflow.runtime import Accelerator, Bundle, read_bundle
from fpgaflow.runtime.emulation.choice import make_board, use_engines
from fpgaflow.runtime.emulation.engine_board import EmulatedEngineBoard
from fpgaflow.runtime.emulation.faults import Fault
from tests.backend.networks import residual
from tests.rtl_on_boards import GOLDEN, bundle_path, simulator_path
from tests.runtime.bundles import PYNQ, make_test_bundle
from tests.runtime.engine_bundles import make_engine_bundle
from tests.runtime.test_engine_pynq import AS_ON_A_BOARD, BY_HAND, run

ENGINES = os.environ.get("FPGAFLOW_ENGINES", "")
"""Where `make test-board` put bundles and simulators."""

# pynq 4 serves no Zynq-7000.
BOARD, TITLE = ("aup-zu3", "AUP-ZU3") if str(PYNQ).startswith("4.") else ("pynq-z2", "PYNQ-Z2")

needs_both = pytest.mark.skipif(
    PYNQ is None or not ENGINES,
    reason="pynq is not installed"
    if PYNQ is None
    else "FPGAFLOW_ENGINES is not set; "
    "`make test-board` sets it to a folder with the engine's RTL, compiled",
)
WITH_RTL = """
import sys
from fpgaflow.api.rtl_boards import use_rtl
use_rtl(sys.argv.pop())
"""
# The functional model has no clock.
SAY_CYCLES = "\nprint(int(registers.cycles_1) > int(registers.cycles_steps_1) > 0)\n"
DOES_CYCLES = """
    counted = accelerator.counters
    print(counted["cycles"] > counted["cycles_steps"] > 0)
"""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return read_bundle(bundle_path(ENGINES, BOARD))


@pytest.fixture(scope="module")
def board(bundle: Bundle) -> EmulatedEngineBoard:
    """One RTL for all tests: each finds it as another one left it."""
    return EmulatedEngineBoard(bundle, start_engine(bundle, simulator_path(ENGINES, BOARD)))


@pytest.fixture
def accelerator(bundle: Bundle, board: EmulatedEngineBoard) -> Iterator[Accelerator]:
    with Accelerator(bundle, emulate=board, timeout_s=100) as opened:
        assert opened.board == f"emulated {TITLE} with pynq {PYNQ}"
        yield opened


@needs_both
def test_scores_and_counters_are_the_golden_ones(accelerator: Accelerator, bundle: Bundle) -> None:
    accelerator.predict(bundle.golden_images[:1], check=True)
    # Those of one image and a check of the program, with the cycles that were planned.
    planned = json.loads(bundle.files["report.json"])["engine"]["counters"]
    counted = {name.replace("frames_done", "frames"): n for name, n in accelerator.counters.items()}
    assert counted == {one["name"]: one["count"] for one in planned}
    assert accelerator.self_test().images == GOLDEN


@needs_both
def test_networks_take_turns_without_loading_again(
    accelerator: Accelerator, bundle: Bundle, board: EmulatedEngineBoard, tmp_path: Path
) -> None:
    other = read_bundle(make_engine_bundle(tmp_path, residual(), BOARD))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(board, "load", lambda: pytest.fail("the overlay was loaded again"))
        for one in (other, bundle, other):
            accelerator.use(one)
            found = accelerator.predict(one.golden_images, check=True)
            assert np.array_equal(found, one.golden_scores)
            assert accelerator.compare().equal
            assert accelerator.counters["cycles"] > 0


@needs_both
def test_a_bus_error_is_told_and_the_next_run_is_right(
    accelerator: Accelerator, bundle: Bundle, board: EmulatedEngineBoard
) -> None:
    board.inject(Fault.BUS_ERROR)
    message = "the memory answered with an error when the program was read"
    with pytest.raises(DeviceFailed, match=message):
        accelerator.predict(bundle.golden_images)
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


@needs_both
def test_an_abort_in_the_middle_is_told_and_the_next_run_is_right(
    bundle: Bundle, board: EmulatedEngineBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Accelerator(bundle, emulate=board, timeout_s=0.0) as impatient, monkeypatch.context() as m:
        m.setattr("fpgaflow.api.engine_device._CYCLES", 10)
        with pytest.raises(DeviceFailed, match=r"4 images, 0 done, at .*nothing came within 0 s"):
            impatient.predict(bundle.golden_images)
    with Accelerator(bundle, emulate=board, timeout_s=100) as patient:
        assert np.array_equal(patient.predict(bundle.golden_images), bundle.golden_scores)


@needs_both
def test_the_register_map_drives_the_rtl(bundle: Bundle, tmp_path: Path) -> None:
    bundle.unpack(tmp_path)
    bitstream = tmp_path / "fpgaflow_engine.bit"
    bitstream.touch()
    simulator = simulator_path(ENGINES, BOARD).resolve()
    found = run(WITH_RTL + BY_HAND + SAY_CYCLES, bundle.path.resolve(), bitstream, simulator)
    assert found.startswith(f"emulated {TITLE} 0x8040c ")
    assert found.endswith("\nTrue\n")


@needs_both
def test_the_rtl_is_the_board_that_pynq_finds(tmp_path: Path) -> None:
    first = make_engine_bundle(tmp_path, board=BOARD, bitstream=True)
    second = make_engine_bundle(tmp_path, residual(), BOARD)
    simulator = simulator_path(ENGINES, BOARD).resolve()
    assert run(WITH_RTL + AS_ON_A_BOARD + DOES_CYCLES, first, second, simulator) == (
        f"small 8 emulated {TITLE} with pynq {PYNQ}\nresidual 8 1\nTrue\n"
    )


def test_a_simulator_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing) as caught:
        use_rtl(tmp_path / "engine")
    assert str(caught.value) == (
        f"{tmp_path / 'engine'} is not there\n"
        "  accepted: a simulator of the engine's RTL\n"
        "  what to do: compile it where Verilator is: "
        "fpgaflow.backend.engine_rtl.compile.compile_engine"
    )


def test_a_pipeline_has_no_engine_to_simulate(tmp_path: Path) -> None:
    path = make_test_bundle(tmp_path)
    with pytest.raises(InputRefused, match=f"^{path} has no engine\n"):
        start_engine(read_bundle(path), tmp_path / "engine")


def test_an_engine_is_handed_in_and_taken_back(tmp_path: Path) -> None:
    bundle = read_bundle(make_engine_bundle(tmp_path))
    made: list[Bundle] = []

    def refuse(given: Bundle) -> EmulatedEngineBoard:
        made.append(given)
        raise InputRefused("no engine today")

    use_engines(refuse)  # type: ignore[arg-type]
    try:
        with pytest.raises(InputRefused, match="no engine today"):
            make_board(bundle)
    finally:
        use_engines(None)
    assert made == [bundle]
    make_board(bundle)
