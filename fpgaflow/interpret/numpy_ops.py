"""The exact result of each operation, in NumPy: integers and the bits right of their point.

Arrays are [n, height, width, channels] or [n, k], int64. The one cast that follows is not made
here. A new operation registers its function with `exact`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from fpgaflow.interpret.numpy_products import affine, convolve_or_multiply
from fpgaflow.interpret.windows import pool_max, pool_sum
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.geometry import reciprocals
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import clamp_limits, pool_counts

Exact = tuple[Integers, int]


@singledispatch
def exact(node: n.Node, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Return a node's exact result and its fraction.

    Args:
        node: the node; its class selects the function.
        graph: the fixed-point graph it stands in.
        inputs: its operands, one batch of images.
    """
    raise AssertionError(f"{type(node).__name__} has no fixed-point meaning")


def fraction_of(graph: Graph, name: str) -> int:
    """Return the bits right of the binary point of a value."""
    element = graph.types[name].element
    assert element is not None, "the graph is real-valued"
    return element.fraction


@exact.register
def exact_conv(node: n.Conv, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Sum products over each window, then add the bias."""
    return convolve_or_multiply(graph, node, inputs[0])


@exact.register
def exact_linear(node: n.Linear, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Sum products over the vector, then add the bias."""
    return convolve_or_multiply(graph, node, inputs[0])


@exact.register
def exact_affine(node: n.Affine, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Multiply and shift each channel."""
    return affine(graph, node, inputs[0])


@exact.register
def exact_relu(node: n.Relu, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Replace what is negative by zero."""
    return np.maximum(inputs[0], 0), fraction_of(graph, node.inputs[0])


@exact.register
def exact_clamp(node: n.Clamp, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Limit values; the limits lie on the output's grid."""
    low, high = clamp_limits(node)
    grid = fraction_of(graph, node.name)
    fraction = max(grid, fraction_of(graph, node.inputs[0]))
    values = _aligned(graph, node.inputs[0], inputs[0], fraction)
    shift = fraction - grid
    return np.minimum(np.maximum(values, low << shift), high << shift), fraction


@exact.register
def exact_add(node: n.Add, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Add two values with their binary points aligned."""
    first, second = _all_aligned(graph, node, inputs)
    return first[0] + second[0], first[1]


@exact.register
def exact_concat(node: n.Concat, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Put values side by side with their binary points aligned."""
    aligned = _all_aligned(graph, node, inputs)
    return np.concatenate([values for values, _ in aligned], axis=-1), aligned[0][1]


@exact.register
def exact_max_pool(node: n.MaxPool, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Take the largest value of each window."""
    pooled = pool_max(inputs[0], node.kernel, node.stride, node.padding)
    return pooled, fraction_of(graph, node.inputs[0])


@exact.register
def exact_average_pool(node: n.AveragePool, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Sum each window and multiply by the reciprocal of its count."""
    assert node.reciprocal is not None, "the graph is real-valued"
    sums = pool_sum(inputs[0], node.kernel, node.stride, node.padding)
    factors = reciprocals(pool_counts(graph, node), node.reciprocal)[..., np.newaxis]
    return sums * factors, fraction_of(graph, node.inputs[0]) + node.reciprocal.fraction


@exact.register
def exact_reshape(node: n.Reshape, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Keep the numbers in channels-last order."""
    return inputs[0].reshape(-1, *node.shape), fraction_of(graph, node.inputs[0])


@exact.register
def exact_subsample(node: n.Subsample, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Take each stride-th row and column."""
    values = inputs[0][:, :: node.stride.height, :: node.stride.width]
    return values, fraction_of(graph, node.inputs[0])


@exact.register
def exact_pad_channels(node: n.PadChannels, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Put channels of zeros around."""
    sides = [(0, 0)] * (inputs[0].ndim - 1) + [(node.before, node.after)]
    return np.pad(inputs[0], sides), fraction_of(graph, node.inputs[0])


@exact.register
def exact_cast(node: n.Cast, graph: Graph, inputs: Sequence[Integers]) -> Exact:
    """Hand the value on; the cast follows."""
    return inputs[0], fraction_of(graph, node.inputs[0])


def _all_aligned(graph: Graph, node: n.Node, inputs: Sequence[Integers]) -> list[Exact]:
    fraction = max(fraction_of(graph, name) for name in node.inputs)
    pairs = zip(node.inputs, inputs, strict=True)
    return [(_aligned(graph, name, values, fraction), fraction) for name, values in pairs]


def _aligned(graph: Graph, name: str, values: Integers, fraction: int) -> NDArray[np.int64]:
    return values << (fraction - fraction_of(graph, name))
