"""What csynth's estimates are worth: the ratio of Vivado's figures to them, held out in turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import Any

import click

from fpgaflow.hardware.resources import AXI_DMA

FILE = "calibration_points.json"
RESOURCES = {"lut": "LUT", "ff": "FF", "dsp": "DSP", "bram36": "BRAM36"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One resource over all designs whose estimate and figure are known.

    Attributes:
        resource: which.
        designs: how many.
        least: Vivado's figure over the estimate, at the least.
        most: at the most.
        inside: designs inside the band that all others make.
        width: high over low of the band that all of them make.
    """

    resource: str
    designs: int
    least: float
    most: float
    inside: int
    width: float


def read_ratios(reports: Path) -> tuple[Ratio, ...]:
    """Return the ratios of a folder's points; none where the file is not there.

    Raises:
        click.UsageError: the file is no list of points.
    """
    path = reports / FILE
    if not path.is_file():
        return ()
    try:
        points = json.loads(path.read_bytes())
        return tuple(
            _ratio(name, [_of(point, key) for point in points]) for name, key in RESOURCES.items()
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.UsageError(f"{path} is no list of points: {error!r}") from error


def _of(point: Mapping[str, Any], key: str) -> float | None:
    """Return Vivado over HLS; None where one of them is not known."""
    hls = point.get("hls")
    placed = point.get("placed_full_design")
    synthesized = point.get("vivado_ooc_synth") or point.get("vivado_synth")
    if hls is None:
        return None
    if synthesized is not None:
        figure = synthesized[key]
    elif placed is not None:
        around = {"LUT": AXI_DMA.lut, "FF": AXI_DMA.ff, "BRAM36": AXI_DMA.fifo_bram18 / 2, "DSP": 0}
        figure = placed[key] - around[key]
    else:
        return None
    return figure / (hls["BRAM18"] / 2 if key == "BRAM36" else hls[key])


def _ratio(resource: str, found: list[float | None]) -> Ratio:
    ratios = [log(one) for one in found if one is not None]
    inside = 0
    for index, one in enumerate(ratios):
        others = [*ratios[:index], *ratios[index + 1 :]]
        inside += min(others) <= one <= max(others)
    return Ratio(
        resource=resource,
        designs=len(ratios),
        least=exp(min(ratios)),
        most=exp(max(ratios)),
        inside=inside,
        width=exp(max(ratios) - min(ratios)),
    )
