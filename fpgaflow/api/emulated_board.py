"""An emulated board for a build or a bundle, with what computes inside its accelerator."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from fpgaflow.api.build import Build, load
from fpgaflow.api.bundle import make_bundle
from fpgaflow.api.engine_device import RtlDevice
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.api.simulation import work_folder
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.backend.csim_compile import compile_csim
from fpgaflow.backend.csim_datapath import CsimDatapath
from fpgaflow.backend.engine_rtl.compile import compile_engine
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.engine_design import address_bits
from fpgaflow.runtime.bundle import SUFFIX, Bundle, read_bundle
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.emulation.choice import make_board
from fpgaflow.runtime.emulation.engine_board import EmulatedEngineBoard, engine_config

CoreName = Literal["interpreter", "csim", "rtl"]
"""What computes: the exact interpreter (of an engine: its functional model), the compiled
C-simulation of the wrapped design, or an engine's RTL in Verilator."""


@contextmanager
def emulated_board(
    path: str | Path,
    *,
    core: CoreName = "interpreter",
    board: str | None = None,
    work: str | Path | None = None,
    limits: CsimLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Generator[BaseBoard]:
    """Put a design on an emulated board, as long as the block lasts.

        with emulated_board("digits", core="csim") as board:
            with Accelerator(board.bundle, emulate=board) as accelerator:
                print(accelerator.self_test())

    Args:
        path: a build folder, of which a bundle is made, or a bundle; "csim" needs a build folder,
            "rtl" a design with an engine.
        core: what computes and counts.
        board: the board's file, for a build whose board is not one that fpgaflow ships.
        work: folder where the compiled simulation is kept for the next time.
        limits: of the C-simulation, on time and memory.
        progress: who watches it being compiled.

    Raises:
        InputRefused: the build, the bundle or the work folder cannot be used.
        ToolMissing: no C++ compiler, or no Verilator.
        ToolFailed: the compiler failed, or went over a limit.
    """
    place = Path(path)
    bundle = as_bundle(place, board)
    if core == "interpreter":
        yield make_board(bundle)
        return
    if (core == "rtl") != (bundle.manifest.engine is not None):
        raise _wrong_core(place, core)
    if core == "rtl":
        with _simulated(bundle, progress) as simulated:
            yield simulated
        return
    build = _build(place)
    with work_folder(None if work is None else Path(work)) as folder:
        with Steps(progress or Unwatched()).step("compile simulation"):
            compile_csim(
                build.project,
                folder,
                file_s=limits.compile_s,
                memory_mb=limits.memory_mb,
                progress=None if progress is None else progress.update,
            )
        datapath = CsimDatapath(build.project, folder, limits)
        try:
            yield EmulatedBoard(bundle, datapath)
        finally:
            datapath.close()


@contextmanager
def _simulated(bundle: Bundle, progress: Progress | None) -> Generator[EmulatedEngineBoard]:
    manifest = bundle.manifest
    with Steps(progress or Unwatched()).step("compile simulation"):
        model = compile_engine(
            engine_config(manifest), address_bits=address_bits(manifest.board.family)
        )
    with RtlEngine(model) as rtl:
        yield EmulatedEngineBoard(bundle, RtlDevice(rtl))


def _wrong_core(path: Path, core: CoreName) -> InputRefused:
    if core == "rtl":
        return InputRefused(
            f"{path} has no engine, whose RTL could be simulated",
            accepted="a build or a bundle of fpgaflow compile --style engine",
            remedy="simulate its C++ (--core csim), or what HLS made of it (fpgaflow cosim)",
        )
    return InputRefused(
        f"{path} is for an engine, which has no C++ to simulate",
        accepted="the core interpreter or rtl",
    )


def as_bundle(path: Path, board: str | None = None) -> Bundle:
    """Return a bundle that was read, or that was made of a build folder.

    Args:
        path: a build folder or a bundle.
        board: the board's file, for a build whose board is not one that fpgaflow ships.

    Raises:
        InputRefused: the build or the bundle cannot be used.
    """
    if not path.is_dir():
        return read_bundle(path)
    with tempfile.TemporaryDirectory(prefix="fpgaflow-bundle-") as folder:
        made = make_bundle(load(path), Path(folder) / f"build{SUFFIX}", board=board)
        return read_bundle(made)


def _build(path: Path) -> Build:
    if not path.is_dir():
        raise InputRefused(
            f"{path} is a bundle, which holds no C++ to simulate",
            accepted="the build folder that it was made of",
        )
    return load(path)
