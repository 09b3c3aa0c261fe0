"""How many numbers move, where, for one image: the memory-access model.

Definitions, for every layer (a node of the graph):

- An *access* is one number read or written: a pixel's channel, an activation, a weight, a bias.
- *Bytes* are its bits, packed; each sum of one layer, kind and direction is rounded up to whole
  bytes, and totals are sums of those. A number that crosses the DMA takes whole bytes by itself:
  a pixel's channel one, a score as many as `hardware/beats.py` gives it.
- `input` is what is read of the network's input, `output` what is written as its result,
  `weight` weights and biases (scales and shifts of an affine too), `feature_map` the rest.

**Spatial style** (`spatial_memory`). Off chip: the image read once, the result written once;
weights and feature maps stay on chip. On chip, per layer:

- feature maps: each stage reads every number of its input stream once and writes every number of
  its output stream once. A zero-padding stage, a copy for a second reader, a step of a longer
  concatenation and a cast to a much coarser format (`ir/room.py`) are stages too and count with
  their layer. A window of k rows has a line buffer
  of k - 1 rows (none where pooled windows lie apart): each arriving number, the zeros around the
  input too, reads and writes one number in each row.
- weights: every weight and bias is an operand once for each output pixel, so weight reads are the
  layer's multiply-accumulates and one bias for each output. They are counted whether the folding
  keeps the weights in block RAM or as constants in logic, whatever the reuse factor.

**Layer by layer** (`layer_by_layer_memory`), the original network as PyTorch runs it, float32, all
off chip: each layer reads its inputs and its parameters once and writes its output once. Nothing
is fused; a reshape moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fpgaflow.hardware.beats import score_bytes
from fpgaflow.hardware.cost import output_positions
from fpgaflow.hardware.streams import (
    CLONE_LIMIT,
    line_buffer_rows,
    list_streams,
    live_nodes,
    padded_positions,
)
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import TensorType

FLOAT_BYTES = 4

Kind = Literal["input", "weight", "feature_map", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Numbers moved for one image."""

    read_accesses: int = 0
    read_bytes: int = 0
    write_accesses: int = 0
    write_bytes: int = 0

    def __add__(self, other: Access) -> Access:
        """Return the sum, field by field."""
        return Access(
            read_accesses=self.read_accesses + other.read_accesses,
            read_bytes=self.read_bytes + other.read_bytes,
            write_accesses=self.write_accesses + other.write_accesses,
            write_bytes=self.write_bytes + other.write_bytes,
        )

    @property
    def accesses(self) -> int:
        """Reads and writes."""
        return self.read_accesses + self.write_accesses

    @property
    def bytes(self) -> int:
        """Bytes read and written."""
        return self.read_bytes + self.write_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Accesses by what is moved."""

    input: Access = Access()
    weight: Access = Access()
    feature_map: Access = Access()
    output: Access = Access()

    def __add__(self, other: Traffic) -> Traffic:
        """Return the sum, kind by kind."""
        return Traffic(
            input=self.input + other.input,
            weight=self.weight + other.weight,
            feature_map=self.feature_map + other.feature_map,
            output=self.output + other.output,
        )

    @property
    def total(self) -> Access:
        """All kinds together."""
        return self.input + self.weight + self.feature_map + self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerMemory:
    """What one layer moves for one image."""

    name: str
    off_chip: Traffic = Traffic()
    on_chip: Traffic = Traffic()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryModel:
    """What a network moves for one image, in the graph's order. Modelled."""

    layers: tuple[LayerMemory, ...]

    @property
    def off_chip(self) -> Traffic:
        """The sum over the layers."""
        return _total(layer.off_chip for layer in self.layers)

    @property
    def on_chip(self) -> Traffic:
        """The sum over the layers."""
        return _total(layer.on_chip for layer in self.layers)


def spatial_memory(graph: Graph) -> MemoryModel:
    """Model the accesses of a fixed-point graph in the spatial style; see this module's text."""
    extra = _extra_streams(graph)
    live = live_nodes(graph)
    return MemoryModel(
        layers=tuple(
            LayerMemory(
                name=node.name,
                off_chip=_off_chip(graph, node),
                on_chip=_on_chip(graph, node, extra[node.name]),
            )
            # What no output depends on is not built, and moves nothing.
            if node.name in live
            else LayerMemory(name=node.name)
            for node in graph.nodes
        )
    )


def layer_by_layer_memory(graph: Graph) -> MemoryModel:
    """Model the accesses of a network run layer by layer in float32; see this module's text."""
    return MemoryModel(
        layers=tuple(
            LayerMemory(name=node.name, off_chip=_float_layer(graph, node)) for node in graph.nodes
        )
    )


def _total(parts: Iterable[Traffic]) -> Traffic:
    total = Traffic()
    for part in parts:
        total += part
    return total


def _float_layer(graph: Graph, node: n.Node) -> Traffic:
    if isinstance(node, (n.Input, n.Reshape)):
        return Traffic()
    weights = sum(graph.parameters[name].values.size for name in node.parameters)
    traffic = Traffic(weight=_read(weights, weights * FLOAT_BYTES))
    for name, kind in zip(node.inputs, graph.input_types(node), strict=True):
        moved = _read(kind.elements, kind.elements * FLOAT_BYTES)
        traffic += _as_read(graph, name, moved)
    elements = graph.types[node.name].elements
    return traffic + _as_written(graph, node, _write(elements, elements * FLOAT_BYTES))


def _off_chip(graph: Graph, node: n.Node) -> Traffic:
    kind = graph.types[node.name]
    assert kind.element is not None, "a real-valued graph has no bits"
    traffic = Traffic()
    if isinstance(node, n.Input):
        traffic += Traffic(input=_read(kind.elements, kind.elements))
    if node.name in graph.outputs:
        whole = kind.elements * score_bytes(kind.element)
        traffic += Traffic(output=_write(kind.elements, whole))
    return traffic


def _on_chip(graph: Graph, node: n.Node, extra: Access) -> Traffic:
    if isinstance(node, (n.Input, n.Reshape)):
        return Traffic(feature_map=extra)
    traffic = Traffic(weight=_weight_reads(graph, node), feature_map=extra)
    for name, kind in zip(node.inputs, graph.input_types(node), strict=True):
        traffic += _as_read(graph, name, _read(kind.elements, _packed(kind.elements, kind)))
    traffic += Traffic(feature_map=_line_buffer(graph, node))
    kind = graph.types[node.name]
    return traffic + _as_written(graph, node, _write(kind.elements, _packed(kind.elements, kind)))


def _weight_reads(graph: Graph, node: n.Node) -> Access:
    pixels = output_positions(graph, node)
    reads = Access()
    for name in node.parameters:
        parameter = graph.parameters[name]
        assert parameter.element is not None, f"{name} is real-valued"
        count = parameter.values.size * pixels
        reads += _read(count, -(-count * parameter.element.width // 8))
    return reads


def _line_buffer(graph: Graph, node: n.Node) -> Access:
    rows = line_buffer_rows(graph, node)
    if not rows:
        return Access()
    kind = graph.input_types(node)[0]
    count = rows * padded_positions(graph, node) * kind.channels
    return _read(count, _packed(count, kind)) + _write(count, _packed(count, kind))


def _extra_streams(graph: Graph) -> dict[str, Access]:
    """Return the accesses of stages that the graph does not name, by the layer they count with."""
    extra = {node.name: Access() for node in graph.nodes}
    copies = dict.fromkeys(extra, 0)
    for stream in list_streams(graph):
        size = -(-stream.image_bits // 8)
        if stream.role == "copy":
            # One stage reads a value once and writes all its copies; their readers count theirs.
            if copies[stream.layer] % CLONE_LIMIT == 0:
                extra[stream.layer] += _read(stream.words, size)
            copies[stream.layer] += 1
            extra[stream.layer] += _write(stream.words, size)
        elif stream.role != "value":
            extra[stream.layer] += _read(stream.words, size) + _write(stream.words, size)
    return extra


def _as_read(graph: Graph, name: str, moved: Access) -> Traffic:
    first = graph.input.name == name
    return Traffic(input=moved) if first else Traffic(feature_map=moved)


def _as_written(graph: Graph, node: n.Node, moved: Access) -> Traffic:
    last = node.name in graph.outputs
    return Traffic(output=moved) if last else Traffic(feature_map=moved)


def _read(count: int, size: int) -> Access:
    return Access(read_accesses=count, read_bytes=size)


def _write(count: int, size: int) -> Access:
    return Access(write_accesses=count, write_bytes=size)


def _width(kind: TensorType) -> int:
    assert kind.element is not None, "a real-valued graph has no bits"
    return kind.element.width


def _packed(count: int, kind: TensorType) -> int:
    return -(-count * _width(kind) // 8)
