"""The engine's compiler: fixed-point graph in, program and frame layout out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fpgaflow.backend.engine.emit import Emitter
from fpgaflow.backend.engine.homes import find_homes
from fpgaflow.backend.engine.lower import lower
from fpgaflow.backend.engine.place import place
from fpgaflow.backend.engine.tasks import make_schedule
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.frames import FrameLayout, MapLayout
from fpgaflow.engine.isa import Array, End, Store
from fpgaflow.engine.program import Operation, Program, operation_rows
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import FIXED, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """What a node of the graph costs.

    Attributes:
        name: of the node.
        kind: of operation.
        instructions: that it takes, the moves of its buffers included.
        steps: cycles in which the array is fed, bias rows included.
        program_rows: instructions, weights and biases.
        stored_bytes: of the feature-map banks that go to memory for it, in a frame.
        loaded_bytes: that come from there.
    """

    name: str
    kind: str
    instructions: int
    steps: int
    program_rows: int
    stored_bytes: int
    loaded_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A network for an engine.

    Attributes:
        program: what the engine runs.
        frame: where a frame's input and outputs lie.
        layers: what each node costs, in the graph's order; a node that costs nothing is left out.
        peak_bytes: of each feature-map bank that are used.
        trace: where each value lies in the spill region at the end of a frame; empty unless the
            trace was asked for.
    """

    program: Program
    frame: FrameLayout
    layers: tuple[LayerRow, ...]
    peak_bytes: int
    trace: tuple[MapLayout, ...]


def compile_for_engine(graph: Graph, config: EngineConfig, *, trace: bool = False) -> Compiled:
    """Compile a fixed-point graph for an engine.

    Args:
        graph: a legal fixed-point graph.
        config: the engine's sizes.
        trace: also store each value into the spill region, for comparison value by value.

    Returns:
        The program; its outputs are the interpreter's integers.

    Raises:
        InputRefused: the graph is not a legal fixed-point graph.
        UnsupportedOperator: a node that the engine cannot compute exactly.
        DoesNotFit: a node beyond the engine's fields or memories.
    """
    verify(graph, FIXED)
    state = lower(graph, config)
    views = find_homes(state)
    schedule = make_schedule(state, views, trace=trace)
    placed = place(schedule, config)
    emitter = Emitter(config=config, values=state.values, views=views, buffers=schedule.buffers)
    operations = [one for step in placed.steps for one in emitter.operations(step)]
    program = Program(
        config=config,
        operations=(*operations, Operation(instruction=End())),
        input_bytes=schedule.frame.input_bytes,
        output_bytes=schedule.frame.output_bytes,
        spill_bytes=placed.spill_bytes,
    )
    return Compiled(
        program=program,
        frame=schedule.frame,
        layers=tuple(_rows(graph, config, operations)),
        peak_bytes=placed.peak_bytes,
        trace=schedule.trace,
    )


def _rows(graph: Graph, config: EngineConfig, operations: Iterable[Operation]) -> list[LayerRow]:
    groups: dict[str, list[Operation]] = {node.name: [] for node in graph.nodes}
    for operation in operations:
        groups[operation.layer].append(operation)
    return [
        _row(config, node.name, type(node).__name__, groups[node.name])
        for node in graph.nodes
        if groups[node.name]
    ]


def _row(config: EngineConfig, name: str, kind: str, operations: list[Operation]) -> LayerRow:
    steps = stored = loaded = 0
    for operation in operations:
        instruction = operation.instruction
        if isinstance(instruction, Array):
            steps += instruction.groups * (1 + instruction.positions * instruction.steps)
        elif isinstance(instruction, Store):
            stored += instruction.banks * instruction.bank_bytes
        elif not isinstance(instruction, End):
            loaded += instruction.banks * instruction.bank_bytes
    return LayerRow(
        name=name,
        kind=kind,
        instructions=len(operations),
        steps=steps,
        program_rows=sum(operation_rows(config, one.instruction) for one in operations),
        stored_bytes=stored,
        loaded_bytes=loaded,
    )
