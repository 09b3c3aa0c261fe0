"""What the foldings of each layer need of a board, as numbers that a search can add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from fpgaflow.hardware.board import Board, BoardFamily
from fpgaflow.hardware.fit import FitReport
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.hardware.plan_choice import Amounts
from fpgaflow.hardware.resources import LayerResources, estimate_layer, estimate_layers
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir.graph import Graph

RESOURCES = ("lut", "ff", "bram36", "dsp")
"""What the search adds up, in this order; block RAM in halves of a BRAM36."""

Options = Mapping[str, tuple[LayerFolding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a network needs, likely, by the resource model.

    Attributes:
        layers: of each layer with weights, what each of its foldings needs: [foldings, resources].
        rest: what does not depend on the folding, without FIFOs: [resources].
    """

    layers: Mapping[str, Amounts]
    rest: Amounts


def count_needs(graph: Graph, options: Options, family: BoardFamily) -> Needs:
    """Return what each folding of each layer needs."""
    layers = {
        name: [
            _amounts(estimate_layer(graph, graph.node(name), one, family=family)) for one in choices
        ]
        for name, choices in options.items()
    }
    first = as_folding({name: choices[0] for name, choices in options.items()})
    rows = estimate_layers(graph, first, family=family, streams=())
    return Needs(
        layers=MappingProxyType({name: np.array(found) for name, found in layers.items()}),
        rest=total([_amounts(row) for row in rows if row.name not in options]),
    )


def stream_needs(
    graph: Graph, folding: Folding, family: BoardFamily, streams: tuple[Stream, ...]
) -> Amounts:
    """Return what the FIFOs of a design need."""
    both = [
        sum(map(_amounts, estimate_layers(graph, folding, family=family, streams=given)))
        for given in (streams, ())
    ]
    return np.asarray(both[0] - both[1], np.int64)


def available(board: Board) -> Amounts:
    """Return what a board has."""
    has = board.resources
    return np.array([has.lut, has.ff, 2 * has.bram36, has.dsp], np.int64)


def decided(fit: FitReport) -> Amounts:
    """Return what the verdict on a design holds against the board."""
    uses = dict(fit.resources.items())
    halves = {"bram36": 2}
    return np.array(
        [uses[name].at(fit.confidence) * halves.get(name, 1) for name in RESOURCES], np.int64
    )


def likely_amounts(fit: FitReport) -> Amounts:
    """Return what a design likely takes, before any ratio: what its rows add up to."""
    return total([_amounts(row) for row in fit.layers])


def as_folding(layers: Mapping[str, LayerFolding]) -> Folding:
    """Return a folding of single choices."""
    return Folding(
        layers=MappingProxyType(dict(layers)),
        interval=max((layer.interval for layer in layers.values()), default=0),
        multipliers=sum(layer.multipliers for layer in layers.values()),
    )


def total(amounts: Sequence[Amounts]) -> Amounts:
    """Return the sum, of nothing too."""
    return np.sum([np.zeros(len(RESOURCES), np.int64), *amounts], axis=0)


def _amounts(row: LayerResources) -> Amounts:
    return np.array([row.lut, row.ff, row.weight_bram18 + row.fifo_bram18, row.dsp], np.int64)
