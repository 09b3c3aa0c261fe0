"""How often each multiplier of a spatial design is used again: legal reuse factors, and a choice.

A layer of n_in x n_out weights with reuse factor r has n_in * n_out / r multipliers and takes r
clock cycles per output pixel. Modelled: one multiplier is one DSP slice, which holds for operands
up to 18 x 25 bits (hls4ml's dense_resource; AMD UG479).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Literal

from fpgaflow.errors import InputRefused
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding
from fpgaflow.ir.graph import Graph

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
    options = {node.name: foldings(graph, node) for node in graph.nodes}
    options = {name: choices for name, choices in options.items() if choices}
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
    """Return the legal foldings of a layer, from the fastest to the smallest, if any."""
    if isinstance(node, n.Linear):
        n_in, n_out = graph.parameters[node.weight].values.shape
        return tuple(_layer(r, n_in, n_out, 1, 1) for r in legal_reuse_factors(n_in, n_out))
    if isinstance(node, n.Conv):
        height, width, channels, n_out = graph.parameters[node.weight].values.shape
        pixels_in = _padded_pixels(graph.input_types(node)[0].shape, node.padding)
        pixels_out = prod(graph.types[node.name].shape[:2])
        n_in = height * width * channels
        return tuple(
            _layer(r, n_in, n_out, pixels_in, pixels_out) for r in legal_reuse_factors(n_in, n_out)
        )
    return ()


def _padded_pixels(shape: tuple[int, ...], padding: Padding) -> int:
    return (shape[0] + padding.top + padding.bottom) * (shape[1] + padding.left + padding.right)


def _layer(reuse: int, n_in: int, n_out: int, pixels_in: int, pixels_out: int) -> LayerFolding:
    weights = n_in * n_out
    latency = reuse == 1 and weights < LATENCY_LIMIT
    return LayerFolding(
        reuse_factor=reuse,
        strategy="latency" if latency else "resource",
        multipliers=weights // reuse,
        interval=pixels_in - pixels_out + pixels_out * reuse,
    )
