"""The streams between the stages of the spatial style: what the FIFOs and the accesses count.

hls4ml's `io_stream` hands one pixel, all its channels side by side, from stage to stage. What the
graph leaves unsaid becomes stages here: zero padding in front of a window, copies for a value that
is read more than once, binary steps of a longer concatenation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from fpgaflow.ir.geometry import Padding
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import AveragePool, Concat, Conv, MaxPool, Node, Reshape
from fpgaflow.ir.types import TensorType

CLONE_LIMIT = 7
"""Copies that one clone stage of hls4ml 1.3.0 can make; more take a cascade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One first-in first-out buffer between two stages.

    Attributes:
        layer: the node it is counted with: the one that writes it, or, for a padded input or a
            step of a concatenation, the one that reads it.
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

    A reshape has none of its own: the next stage reads the same words.
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
    return tuple(streams)


def padded_positions(graph: Graph, node: Node) -> int:
    """Return how many pixels a stage reads, the zeros around a window's input included."""
    kinds = graph.input_types(node)
    if not kinds:
        return 0
    shape = kinds[0].shape
    padding = padding_of(node)
    if padding is None:
        return prod(shape[:-1])
    height = shape[0] + padding.top + padding.bottom
    return height * (shape[1] + padding.left + padding.right)


def padding_of(node: Node) -> Padding | None:
    """Return a node's padding when it has any that is not zero."""
    if isinstance(node, (Conv, MaxPool, AveragePool)) and any(node.padding):
        return node.padding
    return None


def _before(graph: Graph, node: Node) -> list[Stream]:
    kinds = graph.input_types(node)
    if padding_of(node) is not None:
        depth = padded_positions(graph, node)
        return [_stream(node, "padded input", kinds[0], depth=depth)]
    if isinstance(node, Concat):
        joined = kinds[0].channels
        steps: list[Stream] = []
        for kind in kinds[1:-1]:
            joined += kind.channels
            step = TensorType(shape=(*kind.shape[:-1], joined), element=kind.element)
            steps.append(_stream(node, "concat step", step))
        return steps
    return []


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
