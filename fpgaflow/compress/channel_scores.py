"""Scores of the channels that may be pruned: their sparsity, and their batch-norm scales."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.couplings import ChannelGroup, find_groups
from fpgaflow.compress.statistics import zero_fractions
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.resnet import ResNet

Shape = tuple[int, ...]
"""(channels, height, width), of clips with frames in front."""


def prunable_groups(module: nn.Module, input_shape: Shape) -> tuple[ChannelGroup, ...]:
    """Return the groups whose channels one convolution alone makes, in the network's order.

    In a residual network of basic blocks these are the inputs of each block's second convolution;
    in a densely connected one the outputs of each convolution, with all inputs that match. A
    depthwise convolution makes no channels: it goes on with those that it is given.

    Raises:
        InputRefused: there are none.
    """
    groups = tuple(
        group
        for group in find_groups(module, input_shape)
        if not group.blocked
        and len(makers(module, group)) == 1
        and isinstance(module.get_submodule(group.name), nn.Conv2d)
        and (not isinstance(module, ResNet) or group.name.endswith(".conv1"))
    )
    if not groups:
        raise InputRefused(
            "the network has no channels that can be pruned",
            accepted="convolutions whose output is not added to another layer's",
        )
    return groups


def makers(module: nn.Module, group: ChannelGroup) -> tuple[str, ...]:
    """Return the layers that make a group's channels: its producers without depthwise ones."""
    return tuple(path for path in group.producers if not _is_depthwise(module.get_submodule(path)))


def _is_depthwise(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Conv2d) and 1 < layer.groups == layer.in_channels


def group_sparsity(module: nn.Module, bench: Bench, settings: TrainSettings) -> dict[str, Tensor]:
    """Return the part of zeros of each prunable channel, float64 [channels] of each group.

    It is that of the feature map as the convolutions that read it see it; where several do, each
    through its own activation, the mean. Channels that no convolution reads have no score.

    Raises:
        InputRefused: there are no such channels.
    """
    zeros = zero_fractions(
        module,
        bench.validation,
        bench.normalise,
        batch=settings.batch,
        device=settings.device,
    )
    found: dict[str, Tensor] = {}
    for group in prunable_groups(module, bench.input_shape):
        readers = [path for path in group.consumers if path in zeros]
        if readers:
            found[group.name] = _mean(group, ((group.inputs[at], zeros[at]) for at in readers))
    return found


def group_scales(module: nn.Module, input_shape: Shape) -> dict[str, Tensor]:
    """Return |gamma| of each prunable channel, float64 [channels] of each group.

    Where several batch norms scale a channel, each for its own reader, their mean.

    Raises:
        InputRefused: there are no such channels, or no batch norm scales them.
    """
    found: dict[str, Tensor] = {}
    layers = dict(module.named_modules())
    for group in prunable_groups(module, input_shape):
        norms = [
            (group.outputs[path], layers[path].get_parameter("weight").detach().abs())
            for path in group.norms
            if _scales(layers[path])
        ]
        if norms:
            found[group.name] = _mean(group, norms)
    if not found:
        raise InputRefused(
            "no batch norm scales the channels that could be removed",
            accepted="batch norm between one convolution and the next",
            remedy="use `fpgaflow prune`, which needs none",
        )
    return found


def _scales(layer: nn.Module) -> bool:
    return isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)) and layer.affine


def _mean(group: ChannelGroup, seen: Iterable[tuple[tuple[int, ...], Tensor]]) -> Tensor:
    """Return the mean of what several layers say of a group's channels.

    Args:
        group: the channels.
        seen: of each layer, the number in the group of each of its channels (-1: of another one),
            and a value for each of its channels.
    """
    sums = torch.zeros(group.channels, dtype=torch.float64)
    counts = torch.zeros(group.channels, dtype=torch.float64)
    for numbers, values in seen:
        at = torch.tensor(numbers)
        own = at >= 0
        sums.index_add_(0, at[own], values.double().cpu()[own])
        counts.index_add_(0, at[own], torch.ones(int(own.sum()), dtype=torch.float64))
    return sums / counts.clamp(min=1)


def group_sizes(module: nn.Module, input_shape: Shape) -> dict[str, tuple[int, int]]:
    """Return height and width of each prunable group's feature map."""
    names = [group.name for group in prunable_groups(module, input_shape)]
    probe = copy.deepcopy(module).to("meta").eval()
    sizes: dict[str, tuple[int, int]] = {}

    for name in names:
        probe.get_submodule(name).register_forward_hook(_keep_size(name, sizes))
    with torch.no_grad():
        probe(torch.empty((1, *input_shape), device="meta"))
    return {name: sizes[name] for name in names}


def _keep_size(
    name: str, sizes: dict[str, tuple[int, int]]
) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def keep(_layer: nn.Module, _inputs: tuple[Tensor, ...], out: Tensor) -> None:
        sizes[name] = (out.shape[2], out.shape[3])

    return keep
