"""How often each multiplier of a spatial design is used again: the legal foldings of each layer.

A layer of n_in x n_out weights with reuse factor r has n_in * n_out / r multipliers, and takes r
turns of its loop and what `cycles_loops` adds to them for each output pixel. `choose_folding`
balances the layers within a number of multipliers; `plan_folding` looks at a whole board.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Literal

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.cycles_loops import (
    Loop,
    Products,
    conv_loop,
    dense_loop,
    grouped_conv_loop,
)
from fpgaflow.hardware.streams import Flow, list_flows
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import TensorType

Strategy = Literal["latency", "resource"]

LATENCY_LIMIT = 4096
"""hls4ml's Latency strategy partitions all weights completely; Vitis HLS stops at 4096 elements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFolding:
    """How one layer is folded.

    Attributes:
        reuse_factor: clock cycles per output pixel, and uses of each multiplier.
        strategy: hls4ml's name of the implementation.
        multipliers: how many the layer has (modelled).
        interval: clock cycles per image (modelled: no stalls).
    """

    reuse_factor: int
    strategy: Strategy
    multipliers: int
    interval: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """The folding of every layer that multiplies by weights.

    Attributes:
        layers: by node name.
        interval: clock cycles per image of the slowest layer (modelled).
        multipliers: of all layers together (modelled).
    """

    layers: Mapping[str, LayerFolding]
    interval: int
    multipliers: int


@lru_cache(maxsize=4096)
def legal_reuse_factors(n_in: int, n_out: int) -> tuple[int, ...]:
    """Return the reuse factors that hls4ml's dense kernels compute correctly, ascending.

    These are the divisors of n_in and the multiples of n_in by divisors of n_out: the kernels walk
    the weights in rows of n_in; any other factor gives wrong sums or a class that does not exist.

    Args:
        n_in: weights per output: kernel height x width x input channels, or inputs of a Linear.
        n_out: outputs.
    """
    return tuple(sorted({*_divisors(n_in), *(n_in * factor for factor in _divisors(n_out))}))


def _divisors(number: int) -> tuple[int, ...]:
    return tuple(d for d in range(1, number + 1) if number % d == 0)


def choose_folding(graph: Graph, board_dsp: int, fraction: float = 0.9) -> Folding:
    """Balance the layers: the shortest interval whose multipliers fit.

    Each layer gets its largest legal reuse factor within that interval. Where not even the most
    folded design fits, that one is returned; whether a design fits the board is judged elsewhere.

    Args:
        graph: any graph; only shapes matter.
        board_dsp: DSP slices of the board.
        fraction: the part of them that layers may use, in (0, 1].
    """
    if not 0 < fraction <= 1:
        raise InputRefused(f"the DSP fraction is {fraction}", accepted="above 0, and 1 at the most")
    options = all_foldings(graph)
    budget = int(board_dsp * fraction)
    intervals = sorted({option.interval for choices in options.values() for option in choices})
    floor = max((choices[0].interval for choices in options.values()), default=0)
    intervals = [interval for interval in intervals if interval >= floor] or [floor]
    low, high = 0, len(intervals) - 1
    while low < high:
        middle = (low + high) // 2
        if _fold(options, intervals[middle]).multipliers <= budget:
            high = middle
        else:
            low = middle + 1
    return _fold(options, intervals[low])


def _fold(options: Mapping[str, tuple[LayerFolding, ...]], interval: int) -> Folding:
    layers: dict[str, LayerFolding] = {}
    for name, choices in options.items():
        layers[name] = max(
            (option for option in choices if option.interval <= interval),
            key=lambda option: option.reuse_factor,
        )
    return Folding(
        layers=MappingProxyType(layers),
        interval=max((layer.interval for layer in layers.values()), default=0),
        multipliers=sum(layer.multipliers for layer in layers.values()),
    )


def foldings(graph: Graph, node: n.Node) -> tuple[LayerFolding, ...]:
    """Return the legal foldings of a layer, from the most multipliers to the fewest, if any."""
    return all_foldings(graph).get(node.name, ())


def all_foldings(graph: Graph) -> Mapping[str, tuple[LayerFolding, ...]]:
    """Return the legal foldings of every layer that multiplies by weights, by node name."""
    flows = {flow.layer: flow for flow in list_flows(graph).flows if flow.role == "value"}
    return MappingProxyType(
        {
            node.name: _foldings(graph, node, read_kind(graph, node, flows.get(node.name)))
            for node in graph.nodes
            if isinstance(node, (n.Conv, n.Linear))
        }
    )


def read_kind(graph: Graph, node: n.Node, flow: Flow | None) -> TensorType:
    """Return packing and size of what a node's own stage reads; `flow` is what it writes.

    A node that no output depends on has no stage; it reads its operand as it stands in the graph.
    """
    return flow.sources[0].kind if flow is not None else graph.input_types(node)[0]


def layer_loop(
    graph: Graph, node: n.Conv | n.Linear, read: TensorType, *, reuse: int, strategy: Strategy
) -> Loop:
    """Return the loop that a layer becomes, over the pixels or the words that it reads."""
    shape = graph.parameters[node.weight].values.shape
    products = Products(
        n_in=prod(shape[:-1]), n_out=shape[-1], reuse=reuse, latency=strategy == "latency"
    )
    if isinstance(node, n.Linear):
        return dense_loop(products, words=prod(read.shape[:-1]))
    if node.groups > 1:
        return grouped_conv_loop(products)
    return conv_loop(products, channels=read.channels, pointwise=shape[:2] == (1, 1))


def _foldings(graph: Graph, node: n.Conv | n.Linear, read: TensorType) -> tuple[LayerFolding, ...]:
    shape = graph.parameters[node.weight].values.shape
    weights = prod(shape)
    turns, written, rows = _turns(graph, node, read)
    found: list[LayerFolding] = []
    factors = legal_reuse_factors(prod(shape[:-1]), shape[-1])
    ways: list[tuple[int, Strategy]] = [(reuse, "resource") for reuse in factors]
    if weights < LATENCY_LIMIT:
        ways.insert(0, (1, "latency"))
    for reuse, strategy in ways:
        loop = layer_loop(graph, node, read, reuse=reuse, strategy=strategy)
        found.append(
            LayerFolding(
                reuse_factor=reuse,
                strategy=strategy,
                multipliers=weights // reuse,
                interval=loop.cycles(turns=turns, written=written, rows=rows),
            )
        )
    return tuple(found)


def _turns(graph: Graph, node: n.Conv | n.Linear, read: TensorType) -> tuple[int, int, int]:
    """Return the turns of a layer's loop, those that write, and the rows that they make up."""
    if isinstance(node, n.Linear):
        return prod(read.shape[:-1]), 1, 0
    height, width, _ = read.shape
    if node.groups > 1:
        # Ours puts the zeros in by itself; elsewhere a stage before has done so.
        height += node.padding.top + node.padding.bottom
        width += node.padding.left + node.padding.right
    return height * width, prod(graph.types[node.name].shape[:2]), height
