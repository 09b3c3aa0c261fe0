"""Every counter of an engine's run, predicted: cycles, bytes, bursts, multiply-accumulates.

The RTL shows exactly these in simulation without stalls (docs/engine.md, "Buses"). Nothing is
simulated cycle by cycle: the sequencer goes from group to group, the program's bus from burst to
burst.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from fpgaflow.engine.bursts import burst_beats
from fpgaflow.engine.config import BEAT_BYTES
from fpgaflow.engine.counters import Addresses, count, move_bursts
from fpgaflow.engine.isa import Array, End, Instruction, Load
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import COUNTERS
from fpgaflow.hardware.engine_array import END_GAP, CycleParts, Sequencer
from fpgaflow.hardware.engine_bus import check_cycles, load_cycles, store_cycles
from fpgaflow.hardware.engine_ring import Ring

LATENCY = 32
"""Of the simulated memory: cycles from an address to its first beat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An instruction in time; one begins where the one before ends.

    Attributes:
        frame: of the run.
        operation: its index in the program.
        start: its first cycle; the run's first one is 0.
        end: the cycle after its last one.
        cycles: between them, by what they are counted as.
    """

    frame: int
    operation: int
    start: int
    end: int
    cycles: CycleParts


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRun:
    """A run without stalls.

    Attributes:
        counters: by name, in the registers' order.
        spans: all instructions of all frames, in order.
    """

    counters: Mapping[str, int]
    spans: tuple[Span, ...]

    @property
    def frame_ends(self) -> tuple[int, ...]:
        """The cycle after each frame's last one."""
        last = {span.frame: span.end for span in self.spans}
        return tuple(last.values())


def predict_run(
    program: Program,
    *,
    frames: int = 1,
    latency: int = LATENCY,
    addresses: Addresses | None = None,
    checked: bool = False,
) -> EngineRun:
    """Predict a run of a program.

    Args:
        program: it.
        frames: of the run.
        latency: cycles from an address to its first beat.
        addresses: of the buffers, which decide where bursts are cut; multiples of 128 by default.
        checked: whether the engine checked the program in an earlier run.

    Raises:
        InputRefused: the program's rows never find room in the program memory.
    """
    spans = _spans(program, frames=frames, latency=latency, addresses=addresses)
    parts = {
        f"cycles_{field.name}": sum(getattr(span.cycles, field.name) for span in spans)
        for field in fields(CycleParts)
    }
    found = count(program, frames=frames, addresses=addresses) | parts
    found["cycles"] = sum(parts.values())
    whole = burst_beats(0, program.bytes // BEAT_BYTES)
    found["cycles_check"] = 0 if checked else check_cycles(whole, latency)
    return EngineRun(
        counters=MappingProxyType({name: found.get(name, 0) for name in COUNTERS}),
        spans=spans,
    )


def _spans(
    program: Program, *, frames: int, latency: int, addresses: Addresses | None
) -> tuple[Span, ...]:
    ring = Ring(program, frames=frames, latency=latency)
    sequencer = Sequencer(config=program.config, ring=ring, cycle=0)
    spans: list[Span] = []
    for frame in range(frames):
        for number, operation in enumerate(program.operations):
            start = sequencer.cycle
            fetched = sequencer.dispatch()
            instruction = operation.instruction
            last = frame == frames - 1
            if isinstance(instruction, Array):
                done = sequencer.run_array(instruction)
            else:
                done = _move(program, instruction, frame, latency, addresses, last=last)
                sequencer.cycle += 1 + done.total
            spans.append(
                Span(
                    frame=frame,
                    operation=number,
                    start=start,
                    end=sequencer.cycle,
                    cycles=_sum(fetched, done),
                )
            )
    return tuple(spans)


def _move(
    program: Program,
    instruction: Instruction,
    frame: int,
    latency: int,
    addresses: Addresses | None,
    *,
    last: bool,
) -> CycleParts:
    """Return the cycles after the dispatch of a LOAD, a STORE or an END."""
    assert not isinstance(instruction, Array)
    if isinstance(instruction, End):
        # The run ends with the cycle after the last dispatch.
        return CycleParts(decode=1 if last else END_GAP - 1)
    bursts = move_bursts(program, instruction, frame=frame, addresses=addresses)
    if isinstance(instruction, Load):
        return CycleParts(load=load_cycles(bursts, latency))
    return CycleParts(store=store_cycles(bursts, latency))


def _sum(one: CycleParts, other: CycleParts) -> CycleParts:
    names = (field.name for field in fields(CycleParts))
    return CycleParts(**{name: getattr(one, name) + getattr(other, name) for name in names})
