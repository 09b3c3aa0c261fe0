"""Puts together what compression saved: two networks, both through the same models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.compress.plan import BlockStep, Plan
from fpgaflow.hardware.bits import Bits, count_bits
from fpgaflow.hardware.cost import Cost, count_cost
from fpgaflow.hardware.cycles import model_cycles
from fpgaflow.hardware.energy import float_energy, memory_energy, spatial_energy, total_energy
from fpgaflow.hardware.engine_memory import engine_memory
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.memory import MemoryModel, layer_by_layer_memory, spatial_memory
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import (
    describe_counts,
    describe_fit,
    describe_performance,
    describe_traffic,
)
from fpgaflow.report.compression_savings import list_savings
from fpgaflow.report.counters_build import energy_parts
from fpgaflow.report.engine_report import (
    EngineParts,
    describe_engine_fit,
    describe_engine_performance,
)
from fpgaflow.report.schema_compression import (
    Accuracies,
    Compression,
    LayerChange,
    LayerFigures,
    NetworkFigures,
    PlanFile,
    Reference,
    Removed,
)

_PAPER_DATA = "validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCosts:
    """A module's memory as the lip-reading paper counts it, bytes."""

    memory_bytes: int
    read_write_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipelined:
    """A spatial design.

    Attributes:
        folding: of every convolution and fully connected layer.
        fit: on the board.
    """

    folding: Folding
    fit: FitReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What the stages of a compilation found of one network.

    Attributes:
        file: its file's name; None for an object of Python's.
        architecture: what it was recognised as.
        sha256: of the file.
        graph: as given, real-valued.
        fixed: quantized.
        made: a pipeline, or a program of the engine.
        paper: of its PyTorch module, where it is one.
    """

    file: str | None
    architecture: str
    sha256: str | None
    graph: Graph
    fixed: Graph
    made: Pipelined | EngineParts
    paper: PaperCosts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlan:
    """A plan, and the file that it was read from."""

    plan: Plan
    file: str
    sha256: str


def build_compression(
    original: Design, compressed: Design, plan: FoundPlan | None, *, clock_mhz: float
) -> Compression:
    """Hold a compressed network against its original.

    Args:
        original: the network before compression, quantized and folded as `compressed` was.
        compressed: the network that was compiled.
        plan: what it was compressed by, where known.
        clock_mhz: of both designs.
    """
    before, after = (_Counted.of(design) for design in (original, compressed))
    old, new = before.figures(clock_mhz), after.figures(clock_mhz)
    return Compression(
        plan=None if plan is None else _plan_file(plan),
        accuracy=None if plan is None else _accuracies(plan.plan),
        removed=_removed(original.fixed, compressed.fixed),
        original=old,
        compressed=new,
        savings=list_savings(old, new),
        layers=_layers(before, after),
    )


def _plan_file(found: FoundPlan) -> PlanFile:
    steps = found.plan.steps
    return PlanFile(
        file=found.file,
        sha256=found.sha256,
        method=found.plan.method,
        steps=len(steps),
        blocks=tuple(step.block for step in steps if isinstance(step, BlockStep)),
    )


def _accuracies(plan: Plan) -> Accuracies:
    data = plan.settings.get(_PAPER_DATA)
    return Accuracies(
        original=plan.before.accuracy,
        compressed=plan.after.accuracy,
        data=data if isinstance(data, str) else "the plan's validation images",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A design with everything that is counted in it."""

    design: Design
    given: Cost
    cost: Cost
    bits: Bits
    memory: MemoryModel

    @classmethod
    def of(cls, design: Design) -> _Counted:
        return cls(
            design=design,
            given=count_cost(design.graph),
            cost=count_cost(design.fixed),
            bits=count_bits(design.fixed),
            memory=_memory(design),
        )

    def figures(self, clock_mhz: float) -> NetworkFigures:
        design, made = self.design, self.design.made
        if isinstance(made, Pipelined):
            style, fit = "spatial", describe_fit(made.fit)
            cycles = model_cycles(design.fixed, made.folding)
            performance = describe_performance(self.cost, cycles, made.fit, clock_mhz)
            energy = total_energy(spatial_energy(design.fixed))
        else:
            style, fit = "engine", describe_engine_fit(made.fit, made.program)
            performance = describe_engine_performance(made)
            energy = memory_energy(design.fixed, self.memory)
        return NetworkFigures(
            file=design.file,
            architecture=design.architecture,
            sha256=design.sha256,
            macs=self.given.macs,
            parameters=self.given.parameters,
            weight_bits_total=self.bits.weight,
            feature_map_bits=self.bits.feature_map,
            memory=describe_traffic(style, self.memory),
            reference=_reference(design, self.given.macs),
            fit=fit,
            performance=performance,
            energy=energy_parts(energy),
            source="modelled",
        )

    def layers(self) -> dict[str, tuple[str, LayerFigures]]:
        """Return each layer's operation and figures, in order."""
        graph = self.design.fixed
        rows = zip(graph.nodes, self.cost.nodes, self.bits.nodes, self.memory.layers, strict=True)
        return {
            node.name: (
                cost.operation,
                LayerFigures(
                    channels=graph.types[node.name].channels,
                    macs=cost.macs,
                    parameters=cost.parameters,
                    weight_bits=bits.weight,
                    feature_map_bits=bits.feature_map,
                    on_chip_accesses=moved.on_chip.total.accesses,
                    on_chip_bytes=moved.on_chip.total.bytes,
                ),
            )
            for node, cost, bits, moved in rows
        }


def _memory(design: Design) -> MemoryModel:
    if isinstance(design.made, Pipelined):
        return spatial_memory(design.fixed)
    return engine_memory(design.fixed, design.made.program)


def _reference(design: Design, macs: int) -> Reference:
    paper, off_chip = design.paper, layer_by_layer_memory(design.graph).off_chip
    return Reference(
        style="layer by layer, float32",
        off_chip=describe_counts(off_chip),
        paper_memory_bytes=None if paper is None else paper.memory_bytes,
        paper_read_write_bytes=None if paper is None else paper.read_write_bytes,
        energy=energy_parts(float_energy(macs, off_chip.total.bytes)),
        source="modelled",
    )


def _removed(original: Graph, compressed: Graph) -> Removed:
    before, after = _widths(original), _widths(compressed)
    both = [name for name in before if name in after]
    return Removed(
        convolutions=len(before) - len(both),
        channels=sum(before[name] - after[name] for name in both),
        channels_before=sum(before[name] for name in both),
    )


def _widths(graph: Graph) -> dict[str, int]:
    return {
        node.name: graph.types[node.name].channels
        for node in graph.nodes
        if isinstance(node, n.Conv)
    }


def _layers(before: _Counted, after: _Counted) -> tuple[LayerChange, ...]:
    old, new = before.layers(), after.layers()
    rows: list[LayerChange] = []
    for name in _in_order(list(old), list(new)):
        operation, _ = old.get(name) or new[name]
        rows.append(
            LayerChange(
                name=name,
                operation=operation,
                original=old[name][1] if name in old else None,
                compressed=new[name][1] if name in new else None,
            )
        )
    return tuple(rows)


def _in_order(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the original's names, with each new one behind what it follows."""
    names = list(old)
    last = -1
    for name in new:
        if name in names:
            last = names.index(name)
        else:
            last += 1
            names.insert(last, name)
    return names
