"""Parameters and multiply-accumulates of a module.

One FLOP here is one multiply-accumulate of a convolution, a fully connected layer or an LSTM's
matrix products, for one image or clip; batch norm, pooling and additions are not counted.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn


def count_parameters(module: nn.Module) -> int:
    """Trainable parameters; running statistics are not counted."""
    return sum(parameter.numel() for parameter in module.parameters())


_Hook = Callable[[nn.Module, tuple[Tensor, ...], Any], None]


def _counter(name: str, layer: nn.Module, macs: dict[str, int]) -> _Hook | None:
    """The hook that adds up what each call of a layer multiplies; None for other layers."""

    def add(count: int) -> None:
        macs[name] = macs.get(name, 0) + count

    if isinstance(layer, nn.Conv2d):
        height, width = layer.kernel_size
        per_output = layer.in_channels // layer.groups * height * width
        return lambda _layer, _inputs, out: add(out.numel() * per_output)
    if isinstance(layer, nn.Linear):
        features = layer.in_features
        return lambda _layer, _inputs, out: add(out.numel() * features)
    if isinstance(layer, nn.LSTM):
        per_step = count_lstm_macs(layer.parameters())
        # Its input is [n, steps, features], or with the steps in front.
        return lambda _layer, inputs, _out: add(inputs[0][..., 0].numel() * per_step)
    return None


def count_lstm_macs(parameters: Iterable[Tensor]) -> int:
    """Multiply-accumulates of one step of an LSTM: each weight of its matrices is used once.

    These are the products of the four gates with the step's input and with the state before, and
    of a projection where there is one, in both directions. What the gates do to each unit
    (additions, sigmoids, three products) is not counted, as little as batch norm is.
    """
    return sum(one.numel() for one in parameters if one.dim() == 2)


def count_layer_macs(module: nn.Module, input_shape: tuple[int, ...]) -> dict[str, int]:
    """Multiply-accumulates of convolutions, linear layers and LSTMs, by path, in call order.

    The network runs on PyTorch's meta device: shapes only, no arithmetic. A layer that is called
    twice counts twice; convolutions called as functions are not seen.

    Args:
        module: the network; it is copied, not changed.
        input_shape: of one image, (channels, height, width), or of one clip, frames in front.
    """
    probe = copy.deepcopy(module).to("meta").eval()
    macs: dict[str, int] = {}
    for name, layer in probe.named_modules():
        hook = _counter(name, layer, macs)
        if hook is not None:
            layer.register_forward_hook(hook)
    with torch.no_grad():
        probe(torch.empty((1, *input_shape), device="meta"))
    return macs


def count_macs(module: nn.Module, input_shape: tuple[int, ...]) -> int:
    """Multiply-accumulates of one image or clip; see count_layer_macs."""
    return sum(count_layer_macs(module, input_shape).values())
