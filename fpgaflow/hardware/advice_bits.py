"""A fixed-point graph with fewer bits: as wide as quantizing again would make it.

Only sizes count. The weights are those of the graph, rounded to fewer bits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

_PASS_THROUGH = (n.MaxPool, n.Reshape, n.Subsample, n.PadChannels, n.Concat)


def widest_weights(graph: Graph) -> int:
    """Return the bits of the widest weights; 0 without any."""
    return max((element.width for element in _weights(graph).values()), default=0)


def widest_values(graph: Graph) -> int:
    """Return the bits of the widest values that `--activation-bits` decides; 0 without any."""
    free = _free(graph)
    return max((node.element.width for node in graph.nodes if node.name in free and node.element),
               default=0)  # fmt: skip


def with_bits(graph: Graph, *, weights: int, values: int) -> Graph:
    """Return a graph that quantization to fewer bits would make; narrower formats stay.

    Args:
        graph: a fixed-point graph.
        weights: bits of weights.
        values: bits of feature maps. The image keeps its own, and so do the network's results and
            sums on their way to a batch norm, which `quantize` leaves wide.
    """
    parameters = dict(graph.parameters)
    for name, element in _weights(graph).items():
        parameters[name] = _rounded(graph.parameters[name], element, weights)
    free = _free(graph)
    nodes = [_node(graph, node, weights, values, free) for node in graph.nodes]
    return graph.with_nodes(nodes, parameters=parameters)


def _weights(graph: Graph) -> dict[str, FixedType]:
    found: dict[str, FixedType] = {}
    for node in graph.nodes:
        if isinstance(node, (n.Conv, n.Linear)):
            element = graph.parameters[node.weight].element
            assert element is not None, f"{node.weight} is real-valued"
            found[node.weight] = element
    return found


def _rounded(parameter: Parameter, element: FixedType, bits: int) -> Parameter:
    drop = max(element.width - bits, 0)
    if not drop:
        return parameter
    kind = replace(element, width=bits)
    values = np.clip((parameter.integers + (1 << drop >> 1)) >> drop, kind.minimum, kind.maximum)
    return Parameter(values=values, element=kind)


def _free(graph: Graph) -> frozenset[str]:
    """Return the values whose width the settings decide."""
    consumers = graph.consumers()
    kept: set[str] = set()
    for node in reversed(graph.nodes):
        readers = consumers[node.name]
        result = all(isinstance(r, _PASS_THROUGH) and r.name in kept for r in readers)
        scaled = isinstance(node, (n.Conv, n.Linear)) and all(
            isinstance(reader, n.Affine) for reader in readers
        )
        pixels = isinstance(node, n.Affine) and node.inputs[0] == graph.input.name
        if result or scaled or pixels or isinstance(node, n.Input):
            kept.add(node.name)
    return frozenset(node.name for node in graph.nodes) - kept


def _node(graph: Graph, node: n.Node, weights: int, values: int, free: frozenset[str]) -> n.Node:
    if node.name in free:
        node = replace(node, element=_narrow(node.element, values))
    if not isinstance(node, (n.Conv, n.Linear)) or node.accumulator is None:
        return node
    weight = graph.parameters[node.weight].element
    value = graph.input_types(node)[0].element
    drop = max(weight.width - weights, 0) if weight else 0
    if value and node.inputs[0] in free:
        drop += max(value.width - values, 0)
    # The integer part holds the same sums; bits right of the point go.
    accumulator = _narrow(node.accumulator, max(node.accumulator.width - drop, 2))
    return replace(node, accumulator=accumulator)


def _narrow(element: FixedType | None, bits: int) -> FixedType | None:
    return None if element is None else replace(element, width=min(element.width, bits))
