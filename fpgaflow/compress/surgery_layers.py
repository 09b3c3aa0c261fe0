"""Taking channels out of one layer, in place."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

Norm = nn.BatchNorm1d | nn.BatchNorm2d | nn.PReLU
_CONVS = (nn.Conv1d, nn.Conv2d)


def keep_outputs(layer: nn.Module, kept: Tensor) -> None:
    """Keep some filters of a convolution or rows of a linear layer.

    Args:
        layer: a convolution of one group, or of groups that all keep the same positions, or linear.
        kept: bool [output channels].
    """
    assert isinstance(layer, (*_CONVS, nn.Linear))
    layer.weight = _part(layer.weight, kept, 0)
    if layer.bias is not None:
        layer.bias = _part(layer.bias, kept, 0)
    if isinstance(layer, nn.Linear):
        layer.out_features = int(kept.sum())
    else:
        layer.out_channels = int(kept.sum())


def keep_inputs(layer: nn.Module, kept: Tensor) -> None:
    """Keep some input channels of a layer that mixes channels.

    Args:
        layer: a convolution (in groups, all keep the same positions), linear or LSTM layer.
        kept: bool [input channels].
    """
    count = int(kept.sum())
    if isinstance(layer, nn.LSTM):
        for name in ("weight_ih_l0", "weight_ih_l0_reverse"):
            if hasattr(layer, name):
                setattr(layer, name, _part(cast("Tensor", getattr(layer, name)), kept, 1))
        layer.input_size = count
    elif isinstance(layer, nn.Linear):
        layer.weight = _part(layer.weight, kept, 1)
        layer.in_features = count
    else:
        assert isinstance(layer, _CONVS)
        layer.weight = _part(layer.weight, kept[: layer.weight.shape[1]], 1)
        layer.in_channels = count


def keep_depthwise(layer: nn.Module, kept: Tensor) -> None:
    """Keep some channels of a depthwise convolution, input and output alike.

    Args:
        layer: a convolution with as many groups as input channels.
        kept: bool [output channels], the same for all outputs of one input.
    """
    assert isinstance(layer, _CONVS)
    multiplier = layer.out_channels // layer.in_channels
    keep_outputs(layer, kept)
    layer.in_channels = layer.groups = layer.out_channels // multiplier


def keep_norm(layer: nn.Module, kept: Tensor) -> None:
    """Keep some channels of a batch norm or PReLU.

    Args:
        layer: with one statistic, scale and shift, or slope, for each channel.
        kept: bool [channels].
    """
    if isinstance(layer, nn.PReLU):
        layer.weight = _part(layer.weight, kept, 0)
        layer.num_parameters = int(kept.sum())
        return
    assert isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d))
    if layer.affine:
        layer.weight = _part(layer.weight, kept, 0)
        layer.bias = _part(layer.bias, kept, 0)
    for name in ("running_mean", "running_var"):
        values = cast("Tensor", getattr(layer, name))
        setattr(layer, name, values[kept.to(values.device)].clone())
    layer.num_features = int(kept.sum())


def zero_outputs(layer: nn.Module, kept: Tensor) -> None:
    """Make a layer give zero in the channels that are not kept; its shape stays.

    Args:
        layer: a convolution, linear layer, batch norm or PReLU. A batch norm gives zero only where
            its input is zero.
        kept: bool [output channels].
    """
    if isinstance(layer, nn.PReLU):
        return
    names = ("weight", "bias", "running_mean")
    tensors = [cast("Tensor | None", getattr(layer, name, None)) for name in names]
    with torch.no_grad():
        for tensor in tensors:
            if tensor is not None:
                tensor[~kept.to(tensor.device)] = 0


def _part(parameter: Tensor, kept: Tensor, axis: int) -> nn.Parameter:
    """Return a copy of what is kept along one axis."""
    where = kept.nonzero().flatten().to(parameter.device)
    values = parameter.detach().index_select(axis, where)
    return nn.Parameter(values, requires_grad=parameter.requires_grad)
