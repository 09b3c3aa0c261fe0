"""Does a network fit a board: the first check, from a stated model (`hardware.resources`).

Each resource has a band; the verdict asks the end of it that the user chooses (`Confidence`).
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.hardware.boards import Board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.resource_totals import (
    AcceleratorBands,
    Confidence,
    Resources,
    accelerator_bands,
    count_bram36,
    total_resources,
)
from fpgaflow.hardware.resources import LayerResources, estimate_layers
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir.graph import Graph

NAMES = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "dsp": "DSP", "uram": "URAM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """The verdict and the numbers behind it.

    Attributes:
        network: the graph's name.
        board: the board's name.
        part: its device.
        fits: true when no resource needs more than the board has, at the end of the band that
            `confidence` names.
        confidence: of the verdict.
        limiting: the resource nearest to its limit, or farthest beyond it, at that end.
        resources: what is used and what there is.
        accelerator: the bands without the DMA engine and without calibration: what a measured
            design is held against.
        calibration: which measured designs moved the bands; None where none did.
        layers: what each layer takes; the last rows are the system around the network.
        weight_bram36: block RAMs that hold weights.
        fifo_bram36: block RAMs that hold FIFOs, those of the system included.
        fifo_bits: bits of the pipeline's FIFOs.
        default_fifo_bits: the same if each held a whole image, as hls4ml makes them.
        depths: of the pipeline's streams, in the order of `list_streams`.
    """

    network: str
    board: str
    part: str
    fits: bool
    confidence: Confidence
    limiting: str
    resources: Resources
    accelerator: AcceleratorBands
    calibration: Calibration | None
    layers: tuple[LayerResources, ...]
    weight_bram36: int
    fifo_bram36: int
    fifo_bits: int
    default_fifo_bits: int
    depths: tuple[int, ...]


def check_fit(
    graph: Graph,
    folding: Folding,
    board: Board,
    *,
    streams: tuple[Stream, ...] | None = None,
    confidence: Confidence = "likely",
    calibration: Calibration | None = None,
) -> FitReport:
    """Hold a fixed-point graph's needs against what a board has.

    Args:
        graph: a legal fixed-point graph.
        folding: of every convolution and fully connected layer.
        board: the board to fit.
        streams: the pipeline's streams; by default those of `planned_streams`.
        confidence: which end of the bands has to fit.
        calibration: measured designs that move the bands.
    """
    if streams is None:
        streams = planned_streams(graph, folding)
    layers = estimate_layers(graph, folding, family=board.family, streams=streams)
    resources = total_resources(layers, board, calibration)
    fits = not resources.exceed(confidence)
    return FitReport(
        network=graph.name,
        board=board.name,
        part=board.part,
        fits=fits,
        confidence=confidence,
        limiting=_limiting(resources, confidence),
        resources=resources,
        accelerator=accelerator_bands(layers),
        calibration=calibration,
        layers=layers,
        weight_bram36=count_bram36(layers, lambda layer: layer.weight_bram18),
        fifo_bram36=count_bram36(layers, lambda layer: layer.fifo_bram18),
        fifo_bits=sum(stream.bits for stream in streams),
        default_fifo_bits=sum(stream.image_bits for stream in streams),
        depths=tuple(stream.depth for stream in streams),
    )


def _limiting(resources: Resources, confidence: Confidence) -> str:
    beyond = resources.exceed(confidence)
    return max(beyond or resources.items(), key=lambda item: item[1].share(confidence))[0]
