"""Runs a build or a bundle on the emulated board."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.build import load
from fpgaflow.api.bundle import make_bundle
from fpgaflow.api.images import Data, fit_images, pixels_for, read_images
from fpgaflow.api.predictions import Predictions
from fpgaflow.api.stored_images import stored_images
from fpgaflow.data.image_set import ImageSet, make_image_set
from fpgaflow.ir.arithmetic import to_real
from fpgaflow.runtime.accelerator import Accelerator
from fpgaflow.runtime.bundle import SUFFIX, Bundle, read_bundle
from fpgaflow.runtime.comparison import Comparison
from fpgaflow.runtime.emulation.board import EmulatedBoard


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulation:
    """What came out of the emulated board; every score equals the exact interpreter's.

    Attributes:
        board: what it ran on.
        asked_mhz: the clock that was asked for.
        achieved_mhz: the clock that the board would give.
        images: what was run, with labels where known.
        predictions: the scores.
        counters: what was counted, beside what was predicted.
    """

    board: str
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
) -> Emulation:
    """Load a design on the emulated board and run images through it.

    Args:
        path: a build folder, of which a bundle is made, or a bundle.
        images: what to run on; by default the images that the bundle holds.
        limit: take so many at most.
        faults: what goes wrong, by the names of `Fault`.
        board: the board's file, for a build whose board is not one that fpgaflow ships.

    Raises:
        InputRefused: the build, the bundle or the images cannot be used.
        DeviceFailed: a fault showed.
        VerificationFailed: a score is not the exact interpreter's.
    """
    bundle = as_bundle(Path(path), board)
    emulated = EmulatedBoard(bundle)
    if images is None and Path(path).is_dir():
        # A build knows their labels.
        images = stored_images(Path(path))
    given = bundle_images(bundle, images, limit)
    pixels = pixels_for(fit_images(given, bundle.graph), bundle.graph)
    for fault in faults:
        emulated.inject(fault)
    with Accelerator(bundle, emulate=emulated) as accelerator:
        scores = accelerator.predict(pixels, check=True)
        element = bundle.graph.types[bundle.graph.outputs[0]].element
        assert element is not None, "a bundle's graph is fixed-point"
        return Emulation(
            board=accelerator.board,
            asked_mhz=bundle.manifest.clock_mhz,
            achieved_mhz=accelerator.clock_mhz,
            images=given,
            predictions=Predictions(
                logits=to_real(scores.reshape(len(scores), -1), element),
                class_names=bundle.manifest.class_names or None,
            ),
            counters=accelerator.compare(),
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
