"""How often each channel of a network is zero, counted in one pass over the images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from fpgaflow.compress.evaluate import evaluating
from fpgaflow.compress.training_device import resolve_device
from fpgaflow.compress.training_images import Normalise, put_images
from fpgaflow.data import ImageSet

ACTIVATIONS = (nn.ReLU, nn.ReLU6)
"""Layers whose outputs are counted; of convolutions it is the inputs."""


class _Count:
    """Zeros and values of each channel of one place so far, as whole numbers."""

    def __init__(self) -> None:
        self.zeros: Tensor | None = None
        self.values = 0

    def add(self, maps: Tensor) -> None:
        """Count [n, c, ...], on the device that the maps are on."""
        zeros = (maps.detach().transpose(0, 1).flatten(1) == 0).sum(1)
        self.zeros = zeros if self.zeros is None else self.zeros + zeros
        self.values += maps.numel() // maps.shape[1]

    def fractions(self) -> Tensor:
        """Return zeros / values, float64 [c] on the CPU."""
        assert self.zeros is not None
        return self.zeros.cpu().to(torch.float64) / self.values


def zero_fractions(
    module: nn.Module, images: ImageSet, normalise: Normalise, *, batch: int = 256, device: str
) -> Mapping[str, Tensor]:
    """Return the mean part of zeros of every channel's feature map over all images or frames.

    This is the sparsity of Li, Li, Meng, Electronics 2023, 12(5), 1208, section 3.2. The pass keeps
    two whole numbers for each channel, so splitting the images into batches adds no rounding. The
    network runs in evaluation mode and float32; its own mode and device are as before at the end.

    Args:
        module: takes float32 [n, c, h, w], or clips [n, t, c, h, w].
        images: labels are not needed.
        normalise: mean and standard deviation, on pixels from 0 to 1.
        batch: images or frames at a time.
        device: "cpu", "cuda" or "cuda:N".

    Returns:
        By layer path, float64 [channels] on the CPU: of an activation layer (ReLU, ReLU6) its
        output, of a convolution its input. A layer that is called several times counts every call,
        one that is never called is not there.

    Raises:
        InputRefused: the normalisation does not fit the images' channels.
        ToolMissing: there is no such device.
    """
    place = resolve_device(device)
    unlabelled = replace(images, labels=np.zeros(len(images), np.int64))
    held = put_images(unlabelled, normalise, place)
    first = next(iter(module.parameters()), None)
    before = torch.device("cpu") if first is None else first.device
    counts: dict[str, _Count] = {}
    module.to(place)
    try:
        with ExitStack() as stack, evaluating(module), torch.no_grad():
            for name, layer in module.named_modules():
                hook = _hook(name, layer, counts)
                if hook is not None:
                    stack.callback(layer.register_forward_hook(hook).remove)
            for some in held.pixels.split(held.at_once(batch)):
                module(held.normalised(some))
    finally:
        module.to(before)
    return {name: count.fractions() for name, count in counts.items()}


_Hook = Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]


def _hook(name: str, layer: nn.Module, counts: dict[str, _Count]) -> _Hook | None:
    if isinstance(layer, ACTIVATIONS):
        return lambda _layer, _inputs, out: counts.setdefault(name, _Count()).add(out)
    if isinstance(layer, nn.Conv2d):
        return lambda _layer, inputs, _out: counts.setdefault(name, _Count()).add(inputs[0])
    return None
