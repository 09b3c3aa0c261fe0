"""Types of values and parameters in the graph."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.arithmetic import to_real
from fpgaflow.ir.fixed import FixedType


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorType:
    """Shape and element format of one image's value; there is no batch dimension.

    Attributes:
        shape: [height, width, channels] of a feature map or [n] of a vector.
        element: the fixed-point format, or None while the graph is real-valued.
    """

    shape: tuple[int, ...]
    element: FixedType | None = None

    @property
    def channels(self) -> int:
        """The last dimension."""
        return self.shape[-1]

    @property
    def elements(self) -> int:
        """How many numbers one image has here."""
        return prod(self.shape)

    def __str__(self) -> str:
        """Return e.g. `u8.3[32,32,16]` or `real[10]`."""
        return f"{self.element or 'real'}[{','.join(str(n) for n in self.shape)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A constant array: real (float64) or fixed-point integers (int64). Read-only.

    Attributes:
        values: the array; it is copied and made read-only.
        element: the format of the integers, or None when the values are real.
    """

    values: NDArray[np.float64] | NDArray[np.int64]
    element: FixedType | None = None

    def __post_init__(self) -> None:
        """Take a private read-only copy, so that nobody can change a graph in place."""
        dtype = np.float64 if self.element is None else np.int64
        values = np.array(self.values, dtype=dtype, order="C")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    @property
    def real(self) -> NDArray[np.float64]:
        """The real values, whatever the format."""
        if self.element is None:
            return np.asarray(self.values, np.float64)
        return to_real(np.asarray(self.values, np.int64), self.element)

    @property
    def integers(self) -> NDArray[np.int64]:
        """The integers of a fixed-point parameter."""
        assert self.element is not None, "a real parameter has no integers"
        return np.asarray(self.values, np.int64)
