"""The streams between the stages of the spatial style: what the FIFOs and the accesses count.

hls4ml's `io_stream` hands one pixel, all its channels side by side, from stage to stage. What the
graph leaves unsaid becomes stages here, as the backend lowers it: zero padding in front of a
convolution, copies for a value that is read more than once, binary steps of a longer concatenation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import (
    Add,
    Affine,
    AveragePool,
    Cast,
    Clamp,
    Concat,
    Conv,
    MaxPool,
    Node,
    Relu,
    Reshape,
)
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
    """Return every stream of a fixed-point graph's pipeline, in the order in which they are made.

    A reshape to a vector has none of its own: the next stage reads the same words. Nodes that no
    output depends on have none either.
    """
    pipeline = _Pipeline(graph)
    live = _live(graph)
    for node in graph.nodes:
        if node.name in live:
            pipeline.add(node)
    pipeline.add_outputs()
    return tuple(pipeline.streams())


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


def _live(graph: Graph) -> set[str]:
    live = set(graph.outputs) | {graph.input.name}
    for node in reversed(graph.nodes):
        if node.name in live:
            live.update(node.inputs)
    return live


@dataclass(slots=True, kw_only=True)
class _Flow:
    """A stream while it is being made: `kind` is its packing, `readers` how many read it so far."""

    layer: str
    role: str
    kind: TensorType
    readers: int = 0


class _Pipeline:
    """Walks the graph as the backend's lowering does."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._flows: list[_Flow] = []
        self._values: dict[str, _Flow] = {}

    def add(self, node: Node) -> None:
        """Make the streams of one node; its inputs' are there already."""
        self._values[node.name] = self._reshape(node) or self._value(node)

    def add_outputs(self) -> None:
        """Count the network's outputs as readers; one that others read too gets its own stage."""
        results = [self._values[name] for name in self._graph.outputs]
        for flow in results:
            flow.readers += 1
        first = self._values[self._graph.input.name]
        for flow in results:
            if flow.readers > 1 or flow is first:
                self._write(flow.layer, "output", flow.kind).readers += 1

    def streams(self) -> list[Stream]:
        """Return all streams, with copies where there are several readers."""
        found: list[Stream] = []
        for flow in self._flows:
            copies = ["copy"] * _copies(flow.readers)
            found += [_stream(flow.layer, role, flow.kind) for role in (flow.role, *copies)]
        return found

    def _write(self, layer: str, role: str, kind: TensorType) -> _Flow:
        flow = _Flow(layer=layer, role=role, kind=kind)
        self._flows.append(flow)
        return flow

    def _next(self, flow: _Flow, layer: str, role: str, kind: TensorType) -> _Flow:
        """Let a stage read a stream and write another one."""
        flow.readers += 1
        return self._write(layer, role, kind)

    def _value(self, node: Node) -> _Flow:
        operands = self._operands(node)
        for flow in operands:
            flow.readers += 1
        # Without its own shape a stage keeps the packing of what it reads.
        kind = self._graph.types[node.name]
        if isinstance(node, (Relu, Clamp, Cast, Add)):
            kind = replace(operands[0].kind, element=node.element)
        return self._write(node.name, "value", kind)

    def _operands(self, node: Node) -> list[_Flow]:
        flows = [self._values[name] for name in node.inputs]
        if isinstance(node, Conv) and node.groups == 1:
            return [self._before_conv(node, flows[0])]
        unlike = len({flow.kind.shape for flow in flows}) > 1
        if isinstance(node, (Affine, Concat)) or (isinstance(node, Add) and unlike):
            flows = [
                self._packed(node, name, flow)
                for name, flow in zip(node.inputs, flows, strict=True)
            ]
        if isinstance(node, Concat) and len(flows) > 2:
            return [self._concat_steps(node, flows[:-1]), flows[-1]]
        return flows

    def _packed(self, node: Node, name: str, flow: _Flow) -> _Flow:
        """Give words the length of the value's last dimension."""
        kind = self._graph.types[name]
        if flow.kind.shape == kind.shape:
            return flow
        return self._next(flow, node.name, "repacked", kind)

    def _before_conv(self, node: Conv, flow: _Flow) -> _Flow:
        size = _padded_size(flow.kind, node.padding)
        kind = replace(flow.kind, shape=(*size, flow.kind.channels))
        if any(node.padding):
            flow = self._next(flow, node.name, "padded input", kind)
        kernel = self._graph.parameters[node.weight].values.shape
        if kernel[0] == 1 and kernel[1] > 1 and node.stride.height > 1:
            # hls4ml's convolution of one row knows no vertical stride: a stage before drops rows.
            rows = -(-size.height // node.stride.height)
            kept = replace(kind, shape=(rows, size.width, kind.channels))
            flow = self._next(flow, node.name, "kept rows", kept)
        return flow

    def _concat_steps(self, node: Concat, flows: list[_Flow]) -> _Flow:
        joined = flows[0]
        for flow in flows[1:]:
            flow.readers += 1
            channels = joined.kind.channels + flow.kind.channels
            kind = TensorType(shape=(*flow.kind.shape[:-1], channels), element=node.element)
            joined = self._next(joined, node.name, "concat step", kind)
        return joined

    def _reshape(self, node: Node) -> _Flow | None:
        if not isinstance(node, Reshape):
            return None
        flow = self._values[node.inputs[0]]
        if len(node.shape) > 1 and flow.kind.shape != node.shape:
            return self._next(flow, node.name, "repacked", self._graph.types[node.name])
        if flow.kind.element == node.element:
            return flow
        return self._next(flow, node.name, "cast", replace(flow.kind, element=node.element))


def _stream(layer: str, role: str, kind: TensorType) -> Stream:
    assert kind.element is not None, f"{layer} has no fixed-point format"
    return Stream(
        layer=layer,
        role=role,
        depth=prod(kind.shape[:-1]),
        elements=kind.channels,
        width_bits=kind.channels * kind.element.width,
    )


def _copies(readers: int) -> int:
    if readers <= 1:
        return 0
    stages = -(-(readers - 1) // (CLONE_LIMIT - 1))
    return readers + stages - 1
