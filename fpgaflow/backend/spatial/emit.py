"""Emits a spatial project: fixed-point graph in, hls4ml's Vitis project out."""

from __future__ import annotations

from pathlib import Path

from fpgaflow.backend.manifest import Manifest, Port, write_manifest
from fpgaflow.backend.spatial.bench import write_bench
from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.firmware import write_firmware
from fpgaflow.backend.spatial.hls4ml_model import Target, build_model
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.scripts import write_scripts
from fpgaflow.backend.spatial.stages import Design
from fpgaflow.hardware.folding import Folding
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import FIXED, verify


def emit_project(graph: Graph, folding: Folding, target: Target, folder: Path) -> None:
    """Write the hls4ml project of a fixed-point graph.

    The same arguments give the same bytes, wherever and whenever it is written.

    Args:
        graph: a legal fixed-point graph.
        folding: a reuse factor and strategy for each convolution and fully connected layer.
        target: project name, part and clock.
        folder: an empty or missing folder.

    Raises:
        InputRefused: the graph is not a legal fixed-point graph.
    """
    verify(graph, FIXED)
    design = fan_out(lower(graph, folding))
    model = build_model(design, target)
    folder.mkdir(parents=True, exist_ok=True)
    write_firmware(folder, design, model)
    write_bench(folder, design, model)
    write_scripts(folder, target)
    write_manifest(folder, _manifest(graph, design, target))


def _manifest(graph: Graph, design: Design, target: Target) -> Manifest:
    def port(name: str) -> Port:
        kind = graph.types[name]
        assert kind.element is not None
        return Port(name=name, shape=kind.shape, element=str(kind.element))

    return Manifest(
        project=target.project,
        input=port(graph.input.name),
        outputs=tuple(port(name) for name in graph.outputs),
        traced=tuple(tuple(port(name) for name, _ in tap.nodes) for tap in design.taps),
    )
