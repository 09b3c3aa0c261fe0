"""A network as a program of a board's engine, with its cycles."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.frames import FrameLayout
from fpgaflow.engine.program import Program
from fpgaflow.errors import UnsupportedOperator
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.engine_fit import EngineFit
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.ir.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDesign:
    """A program, and what is known of it.

    Attributes:
        board: with the clock that the engine gets.
        program: with its instructions.
        frames: where images and results lie.
        fit: of the engine.
    """

    board: Board
    program: Program
    frames: FrameLayout
    fit: EngineFit
    cycles_per_image: int

    @property
    def images_per_second(self) -> float:
        """At the board's clock, one image after the other."""
        return self.board.clock_mhz * 1e6 / self.cycles_per_image


def design_engine(
    graph: Graph, board: Board, config: EngineConfig, confidence: Confidence = "likely"
) -> EngineDesign:
    """Compile a network for an engine.

    Raises:
        UnsupportedOperator: it holds a layer that the engine cannot compute.
        DoesNotFit: a feature map or a layer is too large for the engine.
    """
    raise UnsupportedOperator("no compiler for the engine is there")
