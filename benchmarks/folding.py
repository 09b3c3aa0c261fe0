"""The planned folding beside one reuse factor for all layers, and beside the roofline.

    python benchmarks/folding.py --checkpoint c.safetensors --page folding.md --json folding.json \
        --figure folding.png

The checkpoint is a compressed ResNet-20; ResNet-8 and ResNet-110 have seeded random weights. All
figures are modelled but the seconds of planning, which are measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

import click
from common import Subject, subject
from marked_page import fill_page

from fpgaflow.hardware.board import Board
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.cost import count_cost
from fpgaflow.hardware.cycles import StageCycles, model_cycles
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.plan import MAX_UTILIZATION, Planner, Wish
from fpgaflow.hardware.plan_needs import RESOURCES
from fpgaflow.hardware.plan_uniform import plan_uniform
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.report.folding_build import roofline_images_per_second

BOARD = "pynq-z2"
Confidence = Literal["low", "likely", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Clock cycles of each layer's stage, in order."""

    names: tuple[str, ...]
    cycles: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One way to fold a network.

    Attributes:
        way: planned, or one reuse factor.
        interval: clock cycles between two images.
        images_per_second: at the board's clock.
        slowest: the stage that sets the pace.
        overhead: the part of its cycles that are no turns of its reuse loop.
        fits: whether all resources fit the board.
        lut: look-up tables, at the confidence's end of the band.
        ff: flip-flops, likewise.
        bram36: block RAMs, likewise.
        dsp: DSP slices, likewise.
        stages: what each layer's stage takes.
    """

    way: str
    interval: int
    images_per_second: float
    slowest: str
    overhead: float
    fits: bool
    lut: int
    ff: int
    bram36: int
    dsp: int
    stages: Stages


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A network at a confidence.

    Attributes:
        network: what it is.
        confidence: the end of the resource bands that decides.
        macs: multiply-accumulates of an image.
        roofline: images a second of one multiply-accumulate per DSP slice and cycle.
        any_factor: clock cycles between two images, were any number of DSP slices possible in
            each layer: all that the design may take together, with all loop overheads.
        beyond: resources that no folding brings within bounds.
        proven: whether no folding within the bounds is faster.
        planned: the planner's design.
        uniform: the best single reuse factor within the same bounds; None where none is.
        faster: images a second of the first over those of the second.
    """

    network: str
    board: str
    confidence: Confidence
    macs: int
    roofline: float
    any_factor: float
    beyond: tuple[str, ...]
    proven: bool
    planned: Design
    uniform: Design | None

    @property
    def faster(self) -> float | None:
        """Return how many times as fast the planned design is."""
        return None if self.uniform is None else self.uniform.interval / self.planned.interval


@click.command()
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A compressed ResNet-20; seeded random weights of an unpruned one by default.",
)
@click.option("--board", "board_name", default=BOARD, show_default=True)
@click.option("--max-utilization", default=MAX_UTILIZATION, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="All figures.")
@click.option("--page", type=click.Path(path_type=Path), help="The tables, into this Markdown.")
@click.option("--figure", type=click.Path(path_type=Path), help="The picture, PNG.")
def main(
    *,
    checkpoint: Path | None,
    board_name: str,
    max_utilization: float,
    json_file: Path | None,
    page: Path | None,
    figure: Path | None,
) -> None:
    """Fold ResNet-20 and ResNet-8, and time the planning of ResNet-110."""
    board = load_board(board_name)
    networks = [subject("resnet20", checkpoint), subject("resnet8", None)]
    rows = [
        row(network, board, confidence, max_utilization)
        for network in networks
        for confidence in get_args(Confidence)[:2]
    ]
    wall, processor = plan_seconds(subject("resnet110", None).graph, board)
    text = (
        f"{table(rows, board)}\n\nPlanning ResNet-110 for the {board.title}, all of it: "
        f"{wall:.1f} s, {processor:.1f} s of them processor time (measured)."
    )
    click.echo(text)
    if page is not None:
        fill_page(page, text)
    if figure is not None:
        from folding_figure import draw

        draw(rows, figure)
    if json_file is not None:
        figures = {
            "rows": [{**asdict(one), "faster": one.faster} for one in rows],
            "resnet110_plan_seconds": round(wall, 2),
            "resnet110_plan_processor_seconds": round(processor, 2),
            "max_utilization": max_utilization,
        }
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def row(network: Subject, board: Board, confidence: Confidence, max_utilization: float) -> Row:
    """Return the planned design of a network and the best single reuse factor's."""
    planner = Planner(network.graph, board, confidence=confidence)
    plan = planner.plan(Wish(max_utilization=max_utilization))
    one = plan_uniform(planner, plan, max_utilization)
    roofline = roofline_images_per_second(network.graph, board)
    assert roofline is not None, "the network multiplies, and the board has DSP slices"
    return Row(
        network=network.name,
        board=board.name,
        confidence=confidence,
        macs=count_cost(network.graph).macs,
        roofline=roofline,
        any_factor=any_factor(planner, max_utilization),
        beyond=plan.beyond,
        proven=plan.proven,
        planned=design("planned", network.graph, board, plan.folding, plan.fit),
        uniform=None
        if one is None
        else design(
            f"one reuse factor, {one.reuse_factor}", network.graph, board, one.folding, one.fit
        ),
    )


def any_factor(planner: Planner, max_utilization: float) -> float:
    """Return the interval of layers that could be folded by any real number; see `Row`."""
    dsp = RESOURCES.index("dsp")
    slices = planner.budget(max_utilization)[dsp] - planner.needs.rest[dsp]
    work: list[tuple[float, float]] = []
    for name, choices in planner.options.items():
        # The cycles of a layer are a constant and its turns: multiplications over multipliers.
        last = choices[-1]
        turns = last.reuse_factor * _windows(planner.graph, name)
        work.append((float(turns * last.multipliers), float(last.interval - turns)))
    low, high = max(constant for _, constant in work) + 1, 1e12
    while high - low > 0.5:
        middle = (low + high) / 2
        needed = sum(macs / (middle - constant) for macs, constant in work)
        low, high = (low, middle) if needed <= slices else (middle, high)
    return high


def _windows(graph: Graph, name: str) -> int:
    shape = graph.types[name].shape
    return shape[0] * shape[1] if isinstance(graph.node(name), n.Conv) else 1


def design(way: str, graph: Graph, board: Board, folding: Folding, fit: FitReport) -> Design:
    """Return what a folding comes to."""
    cycles = model_cycles(graph, folding)
    slowest = cycles.slowest
    uses = {name: use.at(fit.confidence) for name, use in fit.resources.items()}
    layers = [stage for stage in cycles.stages if stage.name in folding.layers]
    return Design(
        way=way,
        interval=slowest.cycles,
        images_per_second=board.clock_mhz * 1e6 / slowest.cycles,
        slowest=slowest.name,
        overhead=_overhead(graph, folding, slowest),
        fits=fit.fits,
        lut=uses["lut"],
        ff=uses["ff"],
        bram36=uses["bram36"],
        dsp=uses["dsp"],
        stages=Stages(
            names=tuple(stage.name for stage in layers),
            cycles=tuple(stage.cycles for stage in layers),
        ),
    )


def _overhead(graph: Graph, folding: Folding, slowest: StageCycles) -> float:
    """Return the part of the slowest stage's cycles in which no multiplier has work."""
    if slowest.name not in folding.layers:
        return 1.0
    turns = folding.layers[slowest.name].reuse_factor * _windows(graph, slowest.name)
    return 1 - turns / slowest.cycles


def plan_seconds(graph: Graph, board: Board) -> tuple[float, float]:
    """Return the seconds of planning a network from its graph, and of the processor's time."""
    wall, processor = time.perf_counter(), time.process_time()
    Planner(graph, board).plan(Wish())
    return time.perf_counter() - wall, time.process_time() - processor


def table(rows: Sequence[Row], board: Board) -> str:
    """Return the tables, Markdown."""
    has = board.resources
    lines = [
        "| network | band's end | way | cycles | images/s | times | of the roofline | LUT | FF | "
        "BRAM36 | DSP | fits |",
        "|---" * 12 + "|",
    ]
    for one in rows:
        for found in (one.planned, one.uniform):
            if found is None:
                lines.append(
                    f"| {one.network} | {one.confidence} | one reuse factor | none |" + " |" * 8
                )
                continue
            times = f"{one.faster:.1f}" if found is one.planned and one.faster else ""
            part = found.images_per_second / one.roofline
            lines.append(
                f"| {one.network} | {one.confidence} | {found.way} | {found.interval:,} | "
                f"{found.images_per_second:,.0f} | {times} | {part:.0%} of {one.roofline:,.0f} | "
                f"{found.lut:,} | {found.ff:,} | {found.bram36} | {found.dsp} | "
                f"{'yes' if found.fits else 'no'} |"
            )
    lines += [
        "",
        f"The board has {has.lut:,} LUT, {has.ff:,} FF, {has.bram36} BRAM36, {has.dsp} DSP.",
        "",
        "| network | band's end | roofline, cycles | any factor, cycles | planned, cycles | "
        "slowest stage | of it overhead | beyond bounds | proven |",
        "|---" * 9 + "|",
    ]
    lines += [
        f"| {one.network} | {one.confidence} | {board.clock_mhz * 1e6 / one.roofline:,.0f} | "
        f"{one.any_factor:,.0f} | {one.planned.interval:,} | {one.planned.slowest} | "
        f"{one.planned.overhead:.0%} | "
        f"{', '.join(one.beyond).upper() or 'nothing'} | {'yes' if one.proven else 'no'} |"
        for one in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
