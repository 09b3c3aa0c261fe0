"""Labels: beside each feature map, an int64 tensor of its shape that says each element's atom.

What moves data moves its labels, so a flatten, a permutation or a slice needs no rule of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def spread(atoms: Tensor, shape: Sequence[int], axis: int) -> Tensor:
    """Return labels of `shape` with one atom for each index of `axis`; it takes no memory."""
    view = [1] * len(shape)
    view[axis] = len(atoms)
    return atoms.view(view).expand(list(shape))


def along(labels: Tensor, axis: int) -> Tensor | None:
    """Return the atoms int64 [n] along an axis; None where they differ along another one."""
    core = _core(labels)
    axis %= labels.dim()
    first = core
    for other in range(core.dim()):
        if other != axis:
            first = first.narrow(other, 0, 1)
    if not torch.equal(first.expand(core.shape), core):
        return None
    return first.flatten().expand(labels.shape[axis]).contiguous()


def compact(labels: Tensor) -> Tensor:
    """Return the same labels, expanded along each axis on which they do not differ."""
    core = _core(labels)
    for axis in range(core.dim()):
        first = core.narrow(axis, 0, min(1, core.shape[axis]))
        if torch.equal(first.expand(core.shape), core):
            core = first
    return core.clone().expand(labels.shape)


def _core(labels: Tensor) -> Tensor:
    """Return one index of each axis that is expanded."""
    for axis in range(labels.dim()):
        if labels.stride(axis) == 0 and labels.shape[axis] > 1:
            labels = labels.narrow(axis, 0, 1)
    return labels
