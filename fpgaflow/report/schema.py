"""report.json, schema 1, as dataclasses: field names are the file's keys.

Keys may be added; none is renamed or removed without a new schema number. Every figure stands
beside a `source`: `measured` on a machine or board, `simulated` by compiling the generated code, or
`modelled` from a stated formula. A figure that was not obtained is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaflow.report.schema_compression import Compression
from fpgaflow.report.schema_counters import Counters
from fpgaflow.report.schema_energy import Energies
from fpgaflow.report.schema_engine import (
    EngineDesign,
    EngineRtlRun,
    EngineSimulation,
    StyleChoice,
)
from fpgaflow.report.schema_folding import FoldingChoice
from fpgaflow.report.schema_measured import Measured
from fpgaflow.report.schema_parts import Fit, NetworkTraffic, Performance, Source
from fpgaflow.report.schema_pipeline import Pipeline
from fpgaflow.report.schema_rtl import RtlSimulation

SCHEMA = 1

Style = Literal["spatial", "engine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """The network as it was given.

    Attributes:
        name: the network's name.
        architecture: what it was recognised as.
        sha256: of the file it was read from; null for a module handed over in Python.
        parameters: trained numbers.
        macs: multiply-accumulates of convolutions and fully connected layers for one image.
    """

    name: str
    architecture: str
    sha256: str | None
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardInfo:
    """The board that the design is for."""

    name: str
    title: str
    part: str
    clock_mhz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """What quantization did to the network's answers.

    Attributes:
        weight_bits: width of most weights.
        activation_bits: width of most activations.
        calibration: where the calibration images came from.
        images: how many images the figures below come from; 0 where none were given.
        top1_agreement: part of them that gets the float network's top class, in [0, 1].
        top1_float: accuracy of the float network; null without labels.
        top1_fixed: accuracy of the fixed-point network; null without labels.
        source: where the figures come from.
    """

    weight_bits: int
    activation_bits: int
    calibration: str
    images: int
    top1_agreement: float | None
    top1_float: float | None
    top1_fixed: float | None
    source: Source = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class CSimulation:
    """The compiled design against the interpreter, integer by integer.

    Attributes:
        images: how many were simulated.
        layers_compared: values compared for each image.
        mismatches: integers that differ.
        first_mismatch: layer, index and both values; null where all agree.
        seconds_per_image: time of the simulation on the machine that ran it.
        source: where the figures come from.
    """

    images: int
    layers_compared: int
    mismatches: int
    first_mismatch: str | None
    seconds_per_image: float
    source: Source = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterSpeed:
    """How fast the interpreter ran on the machine that compiled."""

    images_per_second: float
    source: Source = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was run to check the design; null where it was not.

    Attributes:
        csim: the C-simulation.
        interpreter: the reference's speed.
        rtl: simulations of the RTL by `fpgaflow cosim`: streams that run freely come first, then
            with random pauses; empty before the first.
        engine: the program on the functional engine, instead of the C-simulation.
        engine_rtl: simulations of the engine's RTL by `fpgaflow simulate --rtl`, likewise.
    """

    csim: CSimulation | None = None
    interpreter: InterpreterSpeed | None = None
    rtl: tuple[RtlSimulation, ...] = ()
    engine: EngineSimulation | None = None
    engine_rtl: tuple[EngineRtlRun, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory accesses of the network as given and as compiled."""

    original: NetworkTraffic
    compressed: NetworkTraffic
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One layer of the compiled network.

    Attributes:
        name: the layer.
        operation: its kind, e.g. `max-pool`.
        source: its place in the user's model.
        shape: of its output, channels last.
        output_format: the output's fixed-point format, e.g. `u8.3`.
        macs: multiply-accumulates for one image.
        parameters: trained numbers.
        weight_bits: width of its weights; null where it has none.
        activation_bits: width of its output.
        accumulator_bits: width of its sums; null where it has none.
        strategy: hls4ml's; null where it has none.
        reuse_factor: how often each multiplier works for one output pixel; null where none does.
        multipliers: how many work side by side.
        dsp: DSP slices (modelled).
        weight_bram18: block RAMs of 18 Kbit for weights (modelled).
        fifo_bram18: block RAMs of 18 Kbit for FIFOs (modelled).
        lut: look-up tables (modelled).
        ff: flip-flops (modelled).
        cycles: clock cycles that the layer is busy with one image (modelled); null for a layer
            that needs no stage of its own.
    """

    name: str
    operation: str
    source: str
    shape: tuple[int, ...]
    output_format: str
    macs: int
    parameters: int
    weight_bits: int | None
    activation_bits: int
    accumulator_bits: int | None
    strategy: str | None
    reuse_factor: int | None
    multipliers: int
    dsp: int
    weight_bram18: int
    fifo_bram18: int
    lut: int
    ff: int
    cycles: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of the build.

    Attributes:
        path: relative to the build folder, with forward slashes.
        bytes: its size.
        sha256: of its content, hexadecimal.
    """

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is known of a build.

    Attributes:
        counters: of the hardware, wherever they were counted; null where the board's streams
            cannot carry the network's scores.
        energy: of the design and of the network on PyTorch, by a relative model.
        compression: what compression saved; null where no original was named or found.
        measured: what Vitis HLS and Vivado found; null before `fpgaflow synthesize`.
        folding: how it was chosen; null in reports of versions that did not write it, and in the
            engine's style.
        pipeline: the stages and FIFOs, and when each stage works; null in reports of versions that
            did not write it, and in the engine's style.
        engine: the program, its instructions in time, and where the cycles go; null in the spatial
            style.
        choice: how the style was chosen; null in reports of versions that did not write it.
    """

    schema: int
    fpgaflow: str
    model: ModelInfo
    board: BoardInfo
    style: Style
    quantization: Quantization
    verification: Verification
    fit: Fit
    performance: Performance
    memory: Memory
    counters: Counters | None = None
    energy: Energies | None = None
    compression: Compression | None = None
    measured: Measured | None = None
    folding: FoldingChoice | None = None
    pipeline: Pipeline | None = None
    engine: EngineDesign | None = None
    choice: StyleChoice | None = None
    layers: tuple[LayerRow, ...]
    files: tuple[FileEntry, ...]
