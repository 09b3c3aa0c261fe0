"""An emulated board for a build or a bundle, with what computes inside its accelerator."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from fpgaflow.api.build import Build, load
from fpgaflow.api.bundle import make_bundle
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.api.simulation import work_folder
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.backend.csim_compile import compile_csim
from fpgaflow.backend.csim_datapath import CsimDatapath
from fpgaflow.errors import InputRefused
from fpgaflow.runtime.bundle import SUFFIX, Bundle, read_bundle
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.board import EmulatedBoard
from fpgaflow.runtime.emulation.choice import make_board

CoreName = Literal["interpreter", "csim"]
"""What computes: the exact interpreter, or the compiled C-simulation of the wrapped design."""


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
        path: a build folder, of which a bundle is made, or a bundle; "csim" needs a build folder.
        core: what computes and counts.
        board: the board's file, for a build whose board is not one that fpgaflow ships.
        work: folder where the compiled simulation is kept for the next time.
        limits: of the C-simulation, on time and memory.
        progress: who watches it being compiled.

    Raises:
        InputRefused: the build, the bundle or the work folder cannot be used.
        ToolMissing: no C++ compiler.
        ToolFailed: the compiler failed, or went over a limit.
    """
    place = Path(path)
    bundle = as_bundle(place, board)
    if core == "interpreter":
        yield make_board(bundle)
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
