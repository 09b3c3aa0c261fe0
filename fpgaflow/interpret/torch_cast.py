"""The cast to a node's format, on PyTorch tensors.

The default modes (round half up, saturate) and truncation are a floor and a clamp in floating
point; the other modes go through `fpgaflow.ir.arithmetic.cast`, the one definition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fpgaflow.interpret.torch_exact import exact_dtype
from fpgaflow.ir.arithmetic import cast
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.ranges import Range, format_range

_LARGEST_SHIFT = 60
"""Powers of two beyond this could leave float32's exponents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Turns exact results into integers of a format.

    Attributes:
        span: what the exact results can be.
        element: the format.
        dtype: what the exact results are computed in.
        folds: whether the cast is value · scale + half, floor, clamp in that type; an operation
            with constants may fold `scale` and `half` into them and call `round_and_limit`.
    """

    span: Range
    element: FixedType
    dtype: torch.dtype
    folds: bool

    @property
    def shift(self) -> int:
        """How many low bits go."""
        return self.span.fraction - self.element.fraction

    @property
    def scale(self) -> float:
        """Steps of the format in one step of the exact result."""
        return 2.0**-self.shift

    @property
    def half(self) -> float:
        """What rounding adds before the floor, in steps of the format."""
        rounds = self.element.rounding is Rounding.PLUS_INFINITY and self.shift > 0
        return 0.5 if rounds else 0.0

    def round_and_limit(self, scaled: Tensor) -> Tensor:
        """Finish value · scale + half, in place; the tensor must be the caller's own."""
        assert self.folds, f"{self.element} is cast by the general definition"
        if self.shift > 0:
            scaled.floor_()
        if not self._fits:
            scaled.clamp_(self.element.minimum, self.element.maximum)
        return scaled.to(stored_dtype(self.element))

    def apply(self, exact: Tensor, *, own: bool) -> Tensor:
        """Cast exact results.

        Args:
            exact: integers at `span.fraction`, in `dtype`.
            own: whether the tensor is the caller's to overwrite.
        """
        if not self.folds:
            return self._apply_definition(exact)
        if self.scale != 1:
            exact, own = (exact.mul_(self.scale) if own else exact * self.scale), True
        if self.half:
            exact = exact.add_(self.half)
        if self.shift <= 0 and self._fits:
            return exact.to(stored_dtype(self.element))
        return self.round_and_limit(exact if own else exact.clone())

    def _apply_definition(self, exact: Tensor) -> Tensor:
        # NumPy sees the memory as it lies; strides, and so the layout, survive the round trip.
        integers = exact.to(torch.int64).numpy()
        result = np.asarray(cast(integers, self.span.fraction, self.element))
        return torch.from_numpy(result).to(stored_dtype(self.element))

    @property
    def _fits(self) -> bool:
        lowest, highest = self.span.minimum, self.span.maximum
        if self.shift > 0:
            lowest, highest = lowest >> self.shift, (highest >> self.shift) + 1
        else:
            lowest, highest = lowest << -self.shift, highest << -self.shift
        return self.element.minimum <= lowest and highest <= self.element.maximum


def stored_dtype(element: FixedType) -> torch.dtype:
    """Return the type that values of a format are kept in between layers."""
    return exact_dtype(format_range(element).magnitude)


def finish(span: Range, element: FixedType | None) -> Finish:
    """Choose how results of a range are computed and cast."""
    assert element is not None, "the graph is real-valued"
    shift = span.fraction - element.fraction
    half = (1 << (shift - 1)) if shift > 0 else 0
    simple = (
        element.rounding in (Rounding.PLUS_INFINITY, Rounding.TRUNCATE)
        and element.overflow in (Overflow.SATURATE, Overflow.SATURATE_SYMMETRIC)
        and abs(shift) <= _LARGEST_SHIFT
    )
    if simple:
        magnitude = max(span.magnitude + half, format_range(element).magnitude)
        dtype = exact_dtype(magnitude)
        if dtype is not torch.int64:
            return Finish(span=span, element=element, dtype=dtype, folds=True)
    return Finish(span=span, element=element, dtype=exact_dtype(span.magnitude), folds=False)
