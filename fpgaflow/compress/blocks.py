"""Blocks that can be taken out whole: residual blocks and dense layers of the zoo's networks.

A residual block whose shortcut is the identity becomes that identity. A dense layer's channels
vanish from every later concatenation. Numbers of the layers that stay do not change.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import nn

from fpgaflow.compress.surgery_layers import keep_inputs, keep_norm
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.densenet import DenseLayer, DenseNet, Transition
from fpgaflow.zoo.resnet import BasicBlock, ResNet

Kind = Literal["residual", "dense"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a network that can be skipped.

    Attributes:
        name: its module path.
        kind: "residual": its input takes its place; "dense": its output channels vanish.
    """

    name: str
    kind: Kind


def removable_blocks(module: nn.Module) -> tuple[Block, ...]:
    """Return the blocks that `remove_block` takes, in the network's order.

    These are basic blocks that change neither size nor width, and dense layers, of the zoo's
    networks, which may be part of a larger module. The last layer of a stage or dense block stays.
    """
    return tuple(block for name, net in _networks(module) for block in _blocks(name, net))


def remove_block(module: nn.Module, name: str) -> nn.Module:
    """Return a copy of the network without one block; it computes the network with it skipped.

    Skipped means: a residual block's output is its input; a dense layer's channels are in none of
    the concatenations, and so zero where a later convolution would read them.

    Args:
        module: the network, which is not changed.
        name: a block of `removable_blocks`.

    Raises:
        InputRefused: there is no such block, or it cannot be skipped.
    """
    known = [block.name for block in removable_blocks(module)]
    if name not in known:
        raise InputRefused(
            f"block {name!r} cannot be removed from this network",
            accepted=", ".join(known) if known else "nothing: it has no block that can be skipped",
        )
    result = copy.deepcopy(module)
    parent, _, own = name.rpartition(".")
    for path, net in _networks(result):
        inside = name[len(path) + 1 :] if path else name
        if isinstance(net, DenseNet) and name in {b.name for b in _blocks(path, net)}:
            _forget_dense_layer(net, inside)
        if name in {b.name for b in _blocks(path, net)}:
            delattr(result.get_submodule(parent), own)
            _update_config(net, inside)
    return result


def _networks(module: nn.Module) -> Iterator[tuple[str, ResNet | DenseNet]]:
    for name, part in module.named_modules():
        if isinstance(part, (ResNet, DenseNet)):
            yield name, part


def _blocks(path: str, net: ResNet | DenseNet) -> Iterator[Block]:
    for name, part in net.named_modules(prefix=path):
        if not isinstance(part, nn.Sequential) or len(part) < 2:
            continue
        for own, layer in part.named_children():
            if isinstance(layer, BasicBlock) and isinstance(layer.shortcut, nn.Identity):
                yield Block(name=f"{name}.{own}", kind="residual")
            elif isinstance(layer, DenseLayer):
                yield Block(name=f"{name}.{own}", kind="dense")


def _update_config(net: ResNet | DenseNet, inside: str) -> None:
    number, index = (int(part.lstrip("abcdefghijklmnopqrstuvwxyz")) for part in
                     inside.split(".")[-2:])  # fmt: skip
    if isinstance(net, ResNet):
        stages = list(net.config.stages)
        stage = stages[number - 1]
        kept = tuple(block for block in stage.blocks if block.index != index)
        stages[number - 1] = replace(stage, blocks=kept)
        net.config = replace(net.config, stages=tuple(stages))
    else:
        blocks = list(net.config.blocks)
        blocks[number - 1] = tuple(b for b in blocks[number - 1] if b.index != index)
        net.config = replace(net.config, blocks=tuple(blocks))


def _forget_dense_layer(net: DenseNet, inside: str) -> None:
    """Take the layer's channels from everything that reads them."""
    block_name, own = inside.rsplit(".", maxsplit=1)
    block = net.get_submodule(block_name)
    layers = dict(block.named_children())
    gone = layers[own]
    assert isinstance(gone, DenseLayer)
    first = gone.norm1.num_features
    last = gone.conv2 if gone.has_bottleneck else gone.conv1
    names = list(layers)
    readers: list[tuple[nn.Module, nn.Module]] = []
    for name in names[names.index(own) + 1 :]:
        layer = layers[name]
        assert isinstance(layer, DenseLayer)
        readers.append((layer.norm1, layer.conv1))
    following = list(net.features.children())
    after = following[following.index(block) + 1]
    if isinstance(after, Transition):
        readers.append((after.norm, after.conv))
    else:
        readers.append((after, net.classifier))
    for norm, reader in readers:
        assert isinstance(norm, nn.BatchNorm2d)
        kept = torch.ones(norm.num_features, dtype=torch.bool)
        kept[first : first + last.out_channels] = False
        keep_norm(norm, kept)
        keep_inputs(reader, kept)
