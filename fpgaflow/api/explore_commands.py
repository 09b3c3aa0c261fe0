"""The command that compiles a point."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.explore_grid import Bits, Target
from fpgaflow.api.explore_models import Reading
from fpgaflow.api.images import Data, Wanted
from fpgaflow.hardware.resource_totals import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user gave, as `fpgaflow compile` takes it.

    Attributes:
        calibration: images.
        evaluation: images, or None.
        reading: how models are read.
        confidence: which end of the bands has to fit.
        measured_designs: the file that was named, or None.
    """

    calibration: Data
    evaluation: Data | None
    reading: Reading
    confidence: Confidence
    measured_designs: str | Path | None


def command_for(file: str, bits: Bits, target: Target, given: Given) -> str | None:
    """Return the command that compiles a point; None where something has no name there."""
    sources = (given.calibration, given.evaluation)
    if target.named is None or not all(isinstance(s, (str, Path, type(None))) for s in sources):
        return None
    words = ["fpgaflow", "compile", file, "--board", target.named]
    if not target.default:
        words += ["--clock-mhz", f"{target.board.clock_mhz:g}"]
    if target.style != "spatial":
        words += ["--style", target.style]
    words += ["--weight-bits", str(bits.weight), "--activation-bits", str(bits.activation)]
    words += ["--calibration", str(given.calibration)]
    if given.evaluation is not None:
        words += ["--evaluation", str(given.evaluation)]
    words += _reading(given.reading)
    if given.confidence != "likely":
        words += ["--confidence", given.confidence]
    if given.measured_designs is not None:
        words += ["--measured-designs", str(given.measured_designs)]
    return shlex.join(words)


def _reading(reading: Reading) -> list[str]:
    usual = Wanted()
    words: list[str] = []
    if reading.wanted.calibration != usual.calibration:
        words += ["--calibration-images", str(reading.wanted.calibration)]
    if reading.wanted.evaluation != usual.evaluation:
        words += ["--evaluate", str(reading.wanted.evaluation)]
    if reading.mean is not None:
        words += ["--mean", _listed(reading.mean)]
    if reading.std is not None:
        words += ["--std", _listed(reading.std)]
    if reading.arch is not None:
        words += ["--arch", reading.arch]
    if reading.input_shape is not None:
        words += ["--input-shape", _listed(reading.input_shape)]
    return words


def _listed(numbers: Iterable[float]) -> str:
    return ",".join(repr(number) for number in numbers)
