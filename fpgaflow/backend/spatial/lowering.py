"""What the rules of lowering share: the graph, the folding, and the stages made so far."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.backend.spatial.stages import Shape
from fpgaflow.backend.spatial.streams import StageBuilder, Stream
from fpgaflow.hardware.folding import Folding
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph


def element_of(node: n.Node) -> FixedType:
    """Return the format of a node of a fixed-point graph."""
    assert node.element is not None, f"{node.name} has no format"
    return node.element


def with_room(source: FixedType, target: FixedType) -> FixedType:
    """Return `source` with enough copies of its sign bit to be assigned to `target`."""
    extra = max(0, source.fraction - target.fraction - source.width)
    return replace(source, width=source.width + extra, integer=source.integer + extra)


class Lowering:
    """One graph on its way into stages.

    Attributes:
        graph: the graph.
        folding: of its layers.
        builder: takes the stages.
        position: of the node that is being lowered; it makes stage names unique.
    """

    def __init__(self, graph: Graph, folding: Folding) -> None:
        self.graph = graph
        self.folding = folding
        self.builder = StageBuilder()
        self.position = 0

    def name(self, node: n.Node, suffix: str = "") -> str:
        """Return a name for a stage of the node."""
        return self.builder.name(self.position, node.name, suffix)

    def operand(self, node: n.Node, index: int = 0) -> Stream:
        """Return the stream of an operand, in whatever packing it has."""
        return self.builder.values[node.inputs[index]]

    def packed(self, node: n.Node, index: int) -> Stream:
        """Return the stream of an operand, its packets as long as the value's last dimension."""
        stream = self.operand(node, index)
        shape = self.graph.types[node.inputs[index]].shape
        if stream.shape == shape:
            return stream
        return self.builder.repack(self.name(node, f"whole{index}"), stream, shape, stream.element)

    def subsample(
        self, name: str, stream: Stream, *, stride: Size, shape: Shape, element: FixedType
    ) -> Stream:
        """Keep each stride-th row and column of a feature map."""
        return self.builder.kernel(
            name,
            "subsample",
            stream,
            header="subsample.h",
            shape=shape,
            element=element,
            constants={
                "in_height": stream.shape[0],
                "in_width": stream.shape[1],
                "stride_height": stride.height,
                "stride_width": stride.width,
            },
        )
