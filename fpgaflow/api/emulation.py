"""Runs a build or a bundle on the emulated board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.emulated_board import CoreName, emulated_board
from fpgaflow.api.images import Data, fit_images, pixels_for, read_images
from fpgaflow.api.predictions import Predictions
from fpgaflow.api.progress import Progress
from fpgaflow.api.stored_images import stored_images
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.ir.arithmetic import to_real
from fpgaflow.runtime.accelerator import Accelerator
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.comparison import Comparison
from fpgaflow.runtime.emulation.base import BaseBoard

_SIMULATED_AT_ONCE = 8
"""Images in one run of a simulation, which a broken design or a time-out ends."""

_RTL_IMAGE_S = 3600.0
"""The longest wait for an image of the simulated RTL: millions of clock cycles take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulation:
    """What came out of the emulated board; every score equals the exact interpreter's.

    Attributes:
        board: what it ran on.
        core: what computed and counted.
        asked_mhz: the clock that was asked for.
        achieved_mhz: the clock that the board would give.
        images: what was run, with labels where known.
        predictions: the scores.
        counters: what was counted, beside what was predicted.
    """

    board: str
    core: CoreName
    asked_mhz: float
    achieved_mhz: float
    images: ImageSet
    predictions: Predictions
    counters: Comparison


def emulate(
    path: str | Path,
    images: Data | None = None,
    *,
    limit: int | None = None,
    faults: Sequence[str] = (),
    board: str | None = None,
    core: CoreName = "interpreter",
    work: str | Path | None = None,
    limits: CsimLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Emulation:
    """Load a design on the emulated board and run images through it.

    Args:
        path: a build folder, of which a bundle is made, or a bundle; "csim" needs a build folder,
            "rtl" a design with an engine.
        images: what to run on; by default the images that the bundle holds.
        limit: take so many at most.
        faults: what goes wrong, by the names of `Fault`.
        board: the board's file, for a build whose board is not one that fpgaflow ships.
        core: what computes and counts: the interpreter, the compiled C-simulation, or an engine's
            RTL.
        work: folder where the compiled simulation is kept for the next time.
        limits: of the C-simulation, on time and memory.
        progress: who watches it being compiled.

    Raises:
        InputRefused: the build, the bundle or the images cannot be used.
        ToolMissing: no C++ compiler for a simulation, or no Verilator for the RTL.
        ToolFailed: the compiler or the simulation failed, or went over a limit.
        DeviceFailed: a fault showed.
        VerificationFailed: a score is not the exact interpreter's.
    """
    if images is None and Path(path).is_dir():
        # A build knows their labels.
        images = stored_images(Path(path))
    with emulated_board(
        path, core=core, board=board, work=work, limits=limits, progress=progress
    ) as emulated:
        return _run(emulated, bundle_images(emulated.bundle, images, limit), faults, core)


def _run(emulated: BaseBoard, images: ImageSet, faults: Sequence[str], core: CoreName) -> Emulation:
    bundle = emulated.bundle
    pixels = pixels_for(fit_images(images, bundle.graph), bundle.graph)
    for fault in faults:
        emulated.inject(fault)
    batch_size = None if core == "interpreter" else _SIMULATED_AT_ONCE
    timeout_s = _RTL_IMAGE_S if core == "rtl" else None
    with Accelerator(
        bundle, emulate=emulated, batch_size=batch_size, timeout_s=timeout_s
    ) as accelerator:
        scores = accelerator.predict(pixels, check=True)
        element = bundle.graph.types[bundle.graph.outputs[0]].element
        assert element is not None, "a bundle's graph is fixed-point"
        return Emulation(
            board=accelerator.board,
            core=core,
            asked_mhz=bundle.manifest.clock_mhz,
            achieved_mhz=accelerator.clock_mhz,
            images=images,
            predictions=Predictions(
                logits=to_real(scores.reshape(len(scores), -1), element),
                class_names=bundle.manifest.class_names or None,
            ),
            counters=accelerator.compare(),
        )


def bundle_images(bundle: Bundle, images: Data | None, limit: int | None) -> ImageSet:
    """Return the images that were given, or else those that a bundle holds.

    Raises:
        InputRefused: the images cannot be read.
    """
    if images is not None:
        return read_images(images, limit=limit)
    pixels = bundle.golden_images
    if pixels.ndim == 2:
        pixels = pixels[:, :, None, None]
    return read_images(make_image_set(pixels, None, name=str(bundle.path)), limit=limit)
