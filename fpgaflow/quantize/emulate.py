"""Fixed-point casts on float tensors, for calibration alone."""

from __future__ import annotations

import torch

from fpgaflow.ir.fixed import FixedType


def round_to(value: torch.Tensor, element: FixedType) -> torch.Tensor:
    """Return the value rounded half up and saturated to a format's grid, still in floating point.

    Good enough to estimate errors with; the exact meaning is the interpreter's.
    """
    rounded = torch.floor(value * (1 / element.step) + 0.5)
    return rounded.clamp_(element.minimum, element.maximum).mul_(element.step)
