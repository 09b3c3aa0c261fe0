"""Which resources a design is short of, by how much, and which layers take the most of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fpgaflow.hardware.fit import NAMES, FitReport
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.hardware.resources import LayerResources

MOST_LAYERS = 4

_AMOUNTS: Mapping[str, Callable[[LayerResources], float]] = {
    "lut": lambda row: row.lut,
    "ff": lambda row: row.ff,
    "bram36": lambda row: (row.weight_bram18 + row.fifo_bram18) / 2,
    "dsp": lambda row: row.dsp,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerShare:
    """What one layer takes of a resource.

    Attributes:
        name: the layer.
        amount: likely.
        share: of what all layers likely take together, from 0 to 1.
    """

    name: str
    amount: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A resource that a design needs more of than there is.

    Attributes:
        resource: its key.
        confidence: the end of the band that decides.
        needs: at that end.
        available: what the board has.
        layers: those that take the most, the most first.
    """

    resource: str
    confidence: Confidence
    needs: int
    available: int
    layers: tuple[LayerShare, ...]

    @property
    def most(self) -> str:
        """The layers with their numbers, in words."""
        return ", ".join(f"{one.name} {one.amount:.6g} ({one.share:.0%})" for one in self.layers)

    @property
    def text(self) -> str:
        """A sentence, without its full stop."""
        share = f" ({self.needs / self.available:.0%})" if self.available else ""
        return f"{self.needs} {NAMES[self.resource]} of {self.available}{share}; most: {self.most}"


def find_shortages(fit: FitReport) -> tuple[Shortage, ...]:
    """Return the resources that a design is short of, the one shortest of first."""
    over = sorted(
        fit.resources.exceed(fit.confidence), key=lambda item: -item[1].share(fit.confidence)
    )
    return tuple(
        Shortage(
            resource=name,
            confidence=fit.confidence,
            needs=use.at(fit.confidence),
            available=use.available,
            layers=_most(fit.layers, _AMOUNTS[name]),
        )
        for name, use in over
    )


def _most(
    rows: tuple[LayerResources, ...], amount: Callable[[LayerResources], float]
) -> tuple[LayerShare, ...]:
    total = sum(map(amount, rows))
    most = sorted(rows, key=lambda row: -amount(row))[:MOST_LAYERS]
    return tuple(
        LayerShare(name=row.name, amount=amount(row), share=amount(row) / total)
        for row in most
        if amount(row)
    )
