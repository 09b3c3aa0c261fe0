"""Writes a network that runs on the engine into its folder, verifies it and reports on it."""

from __future__ import annotations

from pathlib import Path

from fpgaflow.api.engine_files import read_engine_files, write_engine_files
from fpgaflow.api.engine_simulation import EngineSimulated, simulate_engine
from fpgaflow.api.layout import GRAPH_TEXT, PAGE, REPORT, SYNTHESIS
from fpgaflow.api.progress import Steps
from fpgaflow.api.report_parts import interpreter_speed, model_of, quantization_of
from fpgaflow.api.simulation import choose_pixels
from fpgaflow.api.stages import Compiled, Order
from fpgaflow.api.stored_images import store_images, stored_images
from fpgaflow.backend.synthesis.engine_scripts import write_engine_scripts
from fpgaflow.hardware.engine_design import engine_design
from fpgaflow.hardware.memory import layer_by_layer_memory
from fpgaflow.ir import serialize
from fpgaflow.ir.text import to_text
from fpgaflow.report.build import list_files
from fpgaflow.report.engine_report import build_engine_report
from fpgaflow.report.json import write_json
from fpgaflow.report.page import write_html
from fpgaflow.report.schema import Report, Verification
from fpgaflow.report.schema_compression import Compression


def write_engine_build(
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

    Raises:
        VerificationFailed: an integer of the functional model differs from the interpreter's.
    """
    fixed, images, engine = compiled.fixed, compiled.images, compiled.engine
    with steps.step("write program"):
        serialize.save(fixed, folder)
        (folder / GRAPH_TEXT).write_text(to_text(fixed), encoding="utf-8")
        write_engine_files(engine.program, engine.frames, folder)
        store_images(folder, images.kept, images.labels, images.class_names)
        design = engine_design(order.board, order.board.clock_mhz)
        write_engine_scripts(folder / SYNTHESIS, design, engine.program.config)
    simulated = None
    if order.simulate:
        pixels, _ = choose_pixels(fixed, stored_images(folder), order.simulate, order.seed)
        # What was written is run, not what it was written from.
        simulated = simulate_engine(fixed, read_engine_files(folder, fixed), pixels, steps=steps)
    with steps.step("write report"):
        report = _report(compiled, order, simulated, compression, folder)
        write_json(report, folder / REPORT)
        write_html(report, folder / PAGE)
    return report


def _report(
    compiled: Compiled,
    order: Order,
    simulated: EngineSimulated | None,
    compression: Compression | None,
    folder: Path,
) -> Report:
    return build_engine_report(
        compiled.engine.parts(compiled.fixed),
        model=model_of(compiled.network),
        original_memory=layer_by_layer_memory(compiled.network.graph),
        quantization=quantization_of(compiled, order.settings),
        verification=Verification(
            engine=None if simulated is None else simulated.summary(),
            interpreter=interpreter_speed(compiled.agreement),
        ),
        choice=compiled.design.choice,
        compression=compression,
        files=list_files(folder),
    )
