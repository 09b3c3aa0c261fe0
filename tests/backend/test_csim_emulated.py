"""The emulated board computing by the C-simulation, held against the same board's interpreter."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.backend.csim_compile import compile_csim
from fpgaflow.backend.csim_datapath import CsimDatapath
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.errors import DeviceFailed, ToolFailed, VerificationFailed
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime import Accelerator, Bundle, read_bundle
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.emulation.faults import Fault
from tests.backend.networks import dense, residual
from tests.backend.projects import TARGET
from tests.runtime.bundles import make_test_bundle, pixels

pytestmark = pytest.mark.csim
RUN_FAULTS = sorted(EmulatedBoard.shows - {Fault.STALE_HWH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """One design on two boards: the interpreter computes for one, C-simulation for the other."""

    bundle: Bundle
    datapath: CsimDatapath
    interpreted: EmulatedBoard
    simulated: EmulatedBoard

    @property
    def boards(self) -> tuple[EmulatedBoard, EmulatedBoard]:
        return self.interpreted, self.simulated


def compiled(graph: Graph, project: Path, work: Path, folder: Path) -> Iterator[Cores]:
    compile_csim(project, work, file_s=600, memory_mb=8192)
    bundle = read_bundle(make_test_bundle(folder, graph))
    datapath = CsimDatapath(project, work)
    yield Cores(
        bundle=bundle,
        datapath=datapath,
        interpreted=EmulatedBoard(bundle),
        simulated=EmulatedBoard(bundle, datapath),
    )
    datapath.close()


@pytest.fixture(scope="module")
def residual_cores(
    small: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cores]:
    yield from compiled(residual(), *small, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def dense_cores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cores]:
    folder = tmp_path_factory.mktemp("dense")
    emit_project(dense(), choose_folding(dense(), 20), TARGET, folder / "project")
    (folder / "work").mkdir()
    yield from compiled(dense(), folder / "project", folder / "work", folder)


@pytest.fixture(params=["dense_cores", "residual_cores"])
def cores(request: pytest.FixtureRequest) -> Cores:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Cores)
    return found


def test_runs_of_any_length_in_any_order_give_the_same_scores_and_counters(cores: Cores) -> None:
    """One image, one run, several runs that count on, the same again, a run without a rest."""
    found: list[list[object]] = []
    for board in cores.boards:
        with Accelerator(cores.bundle, emulate=board) as accelerator:
            heard: list[object] = []
            for count, batch_size in ((1, 16), (20, 32), (7, 3), (7, 3), (4, 2), (0, 2)):
                accelerator.batch_size = batch_size
                images = pixels(cores.bundle.graph, count, seed=count)
                scores = accelerator.predict(images, check=True)
                assert accelerator.compare().equal or not count
                heard += [scores.tolist(), dict(accelerator.counters)]
            assert accelerator.self_test().images == 8
            found.append(heard)
    interpreted, simulated = found
    assert simulated == interpreted
    # Neither has a clock.
    cycles = {"cycles_busy", "cycles_stalled_input", "cycles_stalled_output"}
    counters = simulated[3]
    assert isinstance(counters, dict)
    assert {name for name, count in counters.items() if not count} == cycles | {
        "off_chip_weight",
        "off_chip_feature_map",
    }
    assert counters["frames_done"] == 20


@pytest.mark.parametrize(
    "fault",
    RUN_FAULTS,
    ids=lambda fault: fault.value,
)
def test_each_fault_shows_in_the_same_way(fault: Fault, dense_cores: Cores) -> None:
    """In the second of three runs; the next call works, and counts from zero."""
    images = pixels(dense_cores.bundle.graph, 5)
    found: list[tuple[object, ...]] = []
    for board in dense_cores.boards:
        with Accelerator(
            dense_cores.bundle, emulate=board, timeout_s=0.2, batch_size=2
        ) as accelerator:
            before = accelerator.predict(images).tolist()
            board.inject(fault)
            with pytest.raises((DeviceFailed, VerificationFailed)) as caught:
                accelerator.predict(images, check=True)
            after = accelerator.predict(images, check=True).tolist()
            assert accelerator.compare().equal
            found.append((before, str(caught.value), after, dict(accelerator.counters)))
    assert found[0] == found[1]
    assert found[0][0] == found[0][2]


def test_a_stale_description_is_refused_and_the_next_load_works(dense_cores: Cores) -> None:
    dense_cores.simulated.inject(Fault.STALE_HWH)
    with pytest.raises(DeviceFailed, match="does not belong to this bundle"):
        Accelerator(dense_cores.bundle, emulate=dense_cores.simulated)
    with Accelerator(dense_cores.bundle, emulate=dense_cores.simulated) as accelerator:
        assert accelerator.self_test().images == 8


def test_a_simulation_that_dies_is_told_and_the_next_call_works(dense_cores: Cores) -> None:
    images = pixels(dense_cores.bundle.graph, 3)
    with Accelerator(dense_cores.bundle, emulate=dense_cores.simulated) as accelerator:
        first = accelerator.predict(images)
        pid = dense_cores.datapath.pid
        assert pid is not None
        os.kill(pid, signal.SIGSEGV)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ToolFailed) as caught:
            accelerator.predict(images)
        assert str(caught.value) == (
            "C-simulation: running the design crashed with SIGSEGV\n"
            "  what to do: this is an error in the generated design: please report the network"
        )
        assert np.array_equal(accelerator.predict(images), first)
        assert accelerator.compare().equal


def test_loading_the_design_again_ends_the_process_and_its_counts(dense_cores: Cores) -> None:
    images = pixels(dense_cores.bundle.graph, 3)
    with Accelerator(dense_cores.bundle, emulate=dense_cores.simulated) as accelerator:
        accelerator.predict(images)
        assert dense_cores.datapath.pid is not None
        dense_cores.simulated.load()
        assert dense_cores.datapath.pid is None
        assert not any(accelerator.counters.values())
