"""Does a network fit a board: the first check, from a stated model (`hardware.resources`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Literal

from fpgaflow.errors import DoesNotFit
from fpgaflow.hardware.boards import Board, list_boards, load_board
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.resources import BAND, LayerResources, estimate_layers
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

Source = Literal["measured", "simulated", "modelled"]

NAMES = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "dsp": "DSP", "uram": "URAM"}


FEWEST_BITS = 4
"""Advice stops here: below, a network has to be trained for its quantization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUse:
    """How much of one resource a design takes.

    Attributes:
        used: the likely number.
        low: the least that it may be.
        high: the most that it may be.
        available: what the board has.
        source: where the number comes from.
    """

    used: int
    low: int
    high: int
    available: int
    source: Source = "modelled"

    @property
    def exceeds(self) -> bool:
        """Whether even the least is more than the board has."""
        return self.low > self.available

    @property
    def share(self) -> float:
        """The likely number over what the board has; 0 where nothing is used."""
        if not self.used:
            return 0.0
        return self.used / self.available if self.available else float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """All resources; the units are those of `hardware.board.BoardResources`."""

    lut: ResourceUse
    ff: ResourceUse
    bram36: ResourceUse
    dsp: ResourceUse
    uram: ResourceUse

    def items(self) -> tuple[tuple[str, ResourceUse], ...]:
        """Return each resource's name and use, in a fixed order."""
        return tuple((f.name, getattr(self, f.name)) for f in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """The verdict, the numbers behind it, and what would help.

    Attributes:
        network: the graph's name.
        board: the board's name.
        part: its device.
        fits: true when no resource needs more than the board has; look-up tables and flip-flops
            are so crude that only the low end of their band can say no.
        limiting: the resource nearest to its limit, or farthest beyond it.
        resources: what is used and what there is.
        layers: what each layer takes; the last row is the system around the network.
        weight_bram36: block RAMs that hold weights.
        fifo_bram36: block RAMs that hold FIFOs, those of the system included.
        fifo_bits: bits of the pipeline's FIFOs.
        default_fifo_bits: the same if each held a whole image, as hls4ml makes them.
        depths: of the pipeline's streams, in the order of `list_streams`.
        advice: what would help, with numbers; empty when it fits.
    """

    network: str
    board: str
    part: str
    fits: bool
    limiting: str
    resources: Resources
    layers: tuple[LayerResources, ...]
    weight_bram36: int
    fifo_bram36: int
    fifo_bits: int
    default_fifo_bits: int
    depths: tuple[int, ...]
    advice: tuple[str, ...]


def check_fit(
    graph: Graph, folding: Folding, board: Board, *, streams: tuple[Stream, ...] | None = None
) -> FitReport:
    """Hold a fixed-point graph's needs against what a board has.

    Args:
        graph: a legal fixed-point graph.
        folding: of every convolution and fully connected layer.
        board: the board to fit.
        streams: the pipeline's streams; by default those of `planned_streams`.
    """
    if streams is None:
        streams = planned_streams(graph, folding)
    layers = estimate_layers(graph, folding, family=board.family, streams=streams)
    resources = _total(layers, board)
    fits = not any(use.exceeds for _, use in resources.items())
    report = FitReport(
        network=graph.name,
        board=board.name,
        part=board.part,
        fits=fits,
        limiting=_limiting(resources),
        resources=resources,
        layers=layers,
        weight_bram36=_bram36(layers, lambda layer: layer.weight_bram18),
        fifo_bram36=_bram36(layers, lambda layer: layer.fifo_bram18),
        fifo_bits=sum(stream.bits for stream in streams),
        default_fifo_bits=sum(stream.image_bits for stream in streams),
        depths=tuple(stream.depth for stream in streams),
        advice=(),
    )
    if fits:
        return report
    return replace(report, advice=_Advisor(report, folding, board).advise(graph))


def require_fit(fit: FitReport, *, allow_oversize: bool) -> None:
    """Let a design that fits pass, and any other that the user wants to see anyway.

    Raises:
        DoesNotFit: with the numbers and what would help.
    """
    if fit.fits or allow_oversize:
        return
    needs = [
        f"{use.used} {NAMES[name]} ({use.share:.0%})"
        if use.available
        else f"{use.used} {NAMES[name]}"
        for name, use in fit.resources.items()
        if use.exceeds
    ]
    limits = [
        f"{use.available} {NAMES[name]}" for name, use in fit.resources.items() if use.exceeds
    ]
    raise DoesNotFit(
        f"{fit.network} does not fit {fit.board} ({fit.part}): "
        f"it needs {', '.join(needs)} by the resource model",
        accepted=f"at most {', '.join(limits)}",
        remedy="; ".join([*fit.advice, "--allow-oversize writes the project anyway"]),
    )


def _total(layers: tuple[LayerResources, ...], board: Board) -> Resources:
    has = board.resources
    return Resources(
        lut=_crude(sum(layer.lut for layer in layers), has.lut),
        ff=_crude(sum(layer.ff for layer in layers), has.ff),
        bram36=_block_ram(layers, has.bram36),
        dsp=_counted(sum(layer.dsp for layer in layers), has.dsp),
        # hls4ml binds nothing to UltraRAM.
        uram=_counted(0, has.uram),
    )


def _bram36(layers: tuple[LayerResources, ...], bram18: Callable[[LayerResources], int]) -> int:
    """Two BRAM18 make a BRAM36, whichever layers they belong to."""
    return -(-sum(map(bram18, layers)) // 2)


def _block_ram(layers: tuple[LayerResources, ...], available: int) -> ResourceUse:
    used = _bram36(layers, lambda layer: layer.weight_bram18 + layer.fifo_bram18)
    high = _bram36(layers, lambda layer: layer.weight_bram18 + layer.fifo_bram18_hls)
    return ResourceUse(used=used, low=used, high=max(used, high), available=available)


def _counted(used: int, available: int) -> ResourceUse:
    return ResourceUse(used=used, low=used, high=used, available=available)


def _crude(used: int, available: int) -> ResourceUse:
    low, high = BAND
    return ResourceUse(used=used, low=int(used * low), high=int(used * high), available=available)


def _limiting(resources: Resources) -> str:
    uses = resources.items()
    beyond = [item for item in uses if item[1].exceeds]
    return max(beyond or uses, key=lambda item: item[1].share)[0]


@dataclass(frozen=True, slots=True)
class _Advisor:
    """Says what would help a design that does not fit."""

    fit: FitReport
    folding: Folding
    board: Board

    def advise(self, graph: Graph) -> tuple[str, ...]:
        fit, resources = self.fit, self.fit.resources
        advice: list[str] = []
        if resources.bram36.exceeds:
            advice.append(
                f"of the block RAM, weights take {fit.weight_bram36} BRAM36 and FIFOs "
                f"{fit.fifo_bram36}: a narrower or pruned network shrinks both"
            )
        advice.append(self._fewer_bits(graph))
        if resources.dsp.exceeds and resources.dsp.available:
            factor = resources.dsp.used / resources.dsp.available
            advice.append(
                f"reuse factors at least {factor:.1f} times larger on average bring "
                f"{resources.dsp.used} DSP down to {resources.dsp.available}"
            )
        boards = [
            name
            for name in list_boards()
            if name != self.board.name and self._fits(graph, load_board(name))
        ]
        others = f"boards that it would fit: {', '.join(boards)}"
        advice.append(others if boards else "no other known board would hold it")
        return tuple(advice)

    def _fewer_bits(self, graph: Graph) -> str:
        widest = max(
            (parameter.element.width for parameter in _weights(graph) if parameter.element),
            default=2,
        )
        for bits in range(widest - 1, FEWEST_BITS - 1, -1):
            if self._fits(_narrowed(graph, bits), self.board):
                return f"{bits} bits for weights and activations would fit"
        return f"{min(widest, FEWEST_BITS)} bits for weights and activations would not fit either"

    def _fits(self, graph: Graph, board: Board) -> bool:
        streams = planned_streams(graph, self.folding, self.fit.depths)
        layers = estimate_layers(graph, self.folding, family=board.family, streams=streams)
        return not any(use.exceeds for _, use in _total(layers, board).items())


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
