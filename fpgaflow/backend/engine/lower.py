"""Graph to values and layers, one function for each operation; a new one registers `lower_node`."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np

from fpgaflow.backend.engine.bands import even_band
from fpgaflow.backend.engine.lower_joins import lower_add, lower_concat
from fpgaflow.backend.engine.lower_pools import lower_average_pool, lower_max_pool
from fpgaflow.backend.engine.lower_shapes import (
    lower_pad_channels,
    lower_reshape,
    lower_subsample,
)
from fpgaflow.backend.engine.lowering import Lowering, Window
from fpgaflow.backend.engine.network import Value
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.frames import as_map
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import clamp_limits

_Lower = Callable[[n.Node, Lowering], None]


def lower(graph: Graph, config: EngineConfig) -> Lowering:
    """Return the values and layers of a legal fixed-point graph.

    Raises:
        UnsupportedOperator: a node that no instructions compute exactly.
        DoesNotFit: a node beyond the engine's fields.
    """
    state = Lowering(graph=graph, config=config)
    for node in graph.nodes:
        lower_node(node, state)
    return state


@singledispatch
def lower_node(node: n.Node, state: Lowering) -> None:
    """Append what computes a node; its class selects the function."""
    raise AssertionError(f"{type(node).__name__} has no fixed-point meaning")


@lower_node.register
def _lower_input(node: n.Input, state: Lowering) -> None:
    shape = as_map(node.shape)
    band = even_band(state.config, shape[0])
    value = Value(
        name=node.name, shape=shape, element=state.element(node), band_rows=band, fixed=True
    )
    state.done(node, state.add(node, value))


@lower_node.register
def _lower_conv(node: n.Conv, state: Lowering) -> None:
    value = state.operand(node)
    weight = state.graph.parameters[node.weight]
    weights = weight.integers
    channels, outputs = value.shape[2], weights.shape[3]
    diagonal = node.groups == channels == outputs and channels > 1
    weights = weights[:, :, 0] if diagonal else _dense(weights, node.groups)
    assert weight.element is not None, "the graph is real-valued"
    fraction = value.element.fraction + weight.element.fraction
    window = Window(
        shape=as_map(state.graph.types[node.name].shape),
        diagonal=diagonal,
        stride=node.stride,
        top=node.padding.top,
        left=node.padding.left,
        counted=not diagonal,
    )
    biases = None if node.bias is None else state.graph.parameters[node.bias].integers
    state.done(node, state.product(node, value, weights, biases, fraction=fraction, window=window))


def _dense(weights: Integers, groups: int) -> Integers:
    """Return the weights of one group: those between groups are zero."""
    if groups == 1:
        return weights
    rows, columns, inputs, outputs = weights.shape
    each = outputs // groups
    dense = np.zeros((rows, columns, groups, inputs, groups, each), np.int64)
    index = np.arange(groups)
    split = weights.reshape(rows, columns, inputs, groups, each)
    dense[:, :, index, :, index] = split.transpose(3, 0, 1, 2, 4)
    return dense.reshape(rows, columns, groups * inputs, outputs)


@lower_node.register
def _lower_linear(node: n.Linear, state: Lowering) -> None:
    # A map that a reshape flattened is read as a window of its own size.
    value = state.operand(node)
    weight = state.graph.parameters[node.weight]
    assert weight.element is not None, "the graph is real-valued"
    outputs = weight.values.shape[1]
    weights = weight.integers.reshape(*value.shape, outputs)
    fraction = value.element.fraction + weight.element.fraction
    biases = None if node.bias is None else state.graph.parameters[node.bias].integers
    window = Window(shape=(1, 1, outputs), diagonal=False, counted=True)
    state.done(node, state.product(node, value, weights, biases, fraction=fraction, window=window))


@lower_node.register
def _lower_affine(node: n.Affine, state: Lowering) -> None:
    value = state.operand(node)
    scale = state.graph.parameters[node.scale]
    assert scale.element is not None, "the graph is real-valued"
    weights = scale.integers.reshape(1, 1, -1)
    fraction = value.element.fraction + scale.element.fraction
    shift = state.graph.parameters[node.shift].integers
    window = Window(shape=value.shape, diagonal=True)
    state.done(node, state.product(node, value, weights, shift, fraction=fraction, window=window))


@lower_node.register
def _lower_relu(node: n.Relu, state: Lowering) -> None:
    state.done(node, state.converted(node, state.operand(node), state.element(node), low=0))


@lower_node.register
def _lower_clamp(node: n.Clamp, state: Lowering) -> None:
    low, high = clamp_limits(node)
    value = state.operand(node)
    state.done(node, state.converted(node, value, state.element(node), low=low, high=high))


@lower_node.register
def _lower_cast(node: n.Cast, state: Lowering) -> None:
    state.done(node, state.converted(node, state.operand(node), state.element(node)))


lower_node.register(n.Add, lower_add)
lower_node.register(n.Concat, lower_concat)
lower_node.register(n.MaxPool, lower_max_pool)
lower_node.register(n.AveragePool, lower_average_pool)
lower_node.register(n.Reshape, lower_reshape)
lower_node.register(n.Subsample, lower_subsample)
lower_node.register(n.PadChannels, lower_pad_channels)
