"""How large a node's exact result can get, from its parameters and its inputs' formats alone.

The proof behind accumulator widths, and behind each use of floating point in the interpreter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.fixed import FixedType, smallest_type
from fpgaflow.ir.geometry import reciprocals, window_counts
from fpgaflow.ir.graph import Graph


class Range(NamedTuple):
    """Integers worth value · 2^-fraction; zero always lies inside.

    Attributes:
        minimum: no exact result and no partial sum, in any order, is smaller.
        maximum: nor larger.
        fraction: bits right of the binary point.
    """

    minimum: int
    maximum: int
    fraction: int

    @property
    def magnitude(self) -> int:
        """The largest absolute value."""
        return max(-self.minimum, self.maximum)

    @property
    def element(self) -> FixedType:
        """The narrowest format that holds the range."""
        return smallest_type(self.minimum, self.maximum, self.fraction)


def format_range(element: FixedType) -> Range:
    """Return what a format holds."""
    return Range(element.minimum, element.maximum, element.fraction)


def sum_range(weights: Integers, bias: Integers | None, values: FixedType, fraction: int) -> Range:
    """Return the range of every partial sum of weights · values + bias.

    Each product is replaced by its largest and by its smallest possible value, zero included, so
    that a sum of any subset in any order stays inside.

    Args:
        weights: [..., outputs]; all but the last axis is summed over.
        bias: [outputs], at the products' fraction; None for none.
        values: the format of what is multiplied.
        fraction: of the products.
    """
    flat = weights.reshape(-1, weights.shape[-1])
    positive = _column_sums(np.maximum(flat, 0))
    negative = _column_sums(np.maximum(-flat, 0))
    addend = np.zeros(flat.shape[1], object) if bias is None else bias.astype(object)
    highest = positive * values.maximum - negative * values.minimum + np.maximum(addend, 0)
    lowest = positive * values.minimum - negative * values.maximum + np.minimum(addend, 0)
    return Range(int(min(lowest)), int(max(highest)), fraction)


def _column_sums(magnitudes: Integers) -> NDArray[np.object_]:
    largest = int(magnitudes.max(initial=0))
    if largest.bit_length() + magnitudes.shape[0].bit_length() < 63:
        return magnitudes.sum(axis=0).astype(object)
    return magnitudes.astype(object).sum(axis=0)


def exact_range(graph: Graph, node: n.Node) -> Range:
    """Return the range of a node's exact result, before its cast, partial sums included.

    Args:
        graph: a fixed-point graph.
        node: one of its nodes.
    """
    if isinstance(node, n.Input):
        return Range(0, 255, 0)
    ranges = [format_range(_element(kind.element)) for kind in graph.input_types(node)]
    if isinstance(node, (n.Conv, n.Linear, n.Affine)):
        return _products(graph, node)
    if isinstance(node, n.Add):
        return _added(ranges[0], ranges[1])
    if isinstance(node, n.AveragePool):
        return _average(graph, node, ranges[0])
    if isinstance(node, n.Clamp):
        return _hull([ranges[0], format_range(_element(node.element))])
    return _hull(ranges)


def _element(element: FixedType | None) -> FixedType:
    assert element is not None, "the graph is real-valued"
    return element


def _products(graph: Graph, node: n.Conv | n.Linear | n.Affine) -> Range:
    factor_name = node.scale if isinstance(node, n.Affine) else node.weight
    addend_name = node.shift if isinstance(node, n.Affine) else node.bias
    factor = graph.parameters[factor_name]
    addend = None if addend_name is None else graph.parameters[addend_name].integers
    weights = factor.integers
    if isinstance(node, n.Affine):
        weights = weights[np.newaxis, :]
    values = _element(graph.input_types(node)[0].element)
    fraction = values.fraction + _element(factor.element).fraction
    return sum_range(weights, addend, values, fraction)


def _at(span: Range, fraction: int) -> Range:
    shift = fraction - span.fraction
    return Range(span.minimum << shift, span.maximum << shift, fraction)


def _added(first: Range, second: Range) -> Range:
    fraction = max(first.fraction, second.fraction)
    first, second = _at(first, fraction), _at(second, fraction)
    return Range(first.minimum + second.minimum, first.maximum + second.maximum, fraction)


def _hull(ranges: list[Range]) -> Range:
    fraction = max(span.fraction for span in ranges)
    aligned = [_at(span, fraction) for span in ranges]
    lowest = min(span.minimum for span in aligned)
    return Range(min(lowest, 0), max(span.maximum for span in aligned), fraction)


def _average(graph: Graph, node: n.AveragePool, values: Range) -> Range:
    counts = pool_counts(graph, node)
    reciprocal = _element(node.reciprocal)
    area = node.kernel.height * node.kernel.width
    largest = int(reciprocals(counts, reciprocal).max()) * area
    return Range(
        values.minimum * largest, values.maximum * largest, values.fraction + reciprocal.fraction
    )


def pool_counts(graph: Graph, node: n.AveragePool) -> Integers:
    """Return by how much each window's sum is divided, [out height, out width]."""
    height, width, _ = graph.input_types(node)[0].shape
    if node.count_include_pad:
        rows, columns, _ = graph.types[node.name].shape
        return np.full((rows, columns), node.kernel.height * node.kernel.width, np.int64)
    return window_counts((height, width), node.kernel, node.stride, node.padding)


def clamp_limits(node: n.Clamp) -> tuple[int, int]:
    """Return a clamp's limits as integers of its output's format.

    Each is rounded to the nearest step, halves up, and brought into the format's range, whatever
    the format's own modes: a limit never wraps.
    """
    element = _element(node.element)
    low, high = _nearest(node.low, element), _nearest(node.high, element)
    return low, high


def _nearest(limit: float, element: FixedType) -> int:
    steps = min(max(limit / element.step, float(element.minimum)), float(element.maximum))
    return min(int(np.floor(steps + 0.5)), element.maximum)
