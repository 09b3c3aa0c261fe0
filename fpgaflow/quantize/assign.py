"""Build the fixed-point graph from formats and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from fpgaflow.passes.rewrite import drop_nodes
from fpgaflow.quantize.accumulate import accumulator_type
from fpgaflow.quantize.activations import Formats
from fpgaflow.quantize.constants import Addend, addend, product_fraction
from fpgaflow.quantize.groups import Groups

Reals = NDArray[np.float64]


def assign(
    graph: Graph,
    groups: Groups,
    formats: Formats,
    weights: Mapping[str, Parameter],
    corrections: Mapping[str, Reals],
) -> Graph:
    """Return the fixed-point graph.

    Args:
        graph: the canonical real-valued graph.
        groups: which values share formats, and which nodes vanish into their producers.
        formats: the format of each value.
        weights: the fixed-point weights and scales, by parameter.
        corrections: what to add to the bias of a node, [output channels].

    Raises:
        InputRefused: when a layer's sums fit no int64.
    """
    parameters = dict(weights)
    nodes: list[n.Node] = []
    for node in graph.nodes:
        term = _corrected(addend(graph, node, weights, formats), node, graph, corrections)
        if term is None and node.name in corrections:
            fraction = product_fraction(graph, node, weights, formats)
            term = Addend(
                name=f"{node.name}.bias", values=corrections[node.name], fraction=fraction
            )
        if term is not None:
            parameters[term.name] = term.parameter()
        nodes.append(_fixed(graph, node, formats, parameters, term))
    return drop_nodes(graph.with_nodes(nodes, parameters), groups.absorbed)


def _corrected(
    term: Addend | None, node: n.Node, graph: Graph, corrections: Mapping[str, Reals]
) -> Addend | None:
    if term is None or node.name not in corrections:
        return term
    return replace(term, values=term.values + corrections[node.name])


def _fixed(
    graph: Graph,
    node: n.Node,
    formats: Formats,
    parameters: Mapping[str, Parameter],
    term: Addend | None,
) -> n.Node:
    element = formats[node.name]
    match node:
        case n.Conv() | n.Linear():
            bias = None if term is None else term.name
            accumulator = _accumulator(node, formats[node.inputs[0]], parameters, bias)
            return replace(node, element=element, bias=bias, accumulator=accumulator)
        case n.Affine():
            assert term is not None, "an affine has a shift"
            return replace(node, element=element, shift=term.name)
        case n.AveragePool():
            return replace(node, element=element, reciprocal=_reciprocal(node))
        case n.FakeQuantize():
            return n.Cast(name=node.name, inputs=node.inputs, source=node.source, element=element)
        case _:
            return replace(node, element=element)


def _accumulator(
    node: n.Conv | n.Linear,
    value: FixedType,
    parameters: Mapping[str, Parameter],
    bias: str | None,
) -> FixedType:
    weight = parameters[node.weight]
    assert weight.element is not None, "weights are fixed by now"
    return accumulator_type(
        weight.integers,
        None if bias is None else parameters[bias].integers,
        value,
        weight.element.fraction + value.fraction,
        f"layer {node.name} (from {node.source})",
    )


def _reciprocal(node: n.AveragePool) -> FixedType:
    count = node.kernel.height * node.kernel.width
    one_count = node.count_include_pad or not any(node.padding)
    return reciprocal_type(count, exact=one_count and count & (count - 1) == 0)
