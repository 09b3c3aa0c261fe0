"""Sums of products in NumPy: convolution, fully connected layer, per-channel affine.

A product of float64 matrices runs on the processor's vector units and an int64 one does not, so
float64 is used wherever the range of every partial sum is proven to stay within 2^53.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaflow.interpret.windows import positions
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import exact_range

FLOAT64_EXACT = 1 << 53

_Array = NDArray[Any]  # int64 or float64


def convolve_or_multiply(
    graph: Graph, node: n.Conv | n.Linear, values: Integers
) -> tuple[Integers, int]:
    """Return sum(x · w) + b for each output, and its fraction.

    Args:
        graph: the fixed-point graph.
        node: a convolution or a linear layer of it.
        values: [n, height, width, channels] or [n, inputs].
    """
    span = exact_range(graph, node)
    weights = graph.parameters[node.weight].integers
    products = sum_products(node, values, weights, span.magnitude)
    return _with_bias(graph, node.bias, products), span.fraction


def affine(graph: Graph, node: n.Affine, values: Integers) -> tuple[Integers, int]:
    """Return x · scale + shift, per channel, and its fraction."""
    scale = graph.parameters[node.scale].integers
    return _with_bias(graph, node.shift, values * scale), exact_range(graph, node).fraction


def sum_products(
    node: n.Conv | n.Linear, values: Integers, weights: Integers, magnitude: int
) -> Integers:
    """Return sum(x · w), exactly.

    Args:
        node: the layer; its strides, padding and groups apply.
        values: its input.
        weights: in the layer's own layout.
        magnitude: no partial sum is larger.
    """
    if magnitude <= FLOAT64_EXACT:
        real = _sum_all(node, values.astype(np.float64), weights.astype(np.float64))
        return real.astype(np.int64)
    return _sum_all(node, values, weights)


def _with_bias(graph: Graph, name: str | None, products: Integers) -> Integers:
    return products if name is None else products + graph.parameters[name].integers


def _sum_all(node: n.Conv | n.Linear, values: _Array, weights: _Array) -> _Array:
    if isinstance(node, n.Linear):
        return values @ weights
    kernel = Size(*weights.shape[:2])
    total: _Array | None = None
    for row, column, view in positions(values, kernel, node.stride, node.padding, 0):
        part = _channel_product(view, weights[row, column], node.groups)
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None, "a kernel has at least one position"
    return total


def _channel_product(view: _Array, weights: _Array, groups: int) -> _Array:
    each, outputs = weights.shape
    shape = (*view.shape[:-1], outputs)
    if groups == 1:
        return (view.reshape(-1, each) @ weights).reshape(shape)
    split = view.reshape(*view.shape[:-1], groups, each)
    factors = weights.reshape(each, groups, outputs // groups)
    return np.einsum("nhwgi,igo->nhwgo", split, factors).reshape(shape)
