"""explore.json, schema 1, as dataclasses: field names are the file's keys.

The rules are those of report.json: keys may be added, none is renamed or removed without a new
schema number, and figures stand beside a `source`. The file holds no time and nothing of the
machine or of how the work was shared out: the same networks, images and grid give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaflow.report.schema_engine import StyleName
from fpgaflow.report.schema_parts import ResourceCounts, Source

SCHEMA = 1

Front = Literal["speed", "size"]
Score = Literal["accuracy", "agreement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploredModel:
    """One model file.

    Attributes:
        name: what its points call it; no two models have the same.
        file: as the user named it.
        architecture: what it was recognised as.
        sha256: of the file.
        parameters: trained numbers.
        macs: multiply-accumulates for one image.
    """

    name: str
    file: str
    architecture: str
    sha256: str
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploredBoard:
    """One board.

    Attributes:
        name: what its points call it; no two boards have the same.
        title: the vendor's name.
        part: its device.
        clocks_mhz: the clocks that were looked at.
    """

    name: str
    title: str
    part: str
    clocks_mhz: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDesigns:
    """The user's measured designs that moved the bands of resources.

    Attributes:
        designs: how many.
        sha256: that names exactly these.
    """

    designs: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploredAccuracy:
    """What the exact interpreter found of one network at one width.

    Attributes:
        images: how many it was run on.
        top1_agreement: part of them that gets its own float network's top class, in [0, 1].
        top1_float: accuracy of the float network; null without labels.
        top1_fixed: accuracy of the fixed-point network; null without labels.
        source: where the figures come from.
    """

    images: int
    top1_agreement: float
    top1_float: float | None
    top1_fixed: float | None
    source: Source = "measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploredDesign:
    """What the hardware models say of one point; all for one image.

    Attributes:
        fits: whether the board has room.
        limiting: the key of the resource nearest to its limit, or farthest beyond it.
        limiting_percent: its likely use, in percent of the board; null where the board has none.
        limiting_low_percent: the least that it may be.
        limiting_high_percent: the most.
        resources: all of them, with their bands.
        images_per_second: at the point's clock, one image after the other.
        cycles_per_image: clock cycles between two results.
        slowest_layer: the layer that sets the pace.
        latency_cycles: clock cycles from when an image begins to come until its result has been
            taken, with no other image on its way; of the engine, of a run of one image, for which
            it reads its program.
        latency_us: the same in microseconds, at the point's clock.
        weight_bits_total: bits of all weights, biases and other constants.
        on_chip_accesses: numbers read and written inside the chip.
        on_chip_bytes: their bytes.
        off_chip_accesses: numbers that cross between the chip and DDR memory.
        off_chip_bytes: their bytes.
        advice: what it is short of, and which layers take the most of that; empty where it fits.
        source: where the figures come from.
    """

    fits: bool
    limiting: str
    limiting_percent: float | None
    limiting_low_percent: float | None
    limiting_high_percent: float | None
    resources: ResourceCounts
    images_per_second: float
    cycles_per_image: int
    slowest_layer: str
    latency_cycles: int
    latency_us: float
    weight_bits_total: int
    on_chip_accesses: int
    on_chip_bytes: int
    off_chip_accesses: int
    off_chip_bytes: int
    advice: tuple[str, ...]
    source: Source = "modelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploredPoint:
    """One point of the grid.

    Attributes:
        model: the model's name.
        weight_bits: width of weights.
        activation_bits: width of feature maps.
        board: the board's name.
        clock_mhz: the design's clock.
        style: a stage for each layer, or a program of the board's engine.
        accuracy: null where the point was refused, or the network gives no scores of classes.
        design: null where the point was refused.
        refused: why there is no such design; null where there is one.
        fronts: those that the point is a member of, see `report.explore_front`.
        command: what compiles it; null where the images have no name on a command line.
    """

    model: str
    weight_bits: int
    activation_bits: int
    board: str
    clock_mhz: float
    accuracy: ExploredAccuracy | None = None
    design: ExploredDesign | None = None
    refused: str | None = None
    style: StyleName = "spatial"
    fronts: tuple[Front, ...] = ()
    command: str | None = None

    @property
    def bits(self) -> str:
        """The widths as `--bits` takes them: `8`, or `4:8` for weights and feature maps."""
        same = self.weight_bits == self.activation_bits
        return str(self.weight_bits) if same else f"{self.weight_bits}:{self.activation_bits}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """Everything that was found.

    Attributes:
        schema: of the file.
        fpgaflow: the version that wrote it.
        images: where calibration images and those of the figures came from.
        score: what the fronts go by: accuracy where there are labels, else agreement.
        confidence: the end of the resources' bands that has to fit.
        measured_designs: null where none moved the bands.
        models: the model files.
        boards: the boards.
        points: the whole grid, in the order of models, widths, boards, clocks and styles.
    """

    schema: int
    fpgaflow: str
    images: str
    score: Score
    confidence: Literal["low", "likely", "high"]
    measured_designs: MeasuredDesigns | None
    models: tuple[ExploredModel, ...]
    boards: tuple[ExploredBoard, ...]
    points: tuple[ExploredPoint, ...]

    def score_of(self, point: ExploredPoint) -> float | None:
        """Return what the fronts go by, in [0, 1]; None where it was not obtained."""
        if point.accuracy is None:
            return None
        if self.score == "accuracy":
            return point.accuracy.top1_fixed
        return point.accuracy.top1_agreement

    @property
    def front(self) -> tuple[ExploredPoint, ...]:
        """The members of any front, in the grid's order."""
        return tuple(point for point in self.points if point.fronts)
