"""The report's lines on the folding."""

from __future__ import annotations

from fpgaflow.hardware.board import Board
from fpgaflow.hardware.cost import count_cost
from fpgaflow.hardware.cycles_latency import model_latency
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.plan import FoldingPlan, Wish
from fpgaflow.hardware.plan_uniform import UniformPlan
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.schema_folding import FoldedResources, FoldingChoice, UniformFolding


def describe_folding(
    graph: Graph, board: Board, wish: Wish, plan: FoldingPlan, uniform: UniformPlan | None
) -> FoldingChoice:
    """Return how a folding was chosen, and what it is to be compared with.

    Args:
        graph: the fixed-point graph.
        board: with the clock that the design gets.
        wish: what was asked for.
        plan: from `hardware.plan.plan_folding`.
        uniform: from `hardware.plan_uniform.plan_uniform`.
    """
    roofline = roofline_images_per_second(graph, board)
    rate = board.clock_mhz * 1e6 / plan.interval
    latency = model_latency(make_dataflow(graph, plan.folding))
    return FoldingChoice(
        target_fps=wish.target_fps,
        max_utilization=wish.max_utilization,
        proven=plan.proven,
        beyond=plan.beyond,
        roofline_images_per_second=None if roofline is None else round_figure(roofline),
        part_of_roofline=None if roofline is None else round_figure(rate / roofline),
        latency_cycles=latency.alone,
        latency_cycles_in_a_row=latency.in_a_row,
        uniform=None if uniform is None else _uniform(uniform, board),
    )


def roofline_images_per_second(graph: Graph, board: Board) -> float | None:
    """Return the images a second of one multiply-accumulate per DSP slice and clock cycle."""
    macs = count_cost(graph).macs
    slices = board.resources.dsp
    return slices * board.clock_mhz * 1e6 / macs if macs and slices else None


def _uniform(uniform: UniformPlan, board: Board) -> UniformFolding:
    return UniformFolding(
        reuse_factor=uniform.reuse_factor,
        cycles_per_image=uniform.interval,
        images_per_second=round_figure(board.clock_mhz * 1e6 / uniform.interval),
        fits=uniform.fit.fits,
        resources=_resources(uniform.fit),
    )


def _resources(fit: FitReport) -> FoldedResources:
    found = fit.resources
    return FoldedResources(
        lut=found.lut.used, ff=found.ff.used, bram36=found.bram36.used, dsp=found.dsp.used
    )
