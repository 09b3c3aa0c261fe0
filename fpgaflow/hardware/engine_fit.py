"""Does an engine fit a board: as synthesized where it was, else by what follows from its sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaflow.engine.config import EngineConfig
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.engine_resources import (
    EngineFigures,
    EngineSynthesis,
    engine_figures,
    modelled_bram36,
)
from fpgaflow.hardware.resource_totals import Confidence, ResourceUse


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFit:
    """The verdict and the numbers behind it.

    Attributes:
        fits: true when no resource that is known needs more than the board has, at the end of the
            band that `confidence` names.
        confidence: of the verdict.
        limiting: the resource nearest to its limit, or farthest beyond it, among those known.
        uses: by resource; None where it is not known.
        available: by resource, what the board has.
        synthesis: where the numbers come from; None where they are modelled.
        figures: what is known of the tool's error.
    """

    fits: bool
    confidence: Confidence
    limiting: str
    uses: Mapping[str, ResourceUse | None]
    available: Mapping[str, int]
    synthesis: EngineSynthesis | None
    figures: EngineFigures


def check_engine_fit(
    config: EngineConfig,
    board: Board,
    *,
    confidence: Confidence = "likely",
    figures: EngineFigures | None = None,
) -> EngineFit:
    """Hold what an engine takes against what a board has; interconnects are left out.

    Look-up tables and flip-flops are those that the synthesis counted; the high end is what Vivado
    would count where the tool errs most.

    Args:
        config: the engine.
        board: the board.
        confidence: which end of the band has to fit.
        figures: by default those that fpgaflow ships.
    """
    known = engine_figures() if figures is None else figures
    found = known.find(config, board.family)
    has = board.resources
    available = {
        "lut": has.lut,
        "ff": has.ff,
        "bram36": has.bram36,
        "dsp": has.dsp,
        "uram": has.uram,
    }
    uses: dict[str, ResourceUse | None] = {
        "lut": None,
        "ff": None,
        "bram36": _same(modelled_bram36(config), has.bram36),
        "dsp": _same(config.dsps, has.dsp),
        "uram": _same(0, has.uram),
    }
    if found is not None:
        uses |= {
            "lut": _counted(found.lut, has.lut, known.lut_under[1]),
            "ff": _counted(found.ff, has.ff, known.ff_under[1]),
            "bram36": _counted(found.bram36, has.bram36, 0),
            "dsp": _counted(found.dsp, has.dsp, 0),
        }
    certain = {name: use for name, use in uses.items() if use is not None}
    return EngineFit(
        fits=not any(use.exceeds(confidence) for use in certain.values()),
        confidence=confidence,
        limiting=max(certain, key=lambda name: certain[name].share(confidence)),
        uses=uses,
        available=available,
        synthesis=found,
        figures=known,
    )


def _same(count: int, available: int) -> ResourceUse:
    return ResourceUse(used=count, low=count, high=count, available=available)


def _counted(count: int, available: int, percent_under: int) -> ResourceUse:
    """Return a number of the synthesis, and what it may be where it counts too few."""
    high = -(-100 * count // (100 - percent_under))
    return ResourceUse(used=count, low=count, high=high, available=available, source="measured")
