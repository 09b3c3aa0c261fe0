"""report.json, schema 1, as dataclasses: field names are the file's keys.

Keys may be added; none is renamed or removed without a new schema number. Every figure stands
beside a `source`: `measured` on a machine or board, `simulated` by compiling the generated code, or
`modelled` from a stated formula. A figure that was not obtained is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA = 1

Source = Literal["measured", "simulated", "modelled"]
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
    """What was run to check the design; null where it was not."""

    csim: CSimulation | None = None
    interpreter: InterpreterSpeed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCount:
    """How much of one resource the design takes.

    Attributes:
        used: the likely number.
        low: the least that it may be.
        high: the most that it may be.
        available: what the board has.
        percent: `used` of `available`; null where the board has none.
        source: where the number comes from.
    """

    used: int
    low: int
    high: int
    available: int
    percent: float | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCounts:
    """All resources, in the units of the board's description."""

    lut: ResourceCount
    ff: ResourceCount
    bram36: ResourceCount
    dsp: ResourceCount
    uram: ResourceCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether the design fits the board, and what would help where it does not.

    Attributes:
        fits: the verdict.
        limiting: the key of the resource nearest to its limit, or farthest beyond it.
        resources: the numbers.
        weight_bram36: block RAMs that hold weights.
        fifo_bram36: block RAMs that hold FIFOs.
        advice: what would help; empty where it fits.
    """

    fits: bool
    limiting: str
    resources: ResourceCounts
    weight_bram36: int
    fifo_bram36: int
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How fast the design runs at the board's clock.

    Attributes:
        cycles_per_image: clock cycles between two results.
        images_per_second: at the board's clock.
        macs_per_dsp_per_cycle: useful multiply-accumulates; null where no DSP slice is used.
        slowest_layer: the layer that sets the pace.
        source: where the figures come from.
    """

    cycles_per_image: int
    images_per_second: float
    macs_per_dsp_per_cycle: float | None
    slowest_layer: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Numbers moved for one image: how many, and their bytes."""

    accesses: int
    bytes: int
    read_accesses: int
    read_bytes: int
    write_accesses: int
    write_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficCounts:
    """What is moved, by kind, and all of it."""

    total: Moved
    input: Moved
    weight: Moved
    feature_map: Moved
    output: Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTraffic:
    """What one layer moves."""

    name: str
    off_chip: TrafficCounts
    on_chip: TrafficCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTraffic:
    """What a network moves for one image.

    Attributes:
        style: how the network is run.
        off_chip: between the chip and DDR memory.
        on_chip: inside the chip.
        layers: the same, layer by layer, in order.
    """

    style: str
    off_chip: TrafficCounts
    on_chip: TrafficCounts
    layers: tuple[LayerTraffic, ...]


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
        lut: look-up tables (modelled, crude).
        ff: flip-flops (modelled, crude).
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
    """Everything that is known of a build."""

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
    layers: tuple[LayerRow, ...]
    files: tuple[FileEntry, ...]
