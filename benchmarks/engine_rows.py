"""What the engine's benchmark finds of a network: one row of each table."""

from __future__ import annotations

import time
from dataclasses import dataclass

from fpgaflow.api.engine_design import middle_image
from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.hardware.cost import count_macs
from fpgaflow.hardware.engine_cycles import predict_run
from fpgaflow.ir.graph import Graph
from fpgaflow.report.engine_build import describe_losses, describe_timeline

TRAFFIC = (
    "read_program_bytes",
    "read_weight_bytes",
    "read_input_bytes",
    "read_feature_map_bytes",
    "write_output_bytes",
    "write_feature_map_bytes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A part of an image's cycles: what it goes to."""

    what: str
    cycles: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A network as a program; modelled, and equal to the RTL's counters.

    Attributes:
        network: name and file.
        architecture: of the zoo.
        seeded: whether its weights are random.
        macs: multiply-accumulates of an image.
        cycles: between two images.
        images_per_second_at_100_mhz: likewise.
        macs_per_dsp_per_cycle: all slices of the engine counted.
        off_chip_bytes: read and written for an image in the middle of a run.
        off_chip: the same by kind.
        program_bytes: of the whole block.
        compile_seconds: from graph to program (measured).
        plan_seconds: of predicting three images (measured).
        losses: where the cycles go.
    """

    network: str
    architecture: str
    seeded: bool = False
    macs: int
    cycles: int
    images_per_second_at_100_mhz: float
    macs_per_dsp_per_cycle: float
    off_chip_bytes: int
    off_chip: dict[str, int]
    program_bytes: int
    compile_seconds: float
    plan_seconds: float
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RtlRow:
    """Images on the RTL; simulated.

    Attributes:
        network: name and file.
        memory: how it answers.
        images: that went through; every output equals the interpreter's.
        cycles_per_image: of the run.
        waiting: the part of them that waits for the program.
        counters_equal: how many counters were held against the prediction, and are equal.
        cycles_per_second: of the simulation (measured).
    """

    network: str
    memory: str
    images: int
    cycles_per_image: float
    waiting: float
    counters_equal: int
    cycles_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the engine takes; `source` says who counted."""

    lut: int
    ff: int
    dsp: int
    bram36: int
    source: str


def row(title: str, architecture: str, graph: Graph, config: EngineConfig) -> Row:
    """Return a network's row.

    Args:
        title: what to call it.
        architecture: of the zoo.
        graph: in fixed point.
        config: the engine.
    """
    macs = sum(count_macs(graph, node) for node in graph.nodes)
    begin = time.perf_counter()
    program = compile_for_engine(graph, config).program
    compiled = time.perf_counter()
    spans = middle_image(program)
    planned = time.perf_counter()
    cycles = spans[-1].end
    two, three = (predict_run(program, frames=count).counters for count in (2, 3))
    off_chip = {name: three[name] - two[name] for name in TRAFFIC}
    timeline = describe_timeline(program, spans)
    losses = describe_losses(timeline, macs, config.macs_per_step)
    return Row(
        network=title,
        architecture=architecture,
        macs=macs,
        cycles=cycles,
        images_per_second_at_100_mhz=1e8 / cycles,
        macs_per_dsp_per_cycle=macs / cycles / config.dsps,
        off_chip_bytes=sum(off_chip.values()),
        off_chip=off_chip,
        program_bytes=program.bytes,
        compile_seconds=compiled - begin,
        plan_seconds=planned - compiled,
        losses=tuple(Loss(what=one.what, cycles=one.cycles, percent=one.percent) for one in losses),
    )
