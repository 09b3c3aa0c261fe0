"""What a compression method hands back."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from fpgaflow.compress.plan import Step
from fpgaflow.compress.record import Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A network that is kept beside the result.

    Attributes:
        name: what its file is called, after the result's.
        network: the network.
        accuracy: on the validation images, from 0 to 1.
        steps: what was removed to get it.
    """

    name: str
    network: nn.Module
    accuracy: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """A compressed network.

    Attributes:
        network: the network, in evaluation mode.
        accuracy: on the validation images, from 0 to 1.
        steps: what was removed, in order.
        record: what happened; without widths and tunings, which are known at the end.
        others: networks that are kept beside it.
        warnings: what the user should know.
    """

    network: nn.Module
    accuracy: float
    steps: tuple[Step, ...]
    record: Record
    others: tuple[Candidate, ...] = ()
    warnings: tuple[str, ...] = ()
