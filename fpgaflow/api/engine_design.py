"""A network as a program of a board's engine, with its cycles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.frames import FrameLayout
from fpgaflow.engine.program import Program
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.engine_cycles import Span, predict_run
from fpgaflow.hardware.engine_fit import EngineFit, check_engine_fit
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.ir.graph import Graph
from fpgaflow.report.engine_report import EngineParts

_FRAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDesign:
    """A program, and what is known of it. All modelled.

    Attributes:
        board: with the clock that the engine gets.
        program: with its instructions.
        frames: where images and results lie.
        fit: of the engine.
        counters: of a run of one image.
        spans: the instructions of an image in the middle of a run, from cycle 0.
    """

    board: Board
    program: Program
    frames: FrameLayout
    fit: EngineFit
    counters: Mapping[str, int]
    spans: tuple[Span, ...]

    def parts(self, graph: Graph) -> EngineParts:
        """Return what the report has to be told of it; `graph` is what it was compiled from."""
        return EngineParts(
            graph=graph,
            program=self.program,
            fit=self.fit,
            spans=self.spans,
            counters=self.counters,
            board=self.board,
        )

    @property
    def cycles_per_image(self) -> int:
        """Clock cycles between two results."""
        return self.spans[-1].end

    @property
    def images_per_second(self) -> float:
        """At the board's clock, one image after the other."""
        return self.board.clock_mhz * 1e6 / self.cycles_per_image


def design_engine(
    graph: Graph, board: Board, config: EngineConfig, confidence: Confidence = "likely"
) -> EngineDesign:
    """Compile a network for an engine, and predict its cycles.

    Args:
        graph: a legal fixed-point graph.
        board: with the clock that the engine gets.
        config: the engine.
        confidence: which end of the resources' bands has to fit.

    Raises:
        InputRefused: the graph is not legal.
        UnsupportedOperator: it holds a layer that the engine cannot compute.
        DoesNotFit: a feature map or a layer is too large for the engine.
    """
    compiled = compile_for_engine(graph, config)
    return EngineDesign(
        board=board,
        program=compiled.program,
        frames=compiled.frame,
        fit=check_engine_fit(config, board, confidence=confidence),
        counters=predict_run(compiled.program).counters,
        spans=middle_image(compiled.program),
    )


def middle_image(program: Program) -> tuple[Span, ...]:
    """Return the instructions of an image that others precede and follow, from cycle 0."""
    run = predict_run(program, frames=_FRAMES)
    spans = [span for span in run.spans if span.frame == 1]
    start = spans[0].start
    return tuple(replace(span, start=span.start - start, end=span.end - start) for span in spans)
