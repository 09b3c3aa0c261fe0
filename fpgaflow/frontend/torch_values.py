"""What stands for a tensor of the exported program while it is walked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fpgaflow.frontend.layout import Layout
from fpgaflow.ir.geometry import Padding


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Rows and columns that F.pad put around a map, waiting for the window that takes them in.

    Attributes:
        padding: how many on each side.
        fill: their value.
    """

    padding: Padding
    fill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A tensor computed from the input.

    Attributes:
        node: the graph's node whose value it is.
        layout: how the model sees that value (without the border).
        border: rows and columns still to be put around it, or None.
    """

    node: str
    layout: Layout
    border: Border | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A tensor that does not depend on the input: a parameter, a buffer, or made from those.

    Attributes:
        tensor: on the CPU.
        name: the parameter's path, e.g. `conv1.weight`; empty for one that was computed.
    """

    tensor: torch.Tensor
    name: str = ""

    @property
    def values(self) -> NDArray[np.float64]:
        """The values as float64."""
        return self.tensor.detach().to(torch.float64).numpy()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSize:
    """The number of images, as `x.size(0)` gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What cannot be computed: the result of a refused operation, or a size of no use."""


Operand = Value | Constant | BatchSize | Unknown
