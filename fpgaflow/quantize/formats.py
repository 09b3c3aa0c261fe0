"""Choosing a fixed-point format by squared error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.fixed import FixedType

CLIPPING = 5
"""How many bits of range the search may give up for a finer step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A format to be chosen.

    Attributes:
        samples: real numbers to represent, any shape.
        width: bits, the sign included.
        signed: whether the format has a sign.
    """

    samples: NDArray[np.floating]
    width: int
    signed: bool

    def at(self, fraction: int) -> FixedType:
        """Return the format at some bits right of the point."""
        return FixedType(width=self.width, integer=self.width - fraction, signed=self.signed)

    @property
    def finest_unsaturated(self) -> int:
        """The largest fraction at which nothing saturates."""
        largest = float(np.abs(self.samples).max(initial=0.0))
        # frexp: largest < 2^exponent, so this many integer bits hold it.
        return self.width - int(self.signed) - (frexp(largest)[1] if largest else 0)


def best_type(samples: NDArray[np.floating], width: int, *, signed: bool) -> FixedType:
    """Return the format of a width whose rounding and saturation err least.

    Args:
        samples: real numbers to represent, any shape.
        width: bits, the sign included.
        signed: whether the format has a sign.

    Returns:
        The saturating format with the least sum of squared errors; of equals, the widest range.
    """
    return best_types([Wanted(samples=samples, width=width, signed=signed)])[0]


def best_types(wanted: Sequence[Wanted]) -> list[FixedType]:
    """Return formats that share one fraction, the one with the least sum of squared errors."""
    limits = [one.finest_unsaturated for one in wanted]
    fractions = range(min(limits), max(limits) + CLIPPING + 1)
    values = [np.asarray(one.samples, np.float64).reshape(-1) for one in wanted]

    def error(fraction: int) -> float:
        pairs = zip(values, wanted, strict=True)
        return sum(squared_error(numbers, one.at(fraction)) for numbers, one in pairs)

    best = min(fractions, key=error)
    return [one.at(best) for one in wanted]


def squared_error(values: NDArray[np.float64], element: FixedType) -> float:
    """Return the sum of squared errors of rounding values to a saturating format."""
    step = element.step
    rounded = np.floor(values / step + 0.5)
    error = np.clip(rounded, element.minimum, element.maximum) * step - values
    return float(np.dot(error, error))
