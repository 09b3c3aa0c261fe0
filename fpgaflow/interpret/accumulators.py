"""A check on data of what the accumulators' formats were proven for."""

from __future__ import annotations

import numpy as np

from fpgaflow.errors import VerificationFailed
from fpgaflow.interpret.numpy_products import sum_products
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import exact_range


def check_partial_sums(graph: Graph, node: n.Conv | n.Linear, values: Integers) -> None:
    """Compare the extreme partial sums of these values with the accumulator.

    The sum of all positive terms of an output is the largest that any subset of its terms can
    reach, the sum of all negative ones the smallest.

    Args:
        graph: the fixed-point graph.
        node: the layer.
        values: its input, [n, ...].

    Raises:
        VerificationFailed: a partial sum lies outside the accumulator's format.
    """
    element = node.accumulator
    assert element is not None, "the graph is real-valued"
    lowest, highest = _extremes(graph, node, values)
    if element.minimum <= lowest and highest <= element.maximum:
        return
    worst = lowest if lowest < element.minimum else highest
    raise VerificationFailed(
        f"{type(node).__name__} {node.name} (from {node.source or 'nowhere'}): "
        f"a partial sum reaches {worst}",
        accepted=f"what its accumulator {element} holds: {element.minimum} to {element.maximum}",
        remedy="quantize the network again; accumulators are sized by the weights",
    )


def _extremes(graph: Graph, node: n.Conv | n.Linear, values: Integers) -> tuple[int, int]:
    weights = graph.parameters[node.weight].integers
    magnitude = exact_range(graph, node).magnitude

    def total(value_sign: int, weight_sign: int) -> Integers:
        factors = np.maximum(weights * weight_sign, 0)
        return sum_products(node, np.maximum(values * value_sign, 0), factors, magnitude)

    bias = np.int64(0) if node.bias is None else graph.parameters[node.bias].integers
    positive = total(1, 1) + total(-1, -1) + np.maximum(bias, 0)
    negative = total(1, -1) + total(-1, 1) + np.maximum(-bias, 0)
    return -int(negative.max(initial=0)), int(positive.max(initial=0))
