"""The RTL inside the emulated board, driven by the runtime as a real board is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.api.emulation import emulate
from fpgaflow.api.engine_bundle import assemble_engine
from fpgaflow.api.engine_device import RtlDevice
from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.errors import DeviceFailed, InputRefused, VerificationFailed
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.boards import load_board
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime import Accelerator, Bundle, read_bundle
from fpgaflow.runtime.emulation.engine_board import EmulatedEngineBoard
from fpgaflow.runtime.emulation.faults import Fault
from tests.backend.networks import dense, residual
from tests.rtl.models import SMALL, compiled
from tests.runtime.bundles import make_test_bundle, pixels
from tests.runtime.engine_bundles import engine_parts


def small_board() -> Board:
    return replace(load_board("pynq-z2"), engine=SMALL)


def bundle_of(folder: Path, graph: Graph) -> Bundle:
    made = compile_for_engine(graph, SMALL)
    given = replace(
        engine_parts(graph), board=small_board(), program=made.program, frames=made.frame
    )
    path = folder / f"{graph.name}.fpgaflow.zip"
    write_bundle(path, *assemble_engine(given), force=True)
    return read_bundle(path)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return bundle_of(tmp_path_factory.mktemp("rtl"), residual())


@pytest.fixture(scope="module")
def rtl() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


@pytest.fixture
def board(bundle: Bundle, rtl: RtlEngine) -> EmulatedEngineBoard:
    return EmulatedEngineBoard(bundle, RtlDevice(rtl))


@pytest.fixture
def accelerator(bundle: Bundle, board: EmulatedEngineBoard) -> Iterator[Accelerator]:
    with Accelerator(bundle, emulate=board, batch_size=3, timeout_s=60) as opened:
        yield opened


def test_every_score_and_every_counter(accelerator: Accelerator, bundle: Bundle) -> None:
    assert accelerator.self_test().images == 8
    images = pixels(bundle.graph, 7)
    accelerator.predict(images, check=True)
    functional = EmulatedEngineBoard(bundle)
    counted = accelerator.counters
    with Accelerator(bundle, emulate=functional, batch_size=3) as other:
        other.predict(images)
        expected = other.counters
    assert {name: value for name, value in counted.items() if not name.startswith("cycles")} == {
        name: value for name, value in expected.items() if not name.startswith("cycles")
    }
    assert counted["cycles_steps"] > 0
    parts = ("steps", "wait_program", "load", "store", "decode", "drain")
    assert counted["cycles"] == sum(counted[f"cycles_{part}"] for part in parts)


def test_networks_take_turns(accelerator: Accelerator, bundle: Bundle, tmp_path: Path) -> None:
    other = bundle_of(tmp_path, dense())
    for one in (other, bundle, other):
        accelerator.use(one)
        accelerator.batch_size = 5
        assert accelerator.self_test().images == 8


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault.BUS_ERROR, "the memory answered with an error when the program was read"),
        (Fault.BIT_FLIP, "scores are wrong"),
        (Fault.MISSING_FLUSH, "scores are wrong"),
        (Fault.OTHER_ENGINE, "the bitstream on the board is an engine"),
    ],
)
def test_each_fault_is_told_and_the_next_call_works(
    fault: Fault, message: str, board: EmulatedEngineBoard, bundle: Bundle
) -> None:
    if fault is Fault.OTHER_ENGINE:
        board.inject(fault)
        with pytest.raises(DeviceFailed, match=message):
            Accelerator(bundle, emulate=board)
    with Accelerator(bundle, emulate=board) as accelerator:
        if fault is not Fault.OTHER_ENGINE:
            board.inject(fault)
            with pytest.raises((DeviceFailed, VerificationFailed), match=message):
                accelerator.predict(bundle.golden_images, check=True)
        found = accelerator.predict(bundle.golden_images, check=True)
        assert np.array_equal(found, bundle.golden_scores)


def test_a_run_is_aborted_in_its_middle(
    accelerator: Accelerator, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The RTL stops, and its next run is right."""
    with monkeypatch.context() as patched:
        patched.setattr("fpgaflow.api.engine_device._CYCLES", 10)
        with pytest.raises(DeviceFailed, match=r"a run of 3 images, 0 done, at .*nothing came"):
            Accelerator.predict(_impatient(accelerator), bundle.golden_images)
    assert np.array_equal(accelerator.predict(bundle.golden_images), bundle.golden_scores)


def _impatient(accelerator: Accelerator) -> Accelerator:
    accelerator._timeout_s = 0.0  # type: ignore[attr-defined]
    return accelerator


def test_the_command_runs_the_rtl(bundle: Bundle) -> None:
    found = emulate(bundle.path, core="rtl", limit=2)
    counted = {row.name: row.counted for row in found.counters.rows}
    assert found.counters.equal
    assert counted["cycles"] > counted["cycles_steps"] > 0


def test_a_design_without_an_engine_has_no_such_rtl(tmp_path: Path) -> None:
    path = make_test_bundle(tmp_path)
    with pytest.raises(InputRefused) as caught:
        emulate(path, core="rtl")
    assert str(caught.value) == (
        f"{path} has no engine, whose RTL could be simulated\n"
        "  accepted: a build or a bundle of fpgaflow compile --style engine\n"
        "  what to do: simulate its C++ (--core csim), or what HLS made of it (fpgaflow cosim)"
    )
