"""Pooling as diagonal windows."""

from __future__ import annotations

import numpy as np

from fpgaflow.backend.engine.lowering import Lowering, Window
from fpgaflow.backend.engine.network import Layer, Value
from fpgaflow.backend.engine.refusals import unsupported
from fpgaflow.backend.engine.rounding import fit
from fpgaflow.engine.frames import as_map
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import reciprocals
from fpgaflow.ir.ranges import format_range, pool_counts

_LARGEST_FACTOR = 64


def lower_max_pool(node: n.MaxPool, state: Lowering) -> None:
    """Append the largest of each window; a much finer format takes a layer of its own."""
    value = state.operand(node)
    if value.planes == 2:
        raise unsupported(
            node,
            f"compares {value.element}",
            "formats of at most 8 bits",
            "use activations of 8 bits, or compile with --style spatial",
        )
    element = state.element(node)
    if element.fraction - value.element.fraction > _LARGEST_FACTOR.bit_length() - 1:
        pooled = _largest(node, state, value, value.element, f"{node.name}.pooled")
        state.done(node, state.converted(node, pooled, element))
        return
    state.done(node, _largest(node, state, value, element, node.name))


def _largest(
    node: n.MaxPool, state: Lowering, value: Value, element: FixedType, name: str
) -> Value:
    shape = as_map(state.graph.types[node.name].shape)
    cast = fit(node, format_range(value.element), element)
    output = state.add(
        node,
        Value(
            name=name,
            shape=shape,
            element=element,
            band_rows=state.band(value, node.stride.height, shape[0]),
        ),
    )
    state.items.append(
        Layer(
            node=node,
            inputs=(value.name,),
            output=output.name,
            reads=((0, 0),),
            shift_phases=False,
            weights=np.full((1, *node.kernel, shape[2]), cast.factor, np.int8),
            biases=np.full(shape[2], cast.addend, np.int64),
            shift=cast.shift,
            low=cast.low,
            high=cast.high,
            diagonal=True,
            maximum=True,
            stride=node.stride,
            top=node.padding.top,
            left=node.padding.left,
        )
    )
    return output


def lower_average_pool(node: n.AveragePool, state: Lowering) -> None:
    """Append the sum of each window times the reciprocal of the count."""
    value = state.operand(node)
    assert node.reciprocal is not None, "the graph is real-valued"
    counts = pool_counts(state.graph, node)
    if counts.min() != counts.max():
        raise unsupported(
            node,
            f"divides by {int(counts.min())} to {int(counts.max())}, as padding is left out",
            "windows of one count: count_include_pad, or no padding",
        )
    factor = int(reciprocals(counts[:1, :1], node.reciprocal)[0, 0])
    shape = as_map(state.graph.types[node.name].shape)
    weights = np.full((*node.kernel, shape[2]), factor, np.int64)
    fraction = value.element.fraction + node.reciprocal.fraction
    window = Window(
        shape=shape,
        diagonal=True,
        stride=node.stride,
        top=node.padding.top,
        left=node.padding.left,
    )
    state.done(node, state.product(node, value, weights, None, fraction=fraction, window=window))
