"""The planned FIFOs, by the names of the design's streams."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fpgaflow.backend.spatial.stages import Design, FlattenStage
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir.graph import Graph


def design_streams(
    graph: Graph, folding: Folding, design: Design, depths: tuple[int, ...] | None = None
) -> Mapping[str, Stream]:
    """Return the planned stream behind each name of a fanned-out design.

    The hardware model lists the same streams in the same order; a flattening has none of its own.

    Args:
        graph: what the design was lowered from.
        folding: of its layers.
        design: fanned out.
        depths: from `plan_depths`, where they have been planned before.
    """
    made = [
        (name, stage)
        for stage in design.stages
        if not isinstance(stage, FlattenStage)
        for name in stage.outputs
    ]
    found: dict[str, Stream] = {}
    for (name, stage), stream in zip(made, planned_streams(graph, folding, depths), strict=True):
        expected = (stage.packets, stage.shape[-1] * stage.element.width)
        assert (stream.pixels, stream.width_bits) == expected, f"{name} is not {stream}"
        found[name] = stream
    return MappingProxyType(found)
