"""The report's counters and its relative energy, from a fixed-point graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.counters import graph_registers, predict_counters
from fpgaflow.hardware.energy import (
    CONSTANTS,
    Energy,
    float_energy,
    memory_energy,
    spatial_energy,
    total_energy,
)
from fpgaflow.hardware.memory import MemoryModel
from fpgaflow.hardware.registers import Register
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.schema_counters import CountedValue, CounterReading, Counters
from fpgaflow.report.schema_energy import Energies, EnergyConstant, EnergyParts
from fpgaflow.report.schema_parts import Source

MODEL = "memory-access model"
NOT_SIMULATED = "no C-simulation has counted"
NOT_ON_BOARD = "nothing was run on a board: fpgaflow compare BUILD --emulate, or --board on one"


def describe_counters(
    graph: Graph, beat_bits: int, simulated: CounterReading | None = None
) -> Counters | None:
    """Return the counters as they are known when a network is compiled.

    Args:
        graph: the fixed-point graph.
        beat_bits: width of the board's streams.
        simulated: what the C-simulation counted, where it did.

    Returns:
        None where the streams cannot carry the network's scores: such a design has no counters.
    """
    try:
        predicted = predict_counters(graph, beat_bits)
    except InputRefused:
        return None
    return Counters(
        beat_bits=beat_bits,
        predicted=make_reading(graph, predicted, by=MODEL, images=1, source="modelled"),
        simulated=simulated,
        not_simulated=NOT_SIMULATED if simulated is None else None,
        board=None,
        not_on_board=NOT_ON_BOARD,
    )


def make_reading(
    graph: Graph, counts: Mapping[str, int], *, by: str, images: int, source: Source
) -> CounterReading:
    """Return counters as the report has them: in the registers' order, unknown ones last.

    Args:
        graph: the fixed-point graph that they were counted for.
        counts: by the registers' names, after all images.
        by: who counted.
        images: how many went through.
        source: where the figures come from.
    """
    known = {one.name: one for one in graph_registers(graph).counters}
    names = [*(name for name in known if name in counts), *(n for n in counts if n not in known)]
    return CounterReading(
        by=by,
        images=images,
        counts=tuple(_value(name, known.get(name), counts[name]) for name in names),
        source=source,
    )


def _value(name: str, register: Register | None, count: int) -> CountedValue:
    if register is None:
        return CountedValue(name=name, unit="unknown", layer=None, count=count)
    return CountedValue(name=name, unit=register.unit, layer=register.layer, count=count)


def describe_energy(
    graph: Graph, *, macs: int, reference_bytes: int, memory: MemoryModel | None = None
) -> Energies:
    """Return the relative energy of a design and of the network as given.

    Args:
        graph: the fixed-point graph.
        memory: what the design moves; by default as a spatial one.
        macs: of the network as given, for one image.
        reference_bytes: that it moves through DRAM, layer by layer in float32.
    """
    spatial = memory is None
    design = total_energy(spatial_energy(graph)) if spatial else memory_energy(graph, memory)
    reference = float_energy(macs, reference_bytes)
    whole = reference.total_pj
    return Energies(
        design=energy_parts(design),
        reference=energy_parts(reference),
        ratio=round_figure(design.total_pj / whole) if whole else None,
        constants=tuple(_constants()),
    )


def energy_parts(energy: Energy) -> EnergyParts:
    """Return an energy's parts to four digits: a model knows no more."""
    return EnergyParts(
        mac_pj=round_figure(energy.mac_pj),
        on_chip_pj=round_figure(energy.on_chip_pj),
        off_chip_pj=round_figure(energy.off_chip_pj),
        total_pj=round_figure(energy.total_pj),
    )


def _constants() -> Iterable[EnergyConstant]:
    for one in CONSTANTS:
        yield EnergyConstant(name=one.name, formula=one.formula, source=one.source)
