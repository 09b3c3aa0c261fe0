"""A reported figure of cycles beside the model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal["as here", "pixel loop", "whole vectors"]
"""What kind of pipeline the tools made: one like this project's, one that `cycle_older` models, or
one of `cycle_vectors`, whose layers or wrapper wait for whole vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of a report beside the model's.

    Attributes:
        design: whose report it is.
        what: the stage or the figure.
        tool: what said it: csynth or co-simulation.
        low: clock cycles, the least that the report gives.
        high: the most.
        model: clock cycles by the model; None where nobody published what it would need.
        rule: the kind of pipeline.
        rests_on: where the shapes and reuse factors come from.
    """

    design: str
    what: str
    tool: str
    low: int
    high: int
    model: int | None
    rule: Rule = "as here"
    rests_on: str = "published"

    @property
    def error(self) -> float | None:
        """How far the model is outside what the report gives, as a part of it."""
        if self.model is None:
            return None
        nearest = min(max(self.model, self.low), self.high)
        return (self.model - nearest) / nearest
