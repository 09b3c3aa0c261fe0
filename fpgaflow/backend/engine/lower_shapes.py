"""Operations that only move numbers."""

from __future__ import annotations

import numpy as np

from fpgaflow.backend.engine.bands import power_of_two
from fpgaflow.backend.engine.lowering import Lowering, Window
from fpgaflow.backend.engine.network import Value
from fpgaflow.engine.frames import as_map
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Size


def same_numbers(source: FixedType, target: FixedType) -> bool:
    """Whether a cast changes no integer."""
    inside = target.minimum <= source.minimum and source.maximum <= target.maximum
    return source.fraction == target.fraction and inside


def same_bytes(source: FixedType, target: FixedType) -> bool:
    """Whether a cast changes no byte."""
    return same_numbers(source, target) and (source.width > 8) == (target.width > 8)


def lower_subsample(node: n.Subsample, state: Lowering) -> None:
    """Append a strided copy, unless the padding of channels that follows takes the rows itself."""
    value = state.operand(node)
    element = state.element(node)
    readers = state.graph.consumers()[node.name]
    padded = len(readers) == 1 and isinstance(readers[0], n.PadChannels)
    if padded and node.name not in state.graph.outputs and same_numbers(value.element, element):
        state.names[node.name] = value.name
        state.strided[node.name] = node.stride
        return
    ones = np.ones((1, 1, value.shape[2]), np.int64)
    window = Window(
        shape=as_map(state.graph.types[node.name].shape), diagonal=True, stride=node.stride
    )
    state.done(
        node, state.product(node, value, ones, None, fraction=value.element.fraction, window=window)
    )


def lower_pad_channels(node: n.PadChannels, state: Lowering) -> None:
    """Append a copy between channels of zeros, with the stride of what it reads."""
    value = state.operand(node)
    stride = state.strided.get(node.inputs[0], Size(1, 1))
    shape = as_map(state.graph.types[node.name].shape)
    weights = np.zeros((1, 1, shape[2]), np.int64)
    weights[..., node.before : node.before + value.shape[2]] = 1
    window = Window(shape=shape, diagonal=True, stride=stride, before=node.before)
    fraction = value.element.fraction
    state.done(node, state.product(node, value, weights, None, fraction=fraction, window=window))


def lower_reshape(node: n.Reshape, state: Lowering) -> None:
    """Hand the bytes on in another shape, where they follow each other in one bank."""
    value = state.operand(node)
    element = state.element(node)
    if not same_bytes(value.element, element):
        value = state.converted(node, value, element, name=f"{node.name}.cast")
    shape = as_map(node.shape)
    readers = state.graph.consumers()[node.name]
    for_linear = all(isinstance(reader, n.Linear) for reader in readers)
    keeps = shape == value.shape or (for_linear and node.name not in state.graph.outputs)
    if keeps:
        state.done(node, value)
        return
    if value.banks > 1:
        rows = power_of_two(value.shape[0])
        value = state.converted(node, value, element, name=f"{node.name}.rows", band=rows)
    value = state.fix(value)
    view = Value(
        name=node.name,
        shape=shape,
        element=element,
        band_rows=power_of_two(shape[0]),
        storage=value.storage or value.name,
        fixed=True,
    )
    state.done(node, state.add(node, view))
