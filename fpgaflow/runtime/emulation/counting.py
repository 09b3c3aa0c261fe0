"""What each layer moves on the chip for one image, counted along the interpreter's values.

This is a count of its own, not the memory-access model's: it lets one image through the network,
takes the sizes of the values that really came out, and walks through the stages that hls4ml's
streams need. The two must agree, as must the C-simulation's and the board's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaflow.interpret import numpy_engine
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.room import needs_room, sum_type
from fpgaflow.runtime.manifest import RegisterEntry

_COPIES = 7
"""Streams that one copying stage can write."""


@dataclass(slots=True, kw_only=True)
class Moved:
    """Numbers that one layer's stages moved."""

    weights: int = 0
    reads: int = 0
    writes: int = 0


@dataclass(slots=True, kw_only=True)
class _Flow:
    """A stream: whose it is, how its numbers lie, in which format, and how often it is read."""

    layer: str
    shape: tuple[int, ...]
    element: object
    readers: int = 0

    @property
    def numbers(self) -> int:
        return prod(self.shape)


def count_one_image(graph: Graph) -> dict[str, Moved]:
    """Return what each layer moves on the chip for one image, by node name."""
    walk = _Walk(graph)
    for node in graph.nodes:
        walk.visit(node)
    walk.end()
    return walk.moved


def register_counts(
    moved: Mapping[str, Moved], registers: Sequence[RegisterEntry]
) -> dict[str, int]:
    """Return what one image adds to each layer's counters, by register name."""
    found: dict[str, int] = {}
    for one in registers:
        if one.layer is None:
            continue
        layer = moved[one.layer]
        if one.name.endswith("_weight_reads"):
            found[one.name] = layer.weights
        elif one.name.endswith("_feature_map_reads"):
            found[one.name] = layer.reads
        else:
            found[one.name] = layer.writes
    return found


class _Walk:
    def __init__(self, graph: Graph) -> None:
        self.moved = {node.name: Moved() for node in graph.nodes}
        self._graph = graph
        image = np.zeros((1, *graph.input.shape), np.uint8)
        values = numpy_engine.run(graph, image, "all")
        self._shapes = {name: value.shape[1:] for name, value in values.items()}
        self._flows: list[_Flow] = []
        self._values: dict[str, _Flow] = {}
        self._live = {graph.input.name, *graph.outputs}
        for node in reversed(graph.nodes):
            if node.name in self._live:
                self._live.update(node.inputs)

    def visit(self, node: n.Node) -> None:
        """Let a node's stages read and write; what no output depends on has none."""
        if node.name not in self._live:
            return
        shape = self._shapes[node.name]
        if isinstance(node, n.Input):
            # The DMA writes this stream, not a stage.
            self._values[node.name] = self._flow(node.name, shape, node.element)
            return
        flows = [self._values[name] for name in node.inputs]
        if isinstance(node, n.Reshape):
            self._values[node.name] = self._reshape(node, flows[0])
            return
        self._count_weights(node)
        flows = self._prepare(node, flows)
        if isinstance(node, (n.Relu, n.Clamp, n.Cast, n.Add)):
            shape = flows[0].shape
        self._count_line_buffer(node, flows[0])
        if isinstance(node, n.Add):
            total = sum_type(_format(flows[0].element), _format(flows[1].element))
            if needs_room(total, _format(node.element)):
                flows = [self._stage(flows, node.name, shape, total)]
        self._values[node.name] = self._stage(flows, node.name, shape, node.element)

    def end(self) -> None:
        """Let the results leave, then count the stages that copy what is read more than once."""
        results = [self._values[name] for name in self._graph.outputs]
        for flow in results:
            flow.readers += 1
        for flow in results:
            if flow.readers > 1 or flow.layer == self._graph.input.name:
                self.moved[flow.layer].reads += flow.numbers
                self.moved[flow.layer].writes += flow.numbers
        for flow in self._flows:
            if flow.readers > 1:
                # Each further copying stage takes one of its predecessor's copies.
                stages = -(-(flow.readers - 1) // (_COPIES - 1))
                layer = self.moved[flow.layer]
                layer.reads += stages * flow.numbers
                layer.writes += (flow.readers + stages - 1) * flow.numbers

    def _stage(
        self, flows: Sequence[_Flow], layer: str, shape: tuple[int, ...], element: object
    ) -> _Flow:
        for flow in flows:
            flow.readers += 1
            self.moved[layer].reads += flow.numbers
        made = self._flow(layer, shape, element)
        self.moved[layer].writes += made.numbers
        return made

    def _flow(self, layer: str, shape: tuple[int, ...], element: object) -> _Flow:
        flow = _Flow(layer=layer, shape=tuple(shape), element=element)
        self._flows.append(flow)
        return flow

    def _reshape(self, node: n.Reshape, flow: _Flow) -> _Flow:
        if len(node.shape) > 1 and flow.shape != tuple(node.shape):
            return self._stage([flow], node.name, node.shape, node.element)
        if flow.element != node.element:
            return self._stage([flow], node.name, flow.shape, node.element)
        return flow

    def _prepare(self, node: n.Node, flows: list[_Flow]) -> list[_Flow]:
        """Put the stages in front that the graph does not name."""
        if isinstance(node, n.Conv) and node.groups == 1:
            return [self._before_conv(node, flows[0])]
        unlike = len({flow.shape for flow in flows}) > 1
        if isinstance(node, (n.Affine, n.Concat)) or (isinstance(node, n.Add) and unlike):
            flows = [
                flow
                if flow.shape == self._shapes[name]
                else self._stage([flow], node.name, self._shapes[name], flow.element)
                for name, flow in zip(node.inputs, flows, strict=True)
            ]
        if isinstance(node, n.Concat):
            flows = [
                self._stage([flow], node.name, flow.shape, node.element)
                if needs_room(_format(flow.element), _format(node.element))
                else flow
                for flow in flows
            ]
        if isinstance(node, n.Concat) and len(flows) > 2:
            joined = flows[0]
            for flow in flows[1:-1]:
                shape = (*flow.shape[:-1], joined.shape[-1] + flow.shape[-1])
                joined = self._stage([joined, flow], node.name, shape, node.element)
            flows = [joined, flows[-1]]
        return flows

    def _before_conv(self, node: n.Conv, flow: _Flow) -> _Flow:
        height, width = _padded(flow, node.padding)
        channels = flow.shape[-1]
        if height * width * channels != flow.numbers:
            flow = self._stage([flow], node.name, (height, width, channels), flow.element)
        kernel = self._graph.parameters[node.weight].values.shape
        if kernel[0] == 1 and kernel[1] > 1 and node.stride.height > 1:
            rows = -(-height // node.stride.height)
            flow = self._stage([flow], node.name, (rows, width, channels), flow.element)
        return flow

    def _count_weights(self, node: n.Node) -> None:
        outputs = prod(self._shapes[node.name][:-1])
        for name in node.parameters:
            self.moved[node.name].weights += outputs * self._graph.parameters[name].values.size

    def _count_line_buffer(self, node: n.Node, flow: _Flow) -> None:
        """A window of k rows keeps k - 1 of them, and none where pooled windows lie apart."""
        if isinstance(node, n.Conv):
            rows = self._graph.parameters[node.weight].values.shape[0] - 1
            # What was padded before arrives padded; a grouped convolution pads by itself.
            arriving = _padded(flow, node.padding) if node.groups > 1 else flow.shape[:2]
        elif isinstance(node, (n.MaxPool, n.AveragePool)):
            apart = (
                node.stride.height >= node.kernel.height and node.stride.width >= node.kernel.width
            )
            rows = 0 if apart else node.kernel.height - 1
            arriving = _padded(flow, node.padding)
        else:
            return
        moved = rows * prod(arriving) * flow.shape[-1]
        self.moved[node.name].reads += moved
        self.moved[node.name].writes += moved


def _format(element: object) -> FixedType:
    assert isinstance(element, FixedType), "a fixed-point graph has a format everywhere"
    return element


def _padded(flow: _Flow, padding: n.Padding) -> tuple[int, int]:
    height, width = flow.shape[:2]
    return height + padding.top + padding.bottom, width + padding.left + padding.right
