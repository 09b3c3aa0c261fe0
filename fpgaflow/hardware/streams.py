"""The streams between the stages of the spatial style: what the FIFOs and the accesses count.

hls4ml's `io_stream` hands one pixel, all its channels side by side, from stage to stage. What the
graph leaves unsaid becomes stages here, as the backend lowers it: zero padding in front of a
convolution, copies for a value that is read more than once, binary steps of a longer concatenation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from fpgaflow.ir.fixed import FixedType
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
from fpgaflow.ir.room import needs_room, sum_type
from fpgaflow.ir.types import TensorType

CLONE_LIMIT = 7
"""Copies that one clone stage of hls4ml 1.3.0 can make; more take a cascade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One first-in first-out buffer between two stages.

    Attributes:
        layer: the node it is counted with.
        role: what it carries.
        pixels: words of one image, one for each pixel of the value.
        depth: words it holds.
        elements: numbers in a word, one for each channel.
        width_bits: bits in a word.
        shift_register: made of look-up tables by order, whatever the tool would choose.
    """

    layer: str
    role: str
    pixels: int
    depth: int
    elements: int
    width_bits: int
    shift_register: bool = False

    @property
    def bits(self) -> int:
        """Bits that it can hold."""
        return self.depth * self.width_bits

    @property
    def words(self) -> int:
        """Numbers that pass through for one image: every pixel passes once."""
        return self.pixels * self.elements

    @property
    def image_bits(self) -> int:
        """Bits that pass through for one image."""
        return self.pixels * self.width_bits


@dataclass(slots=True, kw_only=True, eq=False)
class Flow:
    """What one stage writes, before copies are made of it.

    Attributes:
        layer: the node it is counted with.
        role: what it carries; `value` where the node's last own stage writes it.
        kind: packing and format of its words.
        sources: what the stage that writes it reads, in order.
        readers: how many read it.
    """

    layer: str
    role: str
    kind: TensorType
    sources: tuple[Flow, ...] = ()
    readers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """All flows of a pipeline in the order of its stages, and those that are its results."""

    flows: tuple[Flow, ...]
    results: tuple[Flow, ...]


def list_streams(graph: Graph) -> tuple[Stream, ...]:
    """Return every stream of a fixed-point graph's pipeline, in the order in which they are made.

    Their depths are hls4ml's default, a whole image; `fifo_depths` plans smaller ones. A reshape to
    a vector has no stream of its own: the next stage reads the same words. Nodes that no output
    depends on have none either.
    """
    found: list[Stream] = []
    for flow in list_flows(graph).flows:
        copies = ["copy"] * _copies(flow.readers)
        found += [_stream(flow.layer, role, flow.kind) for role in (flow.role, *copies)]
    return tuple(found)


def list_flows(graph: Graph) -> Flows:
    """Return what the stages of a fixed-point graph's pipeline write, clones left out."""
    pipeline = _Pipeline(graph)
    live = live_nodes(graph)
    for node in graph.nodes:
        if node.name in live:
            pipeline.add(node)
    results = pipeline.add_outputs()
    return Flows(flows=pipeline.flows, results=results)


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


def live_nodes(graph: Graph) -> set[str]:
    """Return the nodes that an output depends on; the others are not built."""
    live = set(graph.outputs) | {graph.input.name}
    for node in reversed(graph.nodes):
        if node.name in live:
            live.update(node.inputs)
    return live


class _Pipeline:
    """Walks the graph as the backend's lowering does."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._flows: list[Flow] = []
        self._values: dict[str, Flow] = {}

    def add(self, node: Node) -> None:
        """Make the streams of one node; its inputs' are there already."""
        self._values[node.name] = self._reshape(node) or self._value(node)

    def add_outputs(self) -> tuple[Flow, ...]:
        """Count the network's outputs as readers; one that others read too gets its own stage."""
        results = [self._values[name] for name in self._graph.outputs]
        for flow in results:
            flow.readers += 1
        first = self._values[self._graph.input.name]
        for index, flow in enumerate(results):
            if flow.readers > 1 or flow is first:
                # Its stage is the reader that has just been counted.
                results[index] = self._write(flow.layer, "output", flow.kind, (flow,))
                results[index].readers += 1
        return tuple(results)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """All flows made so far."""
        return tuple(self._flows)

    def _write(
        self, layer: str, role: str, kind: TensorType, sources: tuple[Flow, ...] = ()
    ) -> Flow:
        flow = Flow(layer=layer, role=role, kind=kind, sources=sources)
        self._flows.append(flow)
        return flow

    def _next(self, flow: Flow, layer: str, role: str, kind: TensorType) -> Flow:
        """Let a stage read a stream and write another one."""
        flow.readers += 1
        return self._write(layer, role, kind, (flow,))

    def _value(self, node: Node) -> Flow:
        operands = self._operands(node)
        for flow in operands:
            flow.readers += 1
        # Without its own shape a stage keeps the packing of what it reads.
        kind = self._graph.types[node.name]
        if isinstance(node, (Relu, Clamp, Cast, Add)):
            kind = replace(operands[0].kind, element=node.element)
        if isinstance(node, Add):
            operands = self._sum(node, operands, kind)
        return self._write(node.name, "value", kind, tuple(operands))

    def _sum(self, node: Add, operands: list[Flow], kind: TensorType) -> list[Flow]:
        """Let a sum be cast by a stage of its own where the output's format is much coarser."""
        left, right = (_element(flow) for flow in operands)
        total = sum_type(left, right)
        if node.element is None or not needs_room(total, node.element):
            return operands
        flow = self._write(node.name, "sum", replace(kind, element=total), tuple(operands))
        flow.readers += 1
        return [flow]

    def _operands(self, node: Node) -> list[Flow]:
        flows = [self._values[name] for name in node.inputs]
        if isinstance(node, Conv) and node.groups == 1:
            return [self._before_conv(node, flows[0])]
        unlike = len({flow.kind.shape for flow in flows}) > 1
        if isinstance(node, (Affine, Concat)) or (isinstance(node, Add) and unlike):
            flows = [
                self._packed(node, name, flow)
                for name, flow in zip(node.inputs, flows, strict=True)
            ]
        if isinstance(node, Concat):
            flows = [self._coarser(node, flow) for flow in flows]
        if isinstance(node, Concat) and len(flows) > 2:
            return [self._concat_steps(node, flows[:-1]), flows[-1]]
        return flows

    def _packed(self, node: Node, name: str, flow: Flow) -> Flow:
        """Give words the length of the value's last dimension."""
        kind = self._graph.types[name]
        if flow.kind.shape == kind.shape:
            return flow
        return self._next(flow, node.name, "repacked", kind)

    def _coarser(self, node: Concat, flow: Flow) -> Flow:
        """Let a stage cast an operand first where the output's format is much coarser."""
        if node.element is None or not needs_room(_element(flow), node.element):
            return flow
        return self._next(flow, node.name, "cast", replace(flow.kind, element=node.element))

    def _before_conv(self, node: Conv, flow: Flow) -> Flow:
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

    def _concat_steps(self, node: Concat, flows: list[Flow]) -> Flow:
        joined = flows[0]
        for flow in flows[1:]:
            joined.readers += 1
            flow.readers += 1
            channels = joined.kind.channels + flow.kind.channels
            kind = TensorType(shape=(*flow.kind.shape[:-1], channels), element=node.element)
            joined = self._write(node.name, "concat step", kind, (joined, flow))
        return joined

    def _reshape(self, node: Node) -> Flow | None:
        if not isinstance(node, Reshape):
            return None
        flow = self._values[node.inputs[0]]
        if len(node.shape) > 1 and flow.kind.shape != node.shape:
            return self._next(flow, node.name, "repacked", self._graph.types[node.name])
        if flow.kind.element == node.element:
            return flow
        return self._next(flow, node.name, "cast", replace(flow.kind, element=node.element))


def _element(flow: Flow) -> FixedType:
    assert flow.kind.element is not None, f"{flow.layer} has no fixed-point format"
    return flow.kind.element


def _stream(layer: str, role: str, kind: TensorType) -> Stream:
    assert kind.element is not None, f"{layer} has no fixed-point format"
    return Stream(
        layer=layer,
        role=role,
        pixels=prod(kind.shape[:-1]),
        depth=prod(kind.shape[:-1]),
        elements=kind.channels,
        width_bits=kind.channels * kind.element.width,
    )


def _copies(readers: int) -> int:
    if readers <= 1:
        return 0
    stages = -(-(readers - 1) // (CLONE_LIMIT - 1))
    return readers + stages - 1
