"""Pooling on PyTorch tensors [n, channels, height, width], exact in whatever type they have."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding


def pad_windows(values: Tensor, padding: Padding, fill: float) -> Tensor:
    """Put rows and columns of `fill` around."""
    top, left, bottom, right = padding
    return F.pad(values, (left, right, top, bottom), value=fill)


def pool_max(values: Tensor, node: n.MaxPool) -> Tensor:
    """Return the largest value of each window; padding never wins."""
    if any(node.padding):
        lowest = torch.iinfo(torch.int64).min if values.dtype == torch.int64 else -torch.inf
        values = pad_windows(values, node.padding, lowest)
    return F.max_pool2d(values, tuple(node.kernel), tuple(node.stride))


def pool_sum(values: Tensor, node: n.AveragePool) -> Tensor:
    """Return the sum of each window; padding is zero."""
    if any(node.padding):
        values = pad_windows(values, node.padding, 0)
    if values.shape[2:] == tuple(node.kernel):
        return values.sum(dim=(2, 3), keepdim=True)
    return F.avg_pool2d(values, tuple(node.kernel), tuple(node.stride), divisor_override=1)
