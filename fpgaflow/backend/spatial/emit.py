"""Emits a spatial project: fixed-point graph in, hls4ml's Vitis project out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fpgaflow.backend.manifest import Manifest, Port, write_manifest
from fpgaflow.backend.spatial.bench import write_bench
from fpgaflow.backend.spatial.depths import design_streams
from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.firmware import write_firmware
from fpgaflow.backend.spatial.hls4ml_model import Target, build_model
from fpgaflow.backend.spatial.layers import access_names, layer_numbers
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.scripts import write_scripts
from fpgaflow.backend.spatial.stages import Design
from fpgaflow.backend.spatial.top import write_top
from fpgaflow.backend.spatial.wrapper import make_wrapper
from fpgaflow.backend.synthesis.scripts import HlsTop
from fpgaflow.hardware.block_design import TOP
from fpgaflow.hardware.counters import graph_registers
from fpgaflow.hardware.folding import Folding
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import FIXED, verify


def emit_project(
    graph: Graph,
    folding: Folding,
    target: Target,
    folder: Path,
    depths: tuple[int, ...] | None = None,
) -> HlsTop:
    """Write the hls4ml project of a fixed-point graph, and the accelerator around it.

    The same arguments give the same bytes, wherever and whenever it is written. A network whose
    scores the board's stream cannot carry gets no accelerator: it can be simulated, not run.

    Args:
        graph: a legal fixed-point graph.
        folding: a reuse factor and strategy for each convolution and fully connected layer.
        target: project name, part and clock.
        folder: an empty or missing folder.
        depths: of the streams, from `plan_depths`; by default they are planned here.

    Returns:
        What Vitis HLS makes the IP of.

    Raises:
        InputRefused: the graph is not a legal fixed-point graph.
    """
    verify(graph, FIXED)
    design = fan_out(lower(graph, folding))
    wrapper = make_wrapper(graph, design, target.beat_bits)
    registers = graph_registers(graph)
    layers = layer_numbers(registers)
    model = build_model(design, target)
    folder.mkdir(parents=True, exist_ok=True)
    fifos = design_streams(graph, folding, design, depths)
    taps = () if wrapper is None else wrapper.taps
    write_firmware(folder, design, model, layers, taps, fifos=fifos)
    write_bench(folder, design, model, wrapper, layers)
    write_scripts(folder, target)
    manifest = _manifest(graph, design, target)
    accesses = tuple(access_names(registers, layer) for layer in layers)
    sources = (f"{target.project}.cpp",)
    if wrapper is None:
        write_manifest(folder, replace(manifest, accesses=accesses))
        return HlsTop(function=target.project, sources=sources)
    write_top(folder, wrapper, model)
    counters = tuple(one.name for one in registers.counters)
    write_manifest(
        folder,
        replace(manifest, accesses=accesses, counters=counters, beat_bits=wrapper.images.beat_bits),
    )
    return HlsTop(function=TOP, sources=(*sources, f"{TOP}.cpp"))


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
