"""The one place where exploring asks the hardware models for a design."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fpgaflow.api.engine_design import design_engine
from fpgaflow.hardware.advice_shortage import find_shortages
from fpgaflow.hardware.bits import count_bits
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.cost import count_cost
from fpgaflow.hardware.cycles import model_cycles
from fpgaflow.hardware.cycles_latency import model_latency
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.engine_memory import engine_memory
from fpgaflow.hardware.memory import spatial_memory
from fpgaflow.hardware.plan import Planner, Wish
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import describe_fit, describe_performance, round_figure
from fpgaflow.report.engine_report import (
    describe_engine_fit,
    describe_engine_performance,
)
from fpgaflow.report.explore_schema import ExploredDesign
from fpgaflow.report.schema_parts import ResourceCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """How designs are judged, as for `fpgaflow compile`.

    Attributes:
        confidence: the end of the resources' bands that has to fit.
        calibration: the user's measured designs that move the bands; None for none.
    """

    confidence: Confidence = "likely"
    calibration: Calibration | None = None


def plan_design(graph: Graph, board: Board, clock_mhz: float, planning: Planning) -> ExploredDesign:
    """Plan a network for a board as `fpgaflow compile` does, whether it fits or not.

    Args:
        graph: a legal fixed-point graph.
        board: the board.
        clock_mhz: the design's clock, instead of the board's usual one.
        planning: how it is judged.
    """
    board = replace(board, clock_mhz=clock_mhz)
    planner = Planner(
        graph, board, confidence=planning.confidence, calibration=planning.calibration
    )
    plan = planner.plan(Wish())
    folding, fit = plan.folding, describe_fit(plan.fit)
    cycles = model_cycles(graph, folding)
    performance = describe_performance(count_cost(graph), cycles, plan.fit, clock_mhz)
    memory = spatial_memory(graph)
    on_chip, off_chip = memory.on_chip.total, memory.off_chip.total
    latency = model_latency(make_dataflow(graph, folding)).alone
    limiting: ResourceCount = getattr(fit.resources, fit.limiting)
    return ExploredDesign(
        fits=fit.fits,
        limiting=fit.limiting,
        limiting_percent=limiting.percent,
        limiting_low_percent=_percent(limiting.low, limiting.available),
        limiting_high_percent=_percent(limiting.high, limiting.available),
        resources=fit.resources,
        images_per_second=performance.images_per_second,
        cycles_per_image=performance.cycles_per_image,
        slowest_layer=performance.slowest_layer,
        latency_cycles=latency,
        latency_us=round_figure(latency / clock_mhz),
        weight_bits_total=count_bits(graph).weight,
        on_chip_accesses=on_chip.accesses,
        on_chip_bytes=on_chip.bytes,
        off_chip_accesses=off_chip.accesses,
        off_chip_bytes=off_chip.bytes,
        advice=tuple(short.text for short in find_shortages(plan.fit)),
    )


def plan_engine(graph: Graph, board: Board, planning: Planning) -> ExploredDesign:
    """Compile a network for a board's engine, and predict its cycles.

    Args:
        graph: a legal fixed-point graph.
        board: with an engine, and the clock that it gets.
        planning: how it is judged.

    Raises:
        UnsupportedOperator: the engine cannot compute a layer.
        DoesNotFit: a feature map or a layer is too large for the engine.
    """
    assert board.engine is not None, "the grid leaves out boards without an engine"
    engine = design_engine(graph, board, board.engine, planning.confidence)
    parts = engine.parts(graph)
    fit = describe_engine_fit(engine.fit, engine.program)
    performance = describe_engine_performance(parts)
    memory = engine_memory(graph, engine.program)
    on_chip, off_chip = memory.on_chip.total, memory.off_chip.total
    limiting: ResourceCount = getattr(fit.resources, fit.limiting)
    latency = engine.counters["cycles"]
    return ExploredDesign(
        fits=fit.fits,
        limiting=fit.limiting,
        limiting_percent=limiting.percent,
        limiting_low_percent=_percent(limiting.low, limiting.available),
        limiting_high_percent=_percent(limiting.high, limiting.available),
        resources=fit.resources,
        images_per_second=performance.images_per_second,
        cycles_per_image=performance.cycles_per_image,
        slowest_layer=performance.slowest_layer,
        latency_cycles=latency,
        latency_us=round_figure(latency / board.clock_mhz),
        weight_bits_total=count_bits(graph).weight,
        on_chip_accesses=on_chip.accesses,
        on_chip_bytes=on_chip.bytes,
        off_chip_accesses=off_chip.accesses,
        off_chip_bytes=off_chip.bytes,
        advice=(),
    )


def _percent(used: int | None, available: int) -> float | None:
    return round_figure(100 * used / available) if available and used is not None else None
