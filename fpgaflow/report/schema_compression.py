"""What report.json says of a compressed network against its original."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaflow.report.schema_energy import EnergyParts
from fpgaflow.report.schema_parts import Fit, NetworkTraffic, Performance, Source, TrafficCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """The plan that the compressed network was made by.

    Attributes:
        file: its name.
        sha256: of its bytes, hexadecimal.
        method: the command that wrote it.
        steps: how many removals it holds.
        blocks: the blocks that it removed, by module path.
    """

    file: str
    sha256: str
    method: str
    steps: int
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracies:
    """Accuracy of both networks in floating point, from the plan.

    Attributes:
        original: from 0 to 1.
        compressed: from 0 to 1.
        data: the images that they were measured on.
        source: where the figures come from.
    """

    original: float
    compressed: float
    data: str
    source: Source = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What is gone, counted in both networks' graphs.

    Attributes:
        convolutions: of the original that the compressed network has not.
        channels: output channels that the convolutions of both have lost.
        channels_before: how many those convolutions had.
    """

    convolutions: int
    channels: int
    channels_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A network as PyTorch runs it: layer by layer in float32, everything through DRAM.

    Attributes:
        style: how the network is run.
        off_chip: every layer reads its inputs and parameters and writes its output.
        paper_memory_bytes: outputs of every layer, as the lip-reading paper counts memory (Appl.
            Sci. 2022, 12, 10468); null for networks that are no PyTorch modules.
        paper_read_write_bytes: that paper's Mem R+W; null likewise.
        energy: by the relative model.
        source: where the figures come from.
    """

    style: str
    off_chip: TrafficCounts
    paper_memory_bytes: int | None
    paper_read_write_bytes: int | None
    energy: EnergyParts | None = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFigures:
    """One of the two networks, through the same passes, quantization and hardware models.

    Attributes:
        file: the network's file; null for an object of Python's.
        architecture: what it was recognised as.
        sha256: of the file; null for an object of Python's.
        macs: multiply-accumulates of convolutions and fully connected layers for one image.
        parameters: trained numbers.
        weight_bits_total: bits of all weights, biases and other constants of the design.
        feature_map_bits: bits of everything that layers hand to each other for one image, each
            value once; the network's input and result do not count.
        memory: accesses of the spatial design.
        reference: accesses layer by layer in float32.
        fit: resources on the board, and whether they are enough.
        performance: cycles, and images per second.
        energy: of the design, by the relative model.
        source: where bits and accesses come from.
    """

    file: str | None
    architecture: str
    sha256: str | None
    macs: int
    parameters: int
    weight_bits_total: int
    feature_map_bits: int
    memory: NetworkTraffic
    reference: Reference
    fit: Fit
    performance: Performance
    energy: EnergyParts | None = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """One figure of both networks.

    Attributes:
        figure: what it is, e.g. `macs`.
        title: the same for people.
        unit: `count`, `bits` or `bytes`.
        original: of the original.
        compressed: of the compressed network.
        saved: 1 - compressed / original; below 0 where it grew, null where there was nothing.
        source: where the figures come from.
    """

    figure: str
    title: str
    unit: Literal["count", "bits", "bytes"]
    original: int
    compressed: int
    saved: float | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFigures:
    """One layer of one network.

    Attributes:
        channels: of its output.
        macs: multiply-accumulates for one image.
        parameters: its weights and biases, batch norms folded in.
        weight_bits: bits of its weights, biases and other constants.
        feature_map_bits: bits of what it hands on for one image.
        on_chip_accesses: of the spatial design.
        on_chip_bytes: likewise.
    """

    channels: int
    macs: int
    parameters: int
    weight_bits: int
    feature_map_bits: int
    on_chip_accesses: int
    on_chip_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChange:
    """A layer in both networks.

    Attributes:
        name: the layer.
        operation: its kind, e.g. `conv`.
        original: null where the original has no such layer.
        compressed: null where it is gone.
    """

    name: str
    operation: str
    original: LayerFigures | None
    compressed: LayerFigures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression:
    """What compression saved.

    Attributes:
        plan: what the network was compressed by; null where no plan was found.
        accuracy: before and after; null without a plan.
        removed: what is gone.
        original: the network before compression.
        compressed: the network that was compiled.
        savings: both networks' figures side by side.
        layers: both networks' layers, in order.
    """

    plan: PlanFile | None
    accuracy: Accuracies | None
    removed: Removed
    original: NetworkFigures
    compressed: NetworkFigures
    savings: tuple[Saving, ...]
    layers: tuple[LayerChange, ...]
