"""Writes a compiled network into its folder, verifies it there and reports on it."""

from __future__ import annotations

from pathlib import Path

from fpgaflow.api.layout import GRAPH_TEXT, HLS, PAGE, REPORT, SYNTHESIS
from fpgaflow.api.progress import Steps
from fpgaflow.api.report_parts import interpreter_speed, model_of, quantization_of
from fpgaflow.api.simulation import Simulation, Simulator
from fpgaflow.api.stages import Compiled, Order
from fpgaflow.api.stored_images import store_images, stored_images
from fpgaflow.api.write_engine_build import write_engine_build
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.backend.spatial.hls4ml_model import Target
from fpgaflow.backend.synthesis.scripts import write_scripts
from fpgaflow.hardware.block_design import block_design
from fpgaflow.hardware.memory import layer_by_layer_memory, spatial_memory
from fpgaflow.ir import serialize
from fpgaflow.ir.text import to_text
from fpgaflow.report.build import build_report, list_files
from fpgaflow.report.folding_build import describe_folding
from fpgaflow.report.json import write_json
from fpgaflow.report.page import write_html
from fpgaflow.report.schema import Report, Verification
from fpgaflow.report.schema_compression import Compression


def write_build(
    folder: Path,
    compiled: Compiled,
    order: Order,
    steps: Steps,
    compression: Compression | None = None,
) -> Report:
    """Write everything into the new folder and verify it there.

    Args:
        folder: new and empty.
        compiled: what the steps before found.
        order: what was asked for.
        steps: who watches.
        compression: what compression saved, for the report.
    """
    if compiled.design.engine is not None:
        return write_engine_build(folder, compiled, order, steps, compression)
    fixed, board, plan = compiled.fixed, order.board, compiled.spatial.plan
    project = folder / HLS
    with steps.step("emit project"):
        serialize.save(fixed, folder)
        (folder / GRAPH_TEXT).write_text(to_text(fixed), encoding="utf-8")
        design = block_design(board, f"net_{fixed.name}", board.clock_mhz)
        target = Target(
            project=design.name,
            part=board.part,
            clock_mhz=design.clock_mhz,
            beat_bits=design.beat_bits,
        )
        top = emit_project(fixed, plan.folding, target, project, plan.fit.depths)
        write_scripts(folder / SYNTHESIS, design, top)
        images = compiled.images
        store_images(folder, images.kept, images.labels, images.class_names)
    simulation = None
    if order.simulate:
        simulator = Simulator(graph=fixed, project=project, limits=order.limits)
        pixels, _ = simulator.pixels(stored_images(folder), order.simulate, order.seed)
        simulation = simulator.run(pixels, steps=steps)
    with steps.step("write report"):
        report = _report(compiled, order, simulation, compression, folder)
        write_json(report, folder / REPORT)
        write_html(report, folder / PAGE)
    return report


def _report(
    compiled: Compiled,
    order: Order,
    simulation: Simulation | None,
    compression: Compression | None,
    folder: Path,
) -> Report:
    network, spatial = compiled.network, compiled.spatial
    return build_report(
        model=model_of(network),
        board=order.board,
        graph=compiled.fixed,
        folding=spatial.plan.folding,
        fit=spatial.plan.fit,
        advice=spatial.advice,
        memory=spatial_memory(compiled.fixed),
        original_memory=layer_by_layer_memory(network.graph),
        quantization=quantization_of(compiled, order.settings),
        verification=Verification(
            csim=None if simulation is None else simulation.summary(),
            interpreter=interpreter_speed(compiled.agreement),
        ),
        simulated=None if simulation is None else simulation.reading(compiled.fixed),
        compression=compression,
        files=list_files(folder),
        choice=describe_folding(
            compiled.fixed, order.board, order.wish, spatial.plan, spatial.uniform
        ),
        style_choice=compiled.design.choice,
    )
