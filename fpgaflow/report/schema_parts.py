"""What report.json says of one design: resources, speed, and memory accesses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["measured", "simulated", "modelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCount:
    """How much of one resource the design takes.

    Attributes:
        used: the likely number; null where it was not obtained.
        low: the least that it may be; likewise.
        high: the most that it may be; likewise.
        available: what the board has.
        percent: `used` of `available`; null where the board has none, or the number is not known.
        source: where the number comes from.
    """

    used: int | None
    low: int | None
    high: int | None
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
class AcceleratorBand:
    """How much of one resource the accelerator alone takes, by the model as it comes.

    Attributes:
        low: at the least.
        likely: the best guess.
        high: at the most.
    """

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorModel:
    """The accelerator without DMA engine and interconnects, without any calibration.

    Attributes:
        version: of the resource model.
    """

    version: int
    lut: AcceleratorBand
    ff: AcceleratorBand
    bram36: AcceleratorBand
    dsp: AcceleratorBand
    source: Source = "modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationUsed:
    """The measured designs that moved the bands.

    Attributes:
        designs: how many.
        sha256: that names exactly these.
    """

    designs: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTakes:
    """What one layer, or the wrapper around them, takes of a resource that is short.

    Attributes:
        name: the layer.
        amount: likely.
        percent: of what all of them likely take together.
    """

    name: str
    amount: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortResource:
    """A resource that the design needs more of than there is.

    Attributes:
        resource: its key.
        needs: at the end of the band that decides.
        available: what the board has.
        layers: those that take the most, the most first.
    """

    resource: str
    needs: int
    available: int
    layers: tuple[LayerTakes, ...]
    source: Source = "modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingDesign:
    """Another design, that fits. What it does to the accuracy is not known.

    Attributes:
        kind: what was changed.
        what: the same in words, with numbers.
        how: options or commands for it.
        board: that it is for.
        resources: what it takes of that board.
        images_per_second: at that board's clock.
        weight_bits_total: of all its layers.
        source: where the figures come from.
    """

    kind: Literal["folding", "bits", "channels", "blocks", "combined", "board"]
    what: str
    how: str
    board: str
    resources: ResourceCounts
    images_per_second: float
    weight_bits_total: int
    source: Source = "modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether the design fits the board, and what would help where it does not.

    Attributes:
        fits: the verdict.
        limiting: the key of the resource nearest to its limit, or farthest beyond it.
        resources: the numbers.
        weight_bram36: block RAMs that hold weights.
        fifo_bram36: block RAMs that hold FIFOs; 0 in the engine.
        fifo_bits: bits of the pipeline's FIFOs (modelled); 0 in the engine.
        default_fifo_bits: the same if each held a whole image, hls4ml's default; 0 in the engine.
        advice: what would fit, in words; empty where the design itself does.
        confidence: the end of the bands that the verdict asked: `low` in reports of versions that
            did not write it.
        accelerator: the bands that measured figures are held against; null in such reports.
        calibration: null where no measured designs moved the bands.
        shortages: the resources that the design needs more of than there is, the shortest first.
        remedies: what would fit, in figures: the network as it is first, other boards last.
    """

    fits: bool
    limiting: str
    resources: ResourceCounts
    weight_bram36: int
    fifo_bram36: int
    fifo_bits: int
    default_fifo_bits: int
    advice: tuple[str, ...]
    confidence: Literal["low", "likely", "high"] = "low"
    accelerator: AcceleratorModel | None = None
    calibration: CalibrationUsed | None = None
    shortages: tuple[ShortResource, ...] = ()
    remedies: tuple[FittingDesign, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How fast the design runs at the board's clock.

    Attributes:
        cycles_per_image: clock cycles between two results.
        images_per_second: at the board's clock.
        macs_per_dsp_per_cycle: useful multiply-accumulates; null where no DSP slice is used.
        slowest_layer: the layer that sets the pace; in the engine the one that takes most cycles.
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
