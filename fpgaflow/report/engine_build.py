"""What the report says of an image's instructions in time: the layers, and where cycles go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from fpgaflow.engine.isa import Array, Instruction, Load, Store
from fpgaflow.engine.program import Program
from fpgaflow.hardware.engine_cycles import Span
from fpgaflow.hardware.engine_lanes import LaneUse, lane_use
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.schema_engine import (
    EngineCycles,
    EngineInstruction,
    EngineLayer,
    EngineLoss,
    EngineSlots,
    InstructionKind,
)

_MOVED = {
    "wait_program": "waiting for the program",
    "load": "loading",
    "store": "storing",
    "decode": "decoding instructions",
    "drain": "draining the pipeline",
}
_IDLE = {
    "idle_k": "K lanes without a byte",
    "idle_o": "O lanes without a channel",
    "idle_p": "P lanes without a row",
    "elementwise": "pools, sums and copies",
}
NETWORK = "MACs of the network"
BEYOND = "second planes, channels apart"
BIASES = "rows of biases"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """What the graph says of a layer.

    Attributes:
        operation: its kind.
        macs: for one image.
    """

    operation: str
    macs: int


def describe_timeline(program: Program, spans: Sequence[Span]) -> tuple[EngineInstruction, ...]:
    """Return the instructions of an image.

    Args:
        program: it.
        spans: of its instructions, from cycle 0.
    """
    found: list[EngineInstruction] = []
    for span in spans:
        operation = program.operations[span.operation]
        instruction = operation.instruction
        array = isinstance(instruction, Array)
        use = lane_use(program.config, instruction) if array else LaneUse(issued=0)
        found.append(
            EngineInstruction(
                kind=_kind(instruction),
                layer=operation.layer,
                start_cycle=span.start,
                end_cycle=span.end,
                cycles=EngineCycles(**asdict(span.cycles)),
                slots=EngineSlots(**asdict(use)),
            )
        )
    return tuple(found)


def _kind(instruction: Instruction) -> InstructionKind:
    if isinstance(instruction, Array):
        return "array"
    if isinstance(instruction, Load):
        return "load"
    return "store" if isinstance(instruction, Store) else "end"


def describe_layers(
    timeline: Sequence[EngineInstruction], facts: Mapping[str, LayerFacts], macs_per_cycle: int
) -> tuple[EngineLayer, ...]:
    """Return the instructions layer by layer, in the order of each layer's first one.

    Args:
        timeline: the instructions of an image.
        facts: of each layer that they name.
        macs_per_cycle: that the array can do.
    """
    grouped: dict[str, list[EngineInstruction]] = {}
    for one in timeline:
        grouped.setdefault(one.layer, []).append(one)
    nothing = LayerFacts(operation="", macs=0)
    return tuple(
        _layer(name, ones, facts.get(name, nothing), macs_per_cycle)
        for name, ones in grouped.items()
    )


def _layer(
    name: str, ones: Sequence[EngineInstruction], facts: LayerFacts, macs_per_cycle: int
) -> EngineLayer:
    cycles = add_cycles([one.cycles for one in ones])
    total = sum(one.end_cycle - one.start_cycle for one in ones)
    slots = max(total * macs_per_cycle, 1)
    work = min(facts.macs, sum(one.slots.useful for one in ones)) / slots
    elementwise = sum(one.slots.elementwise for one in ones) / slots
    return EngineLayer(
        name=name,
        operation=facts.operation,
        instructions=len(ones),
        start_cycle=ones[0].start_cycle,
        end_cycle=ones[-1].end_cycle,
        total_cycles=total,
        cycles=cycles,
        macs=facts.macs,
        at_work=round_figure(work),
        idle=round_figure(max(cycles.steps / max(total, 1) - work - elementwise, 0.0)),
        elementwise=round_figure(elementwise),
    )


def add_cycles(parts: Sequence[EngineCycles]) -> EngineCycles:
    """Return the sums, cause by cause."""
    names = [field.name for field in fields(EngineCycles)]
    return EngineCycles(**{name: sum(getattr(part, name) for part in parts) for name in names})


def describe_losses(
    timeline: Sequence[EngineInstruction], macs: int, macs_per_cycle: int
) -> tuple[EngineLoss, ...]:
    """Return where an image's cycles go: what serves the network first, then the losses.

    Args:
        timeline: the instructions of an image.
        macs: of the network, on the layers that the program computes.
        macs_per_cycle: that the array can do.
    """
    cycles = add_cycles([one.cycles for one in timeline])
    useful = sum(one.slots.useful for one in timeline)
    issued = sum(one.slots.issued for one in timeline)
    work = min(macs, useful)
    slots: dict[str, tuple[str, int]] = {
        "network": (NETWORK, work),
        "beyond": (BEYOND, useful - work),
    }
    for key, words in _IDLE.items():
        slots[key] = (words, sum(getattr(one.slots, key) for one in timeline))
    slots["biases"] = (BIASES, cycles.steps * macs_per_cycle - issued)
    for key, words in _MOVED.items():
        slots[key] = (words, getattr(cycles, key) * macs_per_cycle)
    total = max(sum(count for _, count in slots.values()), 1)
    return tuple(
        EngineLoss(
            cause=key,
            what=words,
            slots=count,
            cycles=round(count / macs_per_cycle, 1),
            percent=round_figure(100 * count / total),
        )
        for key, (words, count) in slots.items()
        if count or key == "network"
    )
