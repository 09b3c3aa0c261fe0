"""Puts the report of a network on the engine together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from fpgaflow.engine.program import Program
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.cost import Cost, count_cost
from fpgaflow.hardware.engine_cycles import Span
from fpgaflow.hardware.engine_fit import EngineFit
from fpgaflow.hardware.engine_memory import engine_memory
from fpgaflow.hardware.engine_resources import modelled_program_bram36
from fpgaflow.hardware.memory import MemoryModel
from fpgaflow.hardware.resource_totals import ResourceUse
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build import accumulator_bits, weight_bits
from fpgaflow.report.build_parts import describe_traffic, round_figure
from fpgaflow.report.counters_build import describe_energy
from fpgaflow.report.engine_build import (
    LayerFacts,
    describe_layers,
    describe_losses,
    describe_timeline,
)
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
from fpgaflow.report.schema_engine import (
    EngineCount,
    EngineDesign,
    EngineProgram,
    EngineSizes,
    EngineSynthesized,
    EngineTraffic,
    StyleChoice,
)
from fpgaflow.report.schema_parts import Fit, Performance, ResourceCount, ResourceCounts
from fpgaflow.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """What the report has to be told of a network on the engine.

    Attributes:
        graph: the fixed-point graph.
        program: compiled from it.
        fit: of the engine.
        spans: the instructions of an image in the middle of a run.
        counters: of a run of one image, predicted.
        board: with the clock that the engine gets.
    """

    graph: Graph
    program: Program
    fit: EngineFit
    spans: Sequence[Span]
    counters: Mapping[str, int]
    board: Board


def build_engine_report(
    parts: EngineParts,
    *,
    model: ModelInfo,
    original_memory: MemoryModel,
    quantization: Quantization,
    verification: Verification,
    choice: StyleChoice | None = None,
    compression: Compression | None = None,
    files: Iterable[FileEntry] = (),
) -> Report:
    """Put the report together.

    Args:
        parts: the network on the engine.
        model: from `report.build.describe_model`.
        original_memory: of the network as given, from `hardware.memory.layer_by_layer_memory`.
        quantization: what quantization did, and on which images.
        verification: what was simulated.
        choice: how the style was chosen.
        compression: what compression saved, where the original is known.
        files: the build's files, from `report.build.list_files`.
    """
    board, memory = parts.board, engine_memory(parts.graph, parts.program)
    return Report(
        schema=SCHEMA,
        fpgaflow=__version__,
        model=model,
        board=BoardInfo(
            name=board.name, title=board.title, part=board.part, clock_mhz=board.clock_mhz
        ),
        style="engine",
        quantization=quantization,
        verification=verification,
        fit=describe_engine_fit(parts.fit, parts.program),
        performance=describe_engine_performance(parts),
        memory=Memory(
            original=describe_traffic("layer by layer, float32", original_memory),
            compressed=describe_traffic("engine", memory),
            source="modelled",
        ),
        energy=describe_energy(
            parts.graph,
            macs=model.macs,
            reference_bytes=original_memory.off_chip.total.bytes,
            memory=memory,
        ),
        compression=compression,
        engine=describe_engine(parts),
        choice=choice,
        layers=_layers(parts),
        files=tuple(files),
    )


def describe_engine(parts: EngineParts) -> EngineDesign:
    """Return the program, its instructions in time, and where the cycles go."""
    program, config = parts.program, parts.program.config
    timeline = describe_timeline(program, parts.spans)
    facts = {
        node.name: LayerFacts(operation=node.operation, macs=node.macs)
        for node in count_cost(parts.graph).nodes
    }
    return EngineDesign(
        sizes=EngineSizes(**asdict(config), macs_per_cycle=config.macs_per_step),
        program=EngineProgram(
            bytes=program.bytes,
            instructions=len(program.operations),
            resident=program.resident,
            input_bytes=program.input_bytes,
            output_bytes=program.output_bytes,
            spill_bytes=program.spill_bytes,
        ),
        synthesized=_synthesized(parts.fit),
        counters=tuple(EngineCount(name=name, count=n) for name, n in parts.counters.items()),
        traffic=_traffic(parts),
        first_image_cycles=parts.counters["cycles"],
        timeline=timeline,
        layers=describe_layers(timeline, facts, config.macs_per_step),
        losses=describe_losses(timeline, count_cost(parts.graph).macs, config.macs_per_step),
    )


def describe_engine_fit(fit: EngineFit, program: Program) -> Fit:
    """Return the verdict and the numbers behind it."""
    counts = {name: _count(use, fit.available[name]) for name, use in fit.uses.items()}
    return Fit(
        fits=fit.fits,
        limiting=fit.limiting,
        resources=ResourceCounts(**counts),
        weight_bram36=modelled_program_bram36(program.config),
        fifo_bram36=0,
        fifo_bits=0,
        default_fifo_bits=0,
        advice=(),
        confidence=fit.confidence,
    )


def describe_engine_performance(parts: EngineParts) -> Performance:
    """Return how fast the engine runs the network, by the planner."""
    cycles = parts.spans[-1].end
    spent: dict[str, int] = {}
    for span in parts.spans:
        name = parts.program.operations[span.operation].layer
        spent[name] = spent.get(name, 0) + span.end - span.start
    macs, dsps = count_cost(parts.graph).macs, parts.program.config.dsps
    return Performance(
        cycles_per_image=cycles,
        images_per_second=round_figure(parts.board.clock_mhz * 1e6 / cycles),
        macs_per_dsp_per_cycle=round_figure(macs / (dsps * cycles)),
        slowest_layer=max(spent, key=lambda name: spent[name]),
        source="modelled",
    )


def _count(use: ResourceUse | None, available: int) -> ResourceCount:
    if use is None:
        return ResourceCount(
            used=None, low=None, high=None, available=available, percent=None, source="modelled"
        )
    return ResourceCount(
        used=use.used,
        low=use.low,
        high=use.high,
        available=available,
        percent=round_figure(100 * use.used / available) if available else None,
        source=use.source,
    )


def _synthesized(fit: EngineFit) -> EngineSynthesized | None:
    found = fit.synthesis
    if found is None:
        return None
    return EngineSynthesized(
        tool=found.tool,
        sources_sha256=found.sources_sha256,
        lut_percent_under=fit.figures.lut_under,
        ff_percent_under=fit.figures.ff_under,
        seen_on=fit.figures.seen_on,
    )


def _traffic(parts: EngineParts) -> EngineTraffic:
    moved = engine_memory(parts.graph, parts.program).off_chip
    instructions = 0
    if not parts.program.resident:
        config = parts.program.config
        instructions = len(parts.program.operations) * config.instruction_rows * config.row_bytes
    return EngineTraffic(
        program_read=instructions,
        weight_read=moved.weight.read_bytes - instructions,
        input_read=moved.input.read_bytes,
        feature_map_read=moved.feature_map.read_bytes,
        feature_map_write=moved.feature_map.write_bytes,
        output_write=moved.output.write_bytes,
    )


def _layers(parts: EngineParts) -> tuple[LayerRow, ...]:
    graph, cost = parts.graph, count_cost(parts.graph)
    spent = _cycles(parts, cost)
    rows: list[LayerRow] = []
    for node, counted in zip(graph.nodes, cost.nodes, strict=True):
        assert node.element is not None, f"{node.name} has no fixed-point format"
        rows.append(
            LayerRow(
                name=node.name,
                operation=counted.operation,
                source=node.source,
                shape=graph.types[node.name].shape,
                output_format=str(node.element),
                macs=counted.macs,
                parameters=counted.parameters,
                weight_bits=weight_bits(graph, node),
                activation_bits=node.element.width,
                accumulator_bits=accumulator_bits(node),
                strategy=None,
                reuse_factor=None,
                multipliers=0,
                dsp=0,
                weight_bram18=0,
                fifo_bram18=0,
                lut=0,
                ff=0,
                cycles=spent[node.name] or None,
            )
        )
    return tuple(rows)


def _cycles(parts: EngineParts, cost: Cost) -> dict[str, int]:
    spent = dict.fromkeys((node.name for node in cost.nodes), 0)
    for span in parts.spans:
        name = parts.program.operations[span.operation].layer
        if name in spent:
            spent[name] += span.end - span.start
    return spent
