"""What report.json says of a network that runs as a program of the engine (docs/engine.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaflow.report.schema_parts import Source

InstructionKind = Literal["array", "load", "store", "end"]
StyleName = Literal["spatial", "engine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSizes:
    """The engine that the program is for.

    Attributes:
        lanes_k: input bytes that each output sums in a cycle.
        lanes_o: output channels computed together.
        lanes_p: pixels computed together.
        act_lines: lines of 16 bytes in each feature-map bank.
        w_rows: rows of the program memory.
        macs_per_cycle: multiply-accumulates of a step.
    """

    lanes_k: int
    lanes_o: int
    lanes_p: int
    act_lines: int
    w_rows: int
    macs_per_cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineProgram:
    """The block of bytes that the engine reads.

    Attributes:
        bytes: of the block.
        instructions: in it, `END` among them.
        resident: whether it is read once in a run and kept for all of its images.
        input_bytes: of an image in memory, as the engine takes it.
        output_bytes: of its result.
        spill_bytes: of the buffer for feature maps that leave the chip for a while.
    """

    bytes: int
    instructions: int
    resident: bool
    input_bytes: int
    output_bytes: int
    spill_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSynthesized:
    """Where the resources' figures come from: synthesis, no place-and-route, no Fmax.

    Attributes:
        tool: with its version and what it was told.
        sources_sha256: over the RTL that was synthesized.
        lut_percent_under: how many percent fewer look-up tables than Vivado the tool counts, at the
            least and at the most.
        ff_percent_under: likewise of flip-flops.
        seen_on: what that comes from.
    """

    tool: str
    sources_sha256: str
    lut_percent_under: tuple[int, ...]
    ff_percent_under: tuple[int, ...]
    seen_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCycles:
    """Clock cycles by what the engine did in them.

    Attributes:
        steps: a step or a row of biases entered the array.
        wait_program: the next rows had not come.
        load: feature maps or an image came from memory.
        store: feature maps or a result went to memory.
        decode: an instruction was read.
        drain: the array's pipeline ran empty.
    """

    steps: int
    wait_program: int
    load: int
    store: int
    decode: int
    drain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSlots:
    """Multiply-accumulates that the array issued in an instruction's steps, by their use.

    Attributes:
        issued: all of them: those of the next five together.
        useful: on bytes of a run, for a channel and a row that exist.
        elementwise: of an instruction without weights of the network.
        idle_k: of lanes of the sum without a byte.
        idle_o: of lanes of output channels without a channel.
        idle_p: of lanes of pixels without a row.
    """

    issued: int
    useful: int
    elementwise: int
    idle_k: int
    idle_o: int
    idle_p: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInstruction:
    """One instruction of the program, when it ran.

    Attributes:
        kind: its opcode.
        layer: the layer that it works for; empty for none.
        start_cycle: of an image in the middle of a run; its first one is 0.
        end_cycle: the cycle after its last one.
        cycles: by cause; they add up to `end_cycle - start_cycle`.
        slots: what its steps issued.
    """

    kind: InstructionKind
    layer: str
    start_cycle: int
    end_cycle: int
    cycles: EngineCycles
    slots: EngineSlots


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLayer:
    """All instructions of one layer.

    Attributes:
        name: the layer; empty for what belongs to none.
        operation: its kind, e.g. `max-pool`.
        instructions: how many it takes.
        start_cycle: of its first instruction.
        end_cycle: the cycle after its last one.
        total_cycles: of all its instructions.
        cycles: the same by cause.
        macs: of the network.
        at_work: which part of what the array could do in its cycles these are, in [0, 1].
        idle: which part of its cycles went into lanes without work, second planes and biases.
        elementwise: which part went into steps without weights.
    """

    name: str
    operation: str
    instructions: int
    start_cycle: int
    end_cycle: int
    total_cycles: int
    cycles: EngineCycles
    macs: int
    at_work: float
    idle: float
    elementwise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLoss:
    """Where a part of an image's cycles goes; all of them together are the image's cycles.

    Attributes:
        cause: its key.
        what: the same in words.
        slots: multiply-accumulates that the array could have done in it.
        cycles: as many of which are a cycle's.
        percent: of the image's cycles.
    """

    cause: str
    what: str
    slots: int
    cycles: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCount:
    """One of the engine's counters."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineTraffic:
    """Bytes between the chip and memory for one image.

    Attributes:
        program_read: header, instructions and `END`; 0 where the program stays on the chip.
        weight_read: weights and biases, likewise.
        input_read: the image.
        feature_map_read: maps that were away.
        feature_map_write: maps that leave.
        output_write: the result.
    """

    program_read: int
    weight_read: int
    input_read: int
    feature_map_read: int
    feature_map_write: int
    output_write: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDesign:
    """A network as a program of the engine.

    Attributes:
        sizes: of the engine.
        program: the block of bytes.
        synthesized: where the fit's figures come from; null where the configuration was not
            synthesized.
        counters: of a run of one image, predicted; the RTL's are these without stalls.
        traffic: off the chip, of an image in the middle of a run.
        first_image_cycles: of a run of one image, from the end of the program's check.
        timeline: the instructions of an image in the middle of a run, in order.
        layers: the same, layer by layer.
        losses: where the cycles go.
        source: where counters and cycles come from.
    """

    sizes: EngineSizes
    program: EngineProgram
    synthesized: EngineSynthesized | None
    counters: tuple[EngineCount, ...]
    traffic: EngineTraffic
    first_image_cycles: int
    timeline: tuple[EngineInstruction, ...]
    layers: tuple[EngineLayer, ...]
    losses: tuple[EngineLoss, ...]
    source: Source = "modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSimulation:
    """The program on the functional engine, against the interpreter, integer by integer.

    Attributes:
        images: how many went through.
        layers_compared: values compared for each image.
        mismatches: integers that differ.
        seconds_per_image: time on the machine that ran it (measured).
        source: where the figures come from.
    """

    images: int
    layers_compared: int
    mismatches: int
    seconds_per_image: float
    source: Source = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRtlRun:
    """The program on the engine's RTL, cycle by cycle.

    Attributes:
        rtl_sha256: over the sources.
        simulator: who simulated it.
        images: in one run.
        mismatches: bytes of the results that differ from the interpreter's.
        stalls: seed of the random pauses of the buses; null where they ran freely.
        counters: what the registers showed after the run.
        counters_equal: how many of them are those predicted; without stalls, all.
        cycles_per_image: on average, the run's start among them; an image in the middle of a run
            takes the report's.
        seconds_per_image: time on the machine that ran it (measured).
        source: where the figures come from.
    """

    rtl_sha256: str
    simulator: str
    images: int
    mismatches: int
    stalls: int | None
    counters: tuple[EngineCount, ...]
    counters_equal: int
    cycles_per_image: float
    seconds_per_image: float
    source: Source = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleOption:
    """One of the two styles of a network on a board.

    Attributes:
        style: which.
        fits: whether there is such a design that fits.
        images_per_second: of it, at its clock; null where there is none.
        why_not: why there is none; null where there is one.
    """

    style: StyleName
    fits: bool
    images_per_second: float | None
    why_not: str | None
    source: Source = "modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleChoice:
    """How the style was chosen.

    Attributes:
        asked: what the user asked for.
        chosen: what the build is.
        options: both styles.
    """

    asked: Literal["spatial", "engine", "auto"]
    chosen: StyleName
    options: tuple[StyleOption, ...]
