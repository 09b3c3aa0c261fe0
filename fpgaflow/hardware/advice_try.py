"""Would another design fit: planned anew, by the same wish and the same verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fpgaflow.errors import FpgaflowError
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.calibration import Calibration, adjustments_of
from fpgaflow.hardware.fit import NAMES
from fpgaflow.hardware.plan import FoldingPlan, Planner, Wish
from fpgaflow.hardware.plan_choice import Amounts
from fpgaflow.hardware.plan_needs import RESOURCES, available, total
from fpgaflow.hardware.resource_bands import make_band
from fpgaflow.hardware.resource_totals import Confidence, Resources
from fpgaflow.hardware.resources import AXI_DMA
from fpgaflow.ir.graph import Graph

_UNITS = {"lut": 1, "ff": 1, "bram36": 2, "dsp": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A design that fits. All modelled.

    Attributes:
        board: that it is for.
        resources: what it takes.
        images_per_second: at the board's clock.
        weight_bits: of all its layers.
    """

    board: Board
    resources: Resources
    images_per_second: float
    weight_bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Plans designs and says whether they fit.

    Attributes:
        confidence: which end of the bands has to fit.
        calibration: measured designs that move the bands.
    """

    confidence: Confidence
    calibration: Calibration | None

    def design(self, graph: Graph, board: Board, wish: Wish) -> Design | None:
        """Return the design that compiling would make; None where it does not fit.

        Args:
            graph: a fixed-point graph.
            board: with the clock that the design gets.
            wish: what the design should be.
        """
        planner = Planner(graph, board, confidence=self.confidence, calibration=self.calibration)
        if beyond_help(planner):
            return None
        try:
            plan = planner.plan(replace(wish, allow_oversize=False))
        except FpgaflowError:
            # No design is as fast as the wish has it, on this board.
            return None
        return describe(planner, plan) if plan.fit.fits else None


def describe(planner: Planner, plan: FoldingPlan) -> Design:
    """Return the figures of a planned design."""
    return Design(
        board=planner.board,
        resources=plan.fit.resources,
        images_per_second=planner.board.clock_mhz * 1e6 / plan.interval,
        weight_bits=sum(layer.weight_bits for layer in plan.fit.layers),
    )


def beyond_help(planner: Planner) -> bool:
    """Whether no folding can fit: some resource's least, FIFOs left out, is too much.

    Quick and safe: of what has a low end of its own, block RAM and DSP slices, that end is taken to
    be nothing.
    """
    dma = np.array([AXI_DMA.lut, AXI_DMA.ff, AXI_DMA.fifo_bram18, AXI_DMA.dsp])
    own = _least(planner) - dma
    adjust = adjustments_of(planner.calibration)
    for name, needs, extra, limit in zip(
        RESOURCES, own, dma, available(planner.board), strict=True
    ):
        likely = float(needs) / _UNITS[name]
        low = likely if name in ("lut", "ff") else 0.0
        band = make_band(name, low, likely, likely, adjust.get(name))
        end = {"low": band.low, "likely": band.likely, "high": band.high}[planner.confidence]
        # Rounding may go up by one.
        if end - 1 > (int(limit) - int(extra)) / _UNITS[name]:
            return True
    return False


def least_lacking(graph: Graph, board: Board) -> str:
    """Return what of a board the most folded design likely has too little of, FIFOs left out.

    A layer that alone needs more than the board has is named.
    """
    planner = Planner(graph, board)
    has = available(board)
    for number, name in enumerate(RESOURCES):
        unit = _UNITS[name]
        for layer, options in planner.needs.layers.items():
            least = int(options[:, number].min())
            if least > has[number]:
                return (
                    f"{layer} alone likely needs {-(-least // unit)} {NAMES[name]} of "
                    f"{has[number] // unit}"
                )
    least = _least(planner)
    over = least / np.maximum(has, 1)
    number = int(over.argmax())
    name = RESOURCES[number]
    needs = -(-int(least[number]) // _UNITS[name])
    return (
        f"its layers likely need {needs} {NAMES[name]} of {has[number] // _UNITS[name]} at the "
        f"least"
    )


def _least(planner: Planner) -> Amounts:
    """Return the least that the layers need, resource by resource, FIFOs left out."""
    least = total([options.min(axis=0) for options in planner.needs.layers.values()])
    return least + planner.needs.rest
