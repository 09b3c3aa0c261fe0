"""The streams between the stages of the spatial style: what the FIFOs and the accesses count.

hls4ml's `io_stream` hands one pixel, all its channels side by side, from stage to stage. What the
graph leaves unsaid becomes stages here, as the backend lowers it: zero padding in front of a
convolution, copies for a value that is read more than once, binary steps of a longer concatenation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import AveragePool, Concat, Conv, MaxPool, Node, Reshape
from fpgaflow.ir.types import TensorType

CLONE_LIMIT = 7
"""Copies that one clone stage of hls4ml 1.3.0 can make; more take a cascade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One first-in first-out buffer between two stages.

    Attributes:
        layer: the node it is counted with.
        role: what it carries.
        depth: words it holds; hls4ml's default, one for each pixel of the value.
        elements: numbers in a word, one for each channel.
        width_bits: bits in a word.
    """

    layer: str
    role: str
    depth: int
    elements: int
    width_bits: int

    @property
    def bits(self) -> int:
        """Bits that it can hold."""
        return self.depth * self.width_bits

    @property
    def words(self) -> int:
        """Numbers that pass through for one image: every pixel passes once."""
        return self.depth * self.elements


def list_streams(graph: Graph) -> tuple[Stream, ...]:
    """Return every stream of a fixed-point graph's pipeline, in the graph's order.

    A reshape has none of its own: the next stage reads the same words. An output that the network
    reads too gets a stage of its own.
    """
    readings = _count_readings(graph)
    streams: list[Stream] = []
    for node in graph.nodes:
        if isinstance(node, Reshape):
            continue
        kind = graph.types[node.name]
        streams += _before(graph, node)
        streams.append(_stream(node, "value", kind))
        streams += [_stream(node, "copy", kind)] * _copies(readings[node.name])
        if readings[node.name] > 1:
            streams += [_stream(node, "output", kind)] * graph.outputs.count(node.name)
    return tuple(streams)


def padded_positions(graph: Graph, node: Node) -> int:
    """Return how many pixels a stage reads, the zeros around a window's input included."""
    kinds = graph.input_types(node)
    if not kinds:
        return 0
    if isinstance(node, (Conv, MaxPool, AveragePool)):
        return prod(_padded_size(kinds[0], node.padding))
    return prod(kinds[0].shape[:-1])


def line_buffer_rows(graph: Graph, node: Node) -> int:
    """Return the rows a stage keeps: kernel height - 1, none where pooled windows lie apart."""
    if isinstance(node, Conv):
        return graph.parameters[node.weight].values.shape[0] - 1
    if isinstance(node, (MaxPool, AveragePool)):
        kernel, stride = node.kernel, node.stride
        apart = stride.height >= kernel.height and stride.width >= kernel.width
        return 0 if apart else kernel.height - 1
    return 0


def _padded_size(kind: TensorType, padding: Padding) -> Size:
    height, width, _ = kind.shape
    return Size(height + padding.top + padding.bottom, width + padding.left + padding.right)


def _before(graph: Graph, node: Node) -> list[Stream]:
    kinds = graph.input_types(node)
    if isinstance(node, Conv) and node.groups == 1:
        return _before_conv(graph, node, kinds[0])
    steps: list[Stream] = []
    if isinstance(node, Concat):
        joined = kinds[0].channels
        for kind in kinds[1:-1]:
            joined += kind.channels
            step = TensorType(shape=(*kind.shape[:-1], joined), element=node.element)
            steps.append(_stream(node, "concat step", step))
    return steps


def _before_conv(graph: Graph, node: Conv, kind: TensorType) -> list[Stream]:
    size = _padded_size(kind, node.padding)
    streams = [_stream(node, "padded input", kind, depth=prod(size))] if any(node.padding) else []
    kernel = graph.parameters[node.weight].values.shape
    if kernel[0] == 1 and kernel[1] > 1 and node.stride.height > 1:
        # hls4ml's convolution of one row knows no vertical stride; a stage before it drops rows.
        rows = -(-size.height // node.stride.height)
        streams.append(_stream(node, "kept rows", kind, depth=rows * size.width))
    return streams


def _stream(node: Node, role: str, kind: TensorType, *, depth: int | None = None) -> Stream:
    assert kind.element is not None, f"{node.name} has no fixed-point format"
    return Stream(
        layer=node.name,
        role=role,
        depth=prod(kind.shape[:-1]) if depth is None else depth,
        elements=kind.channels,
        width_bits=kind.channels * kind.element.width,
    )


def _count_readings(graph: Graph) -> dict[str, int]:
    """Count who reads each value, through reshapes; being an output is one reading."""
    readings = {node.name: graph.outputs.count(node.name) for node in graph.nodes}
    for node in reversed(graph.nodes):
        for name in node.inputs:
            readings[name] += readings[node.name] if isinstance(node, Reshape) else 1
    return readings


def _copies(readings: int) -> int:
    if readings <= 1:
        return 0
    cascade = -(-(readings - 1) // (CLONE_LIMIT - 1))
    return readings + cascade - 1
