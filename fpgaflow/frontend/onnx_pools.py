"""Pooling: windows, global, and reductions over rows and columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.onnx_axes import channels_at
from fpgaflow.frontend.onnx_call import Call, batched
from fpgaflow.frontend.onnx_values import Tensor
from fpgaflow.frontend.onnx_windows import (
    added,
    ceil_extra,
    check_dilations,
    padding_of,
    size_of,
)
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size, window_output

_LOWEST = float(np.finfo(np.float32).min)


Pool = type[n.MaxPool] | type[n.AveragePool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A pooling's window.

    Attributes:
        kernel: rows and columns.
        stride: rows and columns.
        padding: on each side.
        included: whether a mean counts the padding.
    """

    kernel: Size
    stride: Size
    padding: Padding = Padding()
    included: bool = True


def max_pool(call: Call) -> Tensor:
    """Import MaxPool; a Pad with minus infinity, or with zeros after a ReLU, joins its border."""
    image, border, fill = call.padded_map(0)
    if border != Padding() and fill > _LOWEST and not (fill == 0 and _is_positive(call, image)):
        raise call.unsupported(
            f"reads a border of {fill:g} around values that may be smaller",
            accepted="a border of zeros after a ReLU, or of minus infinity",
            remedy="use the padding of the pooling layer itself",
        )
    window = _window(call, image, border)
    extra = _ceil_extra(call, image, window)
    return _pool(call, image, n.MaxPool, replace(window, padding=added(window.padding, extra)))


def average_pool(call: Call) -> Tensor:
    """Import AveragePool, whichever elements its means count."""
    image, border, fill = call.padded_map(0)
    if fill != 0:
        raise call.unsupported(f"padding with {fill:g}", accepted="padding with zeros")
    window = _window(call, image, border)
    included = call.integer("count_include_pad", 0) != 0
    if border != Padding() and window.padding != border and not included:
        raise call.unsupported(
            "counts the border of a Pad before it, but not its own",
            accepted="one kind of padding, or count_include_pad = 1",
        )
    included = included or border != Padding()
    extra = _ceil_extra(call, image, window)
    if extra != Padding():
        if included and window.padding != Padding():
            raise call.unsupported(
                "ceil_mode with counted padding: windows that reach beyond the padding",
                accepted="ceil_mode with count_include_pad = 0, or without padding",
                remedy="choose a padding by which the windows come out even",
            )
        window = replace(window, padding=added(window.padding, extra))
        included = False
    return _pool(call, image, n.AveragePool, replace(window, included=included))


def _window(call: Call, image: Tensor, border: Padding) -> _Window:
    check_dilations(call)
    kernel = size_of(call, "kernel_shape")
    stride = size_of(call, "strides", Size(1, 1))
    height, width, _ = image.shape
    bordered = (height + border.top + border.bottom, width + border.left + border.right)
    padding = added(border, padding_of(call, bordered, kernel, stride))
    return _Window(kernel=kernel, stride=stride, padding=padding)


def _ceil_extra(call: Call, image: Tensor, window: _Window) -> Padding:
    if not call.integer("ceil_mode", 0):
        return Padding()
    return ceil_extra(image.shape, window.kernel, window.stride, window.padding)


def _pool(call: Call, image: Tensor, kind: Pool, window: _Window) -> Tensor:
    kernel, stride, padding = window.kernel, window.stride, window.padding
    size = window_output(image.shape, kernel, stride, padding)
    if min(size) < 1:
        raise call.refused(
            f"no {kernel} window fits into {image.shape[0]}x{image.shape[1]}",
            accepted="feature maps at least as large as the window",
        )
    name, inputs = call.fresh(), (image.node,)
    if kernel == Size(1, 1) and padding == Padding():
        if stride == Size(1, 1):
            return image
        node = n.Subsample(name=name, inputs=inputs, source=call.source, stride=stride)
        return call.builder.subsampled(image, node)
    if kind is n.MaxPool:
        node = n.MaxPool(
            name=name,
            inputs=inputs,
            source=call.source,
            kernel=kernel,
            stride=stride,
            padding=padding,
        )
    else:
        node = n.AveragePool(
            name=name,
            inputs=inputs,
            source=call.source,
            kernel=kernel,
            stride=stride,
            padding=padding,
            count_include_pad=window.included or padding == Padding(),
        )
    return call.builder.emit(node, Layout(shape=(image.shape[2], *size)))


def _is_positive(call: Call, tensor: Tensor) -> bool:
    """Whether the values are zero or more by their node."""
    node = call.builder.nodes[tensor.node]
    while isinstance(node, (n.MaxPool, n.AveragePool, n.Subsample, n.PadChannels, n.Reshape)):
        node = call.builder.nodes[node.inputs[0]]
    if isinstance(node, n.FakeQuantize):
        return not node.target.signed
    return isinstance(node, n.Relu) or (isinstance(node, n.Clamp) and node.low >= 0)


def global_average_pool(call: Call) -> Tensor:
    """Import GlobalAveragePool."""
    return _over_map(call, n.AveragePool)


def global_max_pool(call: Call) -> Tensor:
    """Import GlobalMaxPool."""
    return _over_map(call, n.MaxPool)


def _over_map(call: Call, kind: Pool) -> Tensor:
    image = call.map(0)
    kernel = Size(*image.shape[:2])
    return _pool(call, image, kind, _Window(kernel=kernel, stride=kernel))


def reduce_mean(call: Call) -> Tensor:
    """Import ReduceMean over rows and columns."""
    return _reduce(call, n.AveragePool)


def reduce_max(call: Call) -> Tensor:
    """Import ReduceMax over rows and columns."""
    return _reduce(call, n.MaxPool)


def _reduce(call: Call, kind: Pool) -> Tensor:
    tensor = call.tensor(0)
    shape = tensor.layout.shape
    given = call.integers_of("axes", 1)
    if not given and call.integer("noop_with_empty_axes", 0):
        return tensor
    axes = {call.axis(axis, len(shape) + 1) - 1 for axis in given or range(len(shape) + 1)}
    reduced = [size for axis, size in enumerate(shape) if axis in axes]
    if -1 not in axes and all(size == 1 for size in reduced):
        pooled, layout = tensor, tensor.layout
    else:
        pooled = _pooled(call, tensor, axes, kind)
        layout = pooled.layout
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    if not call.integer("keepdims", 1):
        kept = tuple(size for axis, size in enumerate(shape) if axis not in axes)
    return call.relabelled(pooled, layout.reshaped(kept))


def _pooled(call: Call, tensor: Tensor, axes: set[int], kind: Pool) -> Tensor:
    """Return the pooled map, its layout in the reduced shape's order of axes."""
    shape = tensor.layout.shape
    if len(shape) == 2 and axes == {1} and len(tensor.shape) == 3:
        unfolded = (shape[0], *tensor.shape[:2])
        if tensor.layout.elements == np.prod(unfolded):
            tensor = Tensor(
                node=tensor.node, shape=tensor.shape, layout=tensor.layout.reshaped(unfolded)
            )
            axes = {1, 2}
    for channel_axis in (0, 2, 1):
        found = channels_at(tensor.layout, channel_axis) if channel_axis not in axes else None
        if found is None or -1 in axes:
            continue
        order, layout = found
        image = call.builder.in_natural_shape(
            Tensor(node=tensor.node, shape=tensor.shape, layout=layout)
        )
        rows, columns = (order[axis] in axes for axis in (1, 2))
        kernel = Size(image.shape[0] if rows else 1, image.shape[1] if columns else 1)
        pooled = _whole(call, image, kind, kernel)
        turned = pooled.layout.transposed(tuple(int(axis) for axis in np.argsort(order)))
        return Tensor(node=pooled.node, shape=pooled.shape, layout=turned)
    raise call.unsupported(
        f"reduces axes {sorted(axis + 1 for axis in axes)} of a value {batched(shape)}",
        accepted="reduction over the rows and columns of a feature map",
    )


def _whole(call: Call, image: Tensor, kind: Pool, kernel: Size) -> Tensor:
    """Pool all rows, all columns or both; mean(3).mean(2) becomes one window, rounded once."""
    before = call.builder.nodes[image.node]
    if isinstance(before, kind) and before.kernel == before.stride and before.padding == Padding():
        kernel = Size(before.kernel.height * kernel.height, before.kernel.width * kernel.width)
        shape = call.builder.shapes[before.inputs[0]]
        layout = Layout(shape=(shape[2], *shape[:2]))
        image = Tensor(node=before.inputs[0], shape=shape, layout=layout)
    return _pool(call, image, kind, _Window(kernel=kernel, stride=kernel))
