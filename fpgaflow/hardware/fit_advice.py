"""What would help a design that does not fit, each thing computed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fpgaflow.hardware.boards import Board, list_boards, load_board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.resource_totals import Confidence, Resources, total_resources
from fpgaflow.hardware.resources import estimate_layers
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

FEWEST_BITS = 4
"""Advice stops here: below, a network has to be trained for its quantization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A design that does not fit.

    Attributes:
        graph: the fixed-point network.
        folding: of its layers.
        board: that it does not fit.
        depths: of the pipeline's streams, in the order of `list_streams`.
        resources: what it needs and what there is.
        weight_bram36: block RAMs that hold weights.
        fifo_bram36: block RAMs that hold FIFOs.
        confidence: which end of the bands has to fit.
        calibration: measured designs that move the bands.
    """

    graph: Graph
    folding: Folding
    board: Board
    depths: tuple[int, ...]
    resources: Resources
    weight_bram36: int
    fifo_bram36: int
    confidence: Confidence
    calibration: Calibration | None


def advise(problem: Problem) -> tuple[str, ...]:
    """Return what would help, a sentence each."""
    bram36, dsp = problem.resources.bram36, problem.resources.dsp
    advice: list[str] = []
    if bram36.exceeds(problem.confidence):
        advice.append(
            f"of the block RAM, weights take {problem.weight_bram36} BRAM36 and FIFOs "
            f"{problem.fifo_bram36}: a narrower or pruned network shrinks both"
        )
    advice.append(_fewer_bits(problem))
    if dsp.exceeds(problem.confidence) and dsp.available:
        used = dsp.at(problem.confidence)
        advice.append(
            f"reuse factors at least {used / dsp.available:.1f} times larger on average bring "
            f"{used} DSP down to {dsp.available}"
        )
    boards = [
        name
        for name in list_boards()
        if name != problem.board.name and _fits(problem, problem.graph, load_board(name))
    ]
    others = f"boards that it would fit: {', '.join(boards)}"
    return (*advice, others if boards else "no other known board would hold it")


def _fewer_bits(problem: Problem) -> str:
    widest = max(
        (weight.element.width for weight in _weights(problem.graph) if weight.element), default=2
    )
    for bits in range(widest - 1, FEWEST_BITS - 1, -1):
        if _fits(problem, _narrowed(problem.graph, bits), problem.board):
            return f"{bits} bits for weights and activations would fit"
    return f"{min(widest, FEWEST_BITS)} bits for weights and activations would not fit either"


def _fits(problem: Problem, graph: Graph, board: Board) -> bool:
    streams = planned_streams(graph, problem.folding, problem.depths)
    layers = estimate_layers(graph, problem.folding, family=board.family, streams=streams)
    resources = total_resources(layers, board, problem.calibration)
    return not resources.exceed(problem.confidence)


def _weights(graph: Graph) -> list[Parameter]:
    return [
        graph.parameters[node.weight]
        for node in graph.nodes
        if isinstance(node, (n.Conv, n.Linear))
    ]


def _narrowed(graph: Graph, bits: int) -> Graph:
    """Return a graph as wide as quantization to fewer bits would make it; only sizes count."""
    weights = {
        node.weight: graph.parameters[node.weight]
        for node in graph.nodes
        if isinstance(node, (n.Conv, n.Linear))
    }
    parameters = dict(graph.parameters)
    for name, parameter in weights.items():
        assert parameter.element is not None, f"{name} is real-valued"
        drop = max(parameter.element.width - bits, 0)
        parameters[name] = Parameter(
            values=parameter.integers >> drop, element=_narrow(parameter.element, bits)
        )
    return graph.with_nodes(
        [_narrow_node(graph, node, bits) for node in graph.nodes], parameters=parameters
    )


def _narrow_node(graph: Graph, node: n.Node, bits: int) -> n.Node:
    if isinstance(node, n.Input):
        return node
    element = _narrow(node.element, bits)
    if not isinstance(node, (n.Conv, n.Linear)) or node.accumulator is None:
        return replace(node, element=element)
    weight = graph.parameters[node.weight].element
    value = graph.input_types(node)[0].element
    drop = sum(max(kind.width - bits, 0) for kind in (weight, value) if kind)
    accumulator = _narrow(node.accumulator, max(node.accumulator.width - drop, 1))
    return replace(node, element=element, accumulator=accumulator)


def _narrow(element: FixedType | None, bits: int) -> FixedType | None:
    return None if element is None else replace(element, width=min(element.width, bits))
