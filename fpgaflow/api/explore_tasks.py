"""The two kinds of work of an exploration, as functions of plain data that any process can do.

`Quantize` is done once for each network and widths, `Plan` once for each of its boards and clocks.
A design that cannot be is a result like any other, with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from fpgaflow.api.agreement import has_classes, measure_agreement
from fpgaflow.api.explore_blob import (
    Blob,
    digest,
    pack_graph,
    unpack_graph,
    unpack_images,
)
from fpgaflow.api.explore_design import Planning, plan_design, plan_engine
from fpgaflow.api.explore_grid import Bits
from fpgaflow.errors import DoesNotFit, InputRefused, UnsupportedOperator
from fpgaflow.hardware.board import Board
from fpgaflow.ir.graph import Graph
from fpgaflow.quantize import Settings, quantize
from fpgaflow.report.explore_schema import ExploredAccuracy, ExploredDesign
from fpgaflow.report.schema_engine import StyleName


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantize:
    """Quantize a network and measure it; its blobs are the real-valued graph and the images."""

    bits: Bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Plan a quantized network for a board at its clock; its blob is the fixed-point graph."""

    board: Board
    planning: Planning
    style: StyleName = "spatial"


Order = Quantize | Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A piece of work.

    Attributes:
        order: what to do.
        blobs: with what.
        code: the digest of fpgaflow's own code, so that another version does the work again.
        label: what messages call it.
    """

    order: Order
    blobs: tuple[Blob, ...]
    code: str
    label: str

    @property
    def key(self) -> str:
        """The SHA-256 of all that decides the result, hexadecimal."""
        held = {
            "code": self.code,
            "kind": type(self.order).__name__,
            "order": asdict(self.order),
            "blobs": [blob.sha256 for blob in self.blobs],
        }
        return digest(json.dumps(held, sort_keys=True).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantized:
    """What `Quantize` gives.

    Attributes:
        accuracy: None where the network gives no scores of classes, or was refused.
        graph: the packed fixed-point graph; None where it was refused.
        refused: why.
    """

    accuracy: ExploredAccuracy | None = None
    graph: bytes | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What `Plan` gives: the design, or why there is none."""

    design: ExploredDesign | None = None
    refused: str | None = None


Outcome = Quantized | Planned


def perform(order: Order, blobs: Sequence[Blob]) -> Outcome:
    """Do a piece of work."""
    if isinstance(order, Quantize):
        return _quantize(order, *blobs)
    return _plan(order, *blobs)


def _quantize(order: Quantize, model: Blob, data: Blob) -> Quantized:
    real, images = unpack_graph(model.read()), unpack_images(data.read())
    settings = Settings(weight_bits=order.bits.weight, activation_bits=order.bits.activation)
    try:
        fixed = quantize(real, images.calibration, settings)
    except (InputRefused, UnsupportedOperator) as error:
        return Quantized(refused=error.found)
    accuracy = None
    if has_classes(fixed):
        found = measure_agreement(real, fixed, images.evaluation, images.labels, _unwatched)
        accuracy = ExploredAccuracy(
            images=found.images,
            top1_agreement=found.top1_agreement,
            top1_float=found.top1_float,
            top1_fixed=found.top1_fixed,
        )
    return Quantized(accuracy=accuracy, graph=pack_graph(fixed))


def _plan(order: Plan, graph: Blob) -> Planned:
    fixed = unpack_graph(graph.read())
    try:
        return Planned(design=_design(order, fixed))
    except (InputRefused, UnsupportedOperator, DoesNotFit) as error:
        return Planned(refused=error.found)


def _design(order: Plan, fixed: Graph) -> ExploredDesign:
    if order.style == "engine":
        return plan_engine(fixed, order.board, order.planning)
    return plan_design(fixed, order.board, order.board.clock_mhz, order.planning)


def _unwatched(done: int, total: int) -> None:
    """Tell nobody."""
