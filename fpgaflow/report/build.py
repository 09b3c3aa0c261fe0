"""Puts a report together from what the stages of a compilation found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from fpgaflow.hardware.advice import Advice
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.cost import Cost, count_cost
from fpgaflow.hardware.cycles import PipelineCycles, model_cycles
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.memory import MemoryModel
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import describe_fit, describe_performance, describe_traffic
from fpgaflow.report.counters_build import describe_counters, describe_energy
from fpgaflow.report.pipeline_build import describe_pipeline
from fpgaflow.report.schema import (
    SCHEMA,
    BoardInfo,
    FileEntry,
    LayerRow,
    Memory,
    ModelInfo,
    Quantization,
    Report,
    Verification,
)
from fpgaflow.report.schema_compression import Compression
from fpgaflow.report.schema_counters import CounterReading
from fpgaflow.report.schema_engine import StyleChoice
from fpgaflow.report.schema_folding import FoldingChoice
from fpgaflow.version import __version__


def describe_model(
    original: Graph, *, name: str, architecture: str, sha256: str | None
) -> ModelInfo:
    """Return the report's lines on the network as it was given.

    Args:
        original: its graph before any pass; parameters and multiply-accumulates are counted there.
        name: what to call it.
        architecture: what it was recognised as.
        sha256: of the file it was read from, if there is one.
    """
    cost = count_cost(original)
    return ModelInfo(
        name=name,
        architecture=architecture,
        sha256=sha256,
        parameters=cost.parameters,
        macs=cost.macs,
    )


def build_report(
    *,
    model: ModelInfo,
    board: Board,
    graph: Graph,
    folding: Folding,
    fit: FitReport,
    memory: MemoryModel,
    original_memory: MemoryModel,
    quantization: Quantization,
    verification: Verification,
    simulated: CounterReading | None = None,
    compression: Compression | None = None,
    files: Iterable[FileEntry] = (),
    clock_mhz: float | None = None,
    choice: FoldingChoice | None = None,
    style_choice: StyleChoice | None = None,
    advice: Advice | None = None,
) -> Report:
    """Put the report of a spatial design together.

    Args:
        model: from `describe_model`.
        board: the board compiled for.
        graph: the fixed-point graph.
        folding: of every convolution and fully connected layer.
        fit: from `hardware.fit.check_fit`.
        memory: from `hardware.memory.spatial_memory`.
        original_memory: of the network as given, from `hardware.memory.layer_by_layer_memory`.
        quantization: what quantization did, and on which images.
        verification: what was simulated.
        simulated: the counters of that simulation, where it has them.
        compression: from `report.compression_build.build_compression`, where the original is known.
        files: the build's files, from `list_files`.
        clock_mhz: the design's clock; by default the board's.
        choice: how the folding was chosen, from `report.folding_build.describe_folding`.
        style_choice: how the style was chosen.
        advice: what would fit, from `hardware.advice.advise`, where the design does not.
    """
    clock = board.clock_mhz if clock_mhz is None else clock_mhz
    cost = count_cost(graph)
    cycles = model_cycles(graph, folding)
    return Report(
        schema=SCHEMA,
        fpgaflow=__version__,
        model=model,
        board=BoardInfo(name=board.name, title=board.title, part=board.part, clock_mhz=clock),
        style="spatial",
        quantization=quantization,
        verification=verification,
        fit=describe_fit(fit, advice),
        performance=describe_performance(cost, cycles, fit, clock),
        memory=Memory(
            original=describe_traffic("layer by layer, float32", original_memory),
            compressed=describe_traffic("spatial", memory),
            source="modelled",
        ),
        counters=describe_counters(graph, board.hp_port_bits, simulated),
        energy=describe_energy(
            graph, macs=model.macs, reference_bytes=original_memory.off_chip.total.bytes
        ),
        compression=compression,
        folding=choice,
        pipeline=describe_pipeline(graph, folding, fit.depths),
        choice=style_choice,
        layers=_layers(graph, folding, fit, cost, cycles),
        files=tuple(files),
    )


def list_files(folder: Path, *, skip: tuple[str, ...] = ()) -> tuple[FileEntry, ...]:
    """Return every file under `folder`, sorted by path, with size and SHA-256.

    Args:
        folder: the build.
        skip: folders in it, with forward slashes, that are not looked into.
    """
    skipped = tuple(folder / name for name in skip)
    return tuple(
        FileEntry(
            path=path.relative_to(folder).as_posix(),
            bytes=path.stat().st_size,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(place) for place in skipped)
    )


def _layers(
    graph: Graph, folding: Folding, fit: FitReport, cost: Cost, cycles: PipelineCycles
) -> tuple[LayerRow, ...]:
    resources = {layer.name: layer for layer in fit.layers}
    busy = {stage.name: stage.cycles for stage in cycles.stages}
    rows: list[LayerRow] = []
    for node, spent in zip(graph.nodes, cost.nodes, strict=True):
        assert node.element is not None, f"{node.name} has no fixed-point format"
        fold = folding.layers.get(node.name)
        used = resources[node.name]
        rows.append(
            LayerRow(
                name=node.name,
                operation=spent.operation,
                source=node.source,
                shape=graph.types[node.name].shape,
                output_format=str(node.element),
                macs=spent.macs,
                parameters=spent.parameters,
                weight_bits=weight_bits(graph, node),
                activation_bits=node.element.width,
                accumulator_bits=accumulator_bits(node),
                strategy=fold.strategy if fold else None,
                reuse_factor=fold.reuse_factor if fold else None,
                multipliers=used.multipliers,
                dsp=used.dsp,
                weight_bram18=used.weight_bram18,
                fifo_bram18=used.fifo_bram18,
                lut=used.lut,
                ff=used.ff,
                cycles=busy.get(node.name),
            )
        )
    return tuple(rows)


def weight_bits(graph: Graph, node: n.Node) -> int | None:
    """Return the width of a layer's weights; None where it has none."""
    if not isinstance(node, (n.Conv, n.Linear)):
        return None
    element = graph.parameters[node.weight].element
    return element.width if element else None


def accumulator_bits(node: n.Node) -> int | None:
    """Return the width of a layer's sums; None where it has none."""
    if isinstance(node, (n.Conv, n.Linear)) and node.accumulator is not None:
        return node.accumulator.width
    return None
