"""Concatenation along the channels, and channels of zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fpgaflow.frontend.layout import Layout, joined_vectors
from fpgaflow.frontend.onnx_axes import channels_at
from fpgaflow.frontend.onnx_call import Call, batched
from fpgaflow.frontend.onnx_values import Constant, Tensor
from fpgaflow.ir import nodes as n


def concat(call: Call) -> Tensor:
    """Import Concat along the channels; constants of zeros at the ends pad the channels."""
    positions = range(len(call.inputs))
    zeros = [_zero_channels(call, position) for position in positions]
    tensors = [call.tensor(position) for position in positions if zeros[position] is None]
    if not tensors:
        raise call.refused("joins nothing", accepted="at least one input")
    if "axis" not in call.attributes:
        raise call.refused("attribute axis is missing")
    axis = call.axis(call.integer("axis", 1), len(tensors[0].layout.shape) + 1) - 1
    joined = _joined(call, tensors, axis)
    before, after = _ends(call, zeros)
    return joined if before == after == 0 else pad_channels(call, joined, before, after)


def _zero_channels(call: Call, position: int) -> int | None:
    """Return how many channels of zeros a constant operand adds; None for a computed one."""
    value = call.input(position)
    if not isinstance(value, Constant):
        return None
    axis = call.integer("axis", 1)
    if np.any(value.values) or not -value.values.ndim <= axis < value.values.ndim:
        raise call.unsupported(
            f"{value.label} is joined to computed values", accepted="constants of zeros"
        )
    return int(value.values.shape[axis])


def _ends(call: Call, zeros: Sequence[int | None]) -> tuple[int, int]:
    computed = [position for position, count in enumerate(zeros) if count is None]
    first, last = computed[0], computed[-1]
    if any(count is not None for count in zeros[first:last]):
        raise call.unsupported(
            "joins zeros between computed values", accepted="zeros before and after them"
        )
    before, after = zeros[:first], zeros[last + 1 :]
    return sum(count or 0 for count in before), sum(count or 0 for count in after)


def _joined(call: Call, tensors: list[Tensor], axis: int) -> Tensor:
    if len(tensors) == 1:
        return tensors[0]
    if axis == 0 and all(len(tensor.layout.shape) == 1 for tensor in tensors):
        vectors = [call.builder.in_natural_shape(tensor) for tensor in tensors]
        layout = joined_vectors([vector.layout for vector in vectors])
        return call.builder.emit(_concat(call, vectors), layout)
    found = [channels_at(tensor.layout, axis) if axis >= 0 else None for tensor in tensors]
    orders = {turned[0] for turned in found if turned is not None}
    sizes = {turned[1].shape[1:] for turned in found if turned is not None}
    if None in found or len(orders) != 1 or len(sizes) != 1:
        shapes = ", ".join(batched(tensor.layout.shape) for tensor in tensors)
        raise call.unsupported(
            f"joins values of shapes {shapes} along axis {axis + 1}",
            accepted="feature maps of one size along their channels, or vectors",
        )
    turned = [
        call.builder.in_natural_shape(replace(tensor, layout=pair[1]))
        for tensor, pair in zip(tensors, found, strict=True)
        if pair is not None
    ]
    channels = sum(tensor.layout.shape[0] for tensor in turned)
    (order,), (size,) = orders, sizes
    layout = Layout(shape=(channels, *size)).transposed(tuple(map(int, np.argsort(order))))
    return call.builder.emit(_concat(call, turned), layout)


def _concat(call: Call, tensors: list[Tensor]) -> n.Concat:
    inputs = tuple(tensor.node for tensor in tensors)
    return n.Concat(name=call.fresh(), inputs=inputs, source=call.source)


def pad_channels(call: Call, tensor: Tensor, before: int, after: int) -> Tensor:
    """Append channels of zeros around a feature map's (the option-A shortcut)."""
    if not tensor.layout.is_map:
        raise call.unsupported(
            f"adds zeros to a value of shape {batched(tensor.layout.shape)}",
            accepted="zeros as channels of feature maps [N, c, h, w]",
        )
    tensor = call.builder.in_natural_shape(tensor)
    channels, height, width = tensor.layout.shape
    node = n.PadChannels(
        name=call.fresh(), inputs=(tensor.node,), source=call.source, before=before, after=after
    )
    layout = Layout(shape=(before + channels + after, height, width))
    return call.builder.emit(node, layout)
