"""Lowering of what slides a window over a feature map: convolutions and pooling."""

from __future__ import annotations

import numpy as np

from fpgaflow.backend.spatial.lowering import Lowering, element_of, with_room
from fpgaflow.backend.spatial.stages import ConvStage, PadStage
from fpgaflow.backend.spatial.streams import Stream
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import smallest_type
from fpgaflow.ir.geometry import Padding, Size, reciprocals
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import pool_counts
from fpgaflow.ir.types import Parameter

Constants = dict[str, int | bool]


def conv(lowering: Lowering, node: n.Conv) -> Stream:
    """Lower a convolution: hls4ml's own without groups, ours with."""
    return _plain_conv(lowering, node) if node.groups == 1 else _grouped_conv(lowering, node)


def _plain_conv(lowering: Lowering, node: n.Conv) -> Stream:
    stream = lowering.operand(node)
    parameters = lowering.graph.parameters
    weight = parameters[node.weight]
    stride = node.stride
    if node.padding != Padding():
        stream = _pad(lowering, node, stream)
    if weight.values.shape[0] == 1 and weight.values.shape[1] > 1 and stride.height > 1:
        # hls4ml's convolution of one row forgets the vertical stride.
        stream = _drop_rows(lowering, node, stream)
        stride = Size(1, stride.width)
    assert node.accumulator is not None
    name = lowering.name(node)
    return lowering.builder.add(
        ConvStage(
            name=name,
            inputs=(stream.name,),
            outputs=(name,),
            shape=lowering.graph.types[node.name].shape,
            element=element_of(node),
            in_shape=stream.shape,
            weight=weight,
            bias=None if node.bias is None else parameters[node.bias],
            stride=stride,
            accumulator=with_room(node.accumulator, element_of(node)),
            folding=lowering.folding.layers[node.name],
        )
    )


def _pad(lowering: Lowering, node: n.Conv, stream: Stream) -> Stream:
    height, width, channels = stream.shape
    padding = node.padding
    name = lowering.name(node, "pad")
    return lowering.builder.add(
        PadStage(
            name=name,
            inputs=(stream.name,),
            outputs=(name,),
            shape=(
                height + padding.top + padding.bottom,
                width + padding.left + padding.right,
                channels,
            ),
            element=stream.element,
            in_shape=stream.shape,
            padding=padding,
        )
    )


def _drop_rows(lowering: Lowering, node: n.Conv, stream: Stream) -> Stream:
    height, width, channels = stream.shape
    shape = (-(-height // node.stride.height), width, channels)
    name = lowering.name(node, "rows")
    return lowering.subsample(
        name, stream, stride=Size(node.stride.height, 1), shape=shape, element=stream.element
    )


def _grouped_conv(lowering: Lowering, node: n.Conv) -> Stream:
    stream = lowering.operand(node)
    parameters = lowering.graph.parameters
    weight = parameters[node.weight]
    kernel = Size(*weight.values.shape[:2])
    shape = lowering.graph.types[node.name].shape
    constants = _window_constants(stream, shape, kernel, node.stride, node.padding)
    constants["groups"] = node.groups
    constants["reuse_factor"] = lowering.folding.layers[node.name].reuse_factor
    return lowering.builder.kernel(
        lowering.name(node),
        "grouped_conv",
        stream,
        header="grouped_conv.h",
        shape=shape,
        element=element_of(node),
        constants=constants,
        weight=weight,
        bias=_no_bias(shape[2]) if node.bias is None else parameters[node.bias],
        accumulator=node.accumulator,
        counted=("weight",) if node.bias is None else ("weight", "bias"),
    )


def _no_bias(channels: int) -> Parameter:
    return Parameter(values=np.zeros(channels, np.int64), element=smallest_type(0, 0, 0))


def max_pool(lowering: Lowering, node: n.MaxPool) -> Stream:
    """Lower a maximum pooling of any kernel, stride and padding."""
    stream = lowering.operand(node)
    shape = lowering.graph.types[node.name].shape
    return lowering.builder.kernel(
        lowering.name(node),
        f"max_pool_{_way(node)}",
        stream,
        header="max_pool.h",
        shape=shape,
        element=element_of(node),
        constants=_window_constants(stream, shape, node.kernel, node.stride, node.padding),
    )


def average_pool(lowering: Lowering, node: n.AveragePool) -> Stream:
    """Lower an average pooling of any kernel, stride and padding."""
    stream = lowering.operand(node)
    shape = lowering.graph.types[node.name].shape
    table, uniform = _reciprocal_table(lowering.graph, node)
    constants = _window_constants(stream, shape, node.kernel, node.stride, node.padding)
    constants["uniform"] = uniform
    constants["n_reciprocals"] = table.values.size
    count = node.kernel.height * node.kernel.width
    element = stream.element
    return lowering.builder.kernel(
        lowering.name(node),
        f"average_pool_{_way(node)}",
        stream,
        header="average_pool.h",
        shape=shape,
        element=element_of(node),
        constants=constants,
        weight=table,
        accumulator=smallest_type(
            element.minimum * count, element.maximum * count, element.fraction
        ),
    )


def _way(node: n.MaxPool | n.AveragePool) -> str:
    """Windows that do not overlap need no line buffer, only a running total each."""
    apart = node.stride.height >= node.kernel.height and node.stride.width >= node.kernel.width
    return "blocks" if apart else "sliding"


def _reciprocal_table(graph: Graph, node: n.AveragePool) -> tuple[Parameter, bool]:
    """Return one reciprocal when all windows count alike, else one per height and width."""
    assert node.reciprocal is not None
    kernel = node.kernel
    counts = np.unique(pool_counts(graph, node))
    uniform = counts.size == 1
    if not uniform:
        # Which heights and widths of windows occur together does not matter: all are in the table.
        heights, widths = np.arange(1, kernel.height + 1), np.arange(1, kernel.width + 1)
        counts = np.outer(heights, widths).ravel()
    values = reciprocals(counts, node.reciprocal)
    return Parameter(values=values, element=node.reciprocal), uniform


def _window_constants(
    stream: Stream, shape: tuple[int, ...], kernel: Size, stride: Size, padding: Padding
) -> Constants:
    return {
        "in_height": stream.shape[0],
        "in_width": stream.shape[1],
        "out_height": shape[0],
        "out_width": shape[1],
        "kernel_height": kernel.height,
        "kernel_width": kernel.width,
        "stride_height": stride.height,
        "stride_width": stride.width,
        "pad_top": padding.top,
        "pad_left": padding.left,
        "pad_bottom": padding.bottom,
        "pad_right": padding.right,
    }
