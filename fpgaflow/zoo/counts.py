"""Parameters and multiply-accumulates of a module.

One FLOP here is one multiply-accumulate of a convolution or a fully connected layer, for one image;
batch norm, pooling and additions are not counted.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def count_parameters(module: nn.Module) -> int:
    """Trainable parameters; running statistics are not counted."""
    return sum(parameter.numel() for parameter in module.parameters())


def _counter(
    name: str, layer: nn.Conv2d | nn.Linear, macs: dict[str, int]
) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    if isinstance(layer, nn.Linear):
        per_output = layer.in_features
    else:
        height, width = layer.kernel_size
        per_output = layer.in_channels // layer.groups * height * width

    def count(_layer: nn.Module, _inputs: tuple[Tensor, ...], out: Tensor) -> None:
        macs[name] = macs.get(name, 0) + out.numel() * per_output

    return count


def count_layer_macs(module: nn.Module, input_shape: tuple[int, int, int]) -> dict[str, int]:
    """Multiply-accumulates of every convolution and linear layer, by module path, in call order.

    The network runs on PyTorch's meta device: shapes only, no arithmetic. A layer that is called
    twice counts twice; convolutions called as functions are not seen.

    Args:
        module: the network; it is copied, not changed.
        input_shape: (channels, height, width) of one image.
    """
    probe = copy.deepcopy(module).to("meta").eval()
    macs: dict[str, int] = {}
    for name, layer in probe.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(_counter(name, layer, macs))
    with torch.no_grad():
        probe(torch.empty((1, *input_shape), device="meta"))
    return macs


def count_macs(module: nn.Module, input_shape: tuple[int, int, int]) -> int:
    """Multiply-accumulates of one image; see count_layer_macs."""
    return sum(count_layer_macs(module, input_shape).values())
