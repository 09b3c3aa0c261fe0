"""Layer fusion: a block's work is taken over by its neighbour, and the block goes.

Li, Li, Meng, Electronics 2023, 12(5), 1208, section 3.3. The block with the fewest channels is the
material; its carrier is the previous block, or the next one where the output size differs. In a
densely connected network the structure is one dense layer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from torch import nn

from fpgaflow.compress.blocks import removable_blocks, remove_block
from fpgaflow.errors import InputRefused

Choice = Literal["accuracy", "compression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A block to remove.

    Attributes:
        material: its path.
        carrier: the path of the block that takes over.
        channels: of the material: the fewest output channels of any convolution in it.
    """

    material: str
    carrier: str
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionRules:
    """How long fusion goes on.

    Attributes:
        every: removals between two long tunings of the whole network.
        max_drop: go on until the accuracy has fallen by more than this, from 0 to 1.
        max_blocks: remove so many at most; None for as many as there are.

    Raises:
        InputRefused: a value that makes no sense.
    """

    every: int = 4
    max_drop: float = 0.03
    max_blocks: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.every < 1:
            raise InputRefused(f"--long-every is {self.every}", accepted="1 or more removals")
        if self.max_blocks is not None and self.max_blocks < 1:
            raise InputRefused(f"--max-blocks is {self.max_blocks}", accepted="1 or more")
        if not 0 <= self.max_drop <= 1:
            raise InputRefused(
                f"the accuracy may fall by {100 * self.max_drop:g} points",
                accepted="from 0 to 100 points",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """The network after one long tuning.

    Attributes:
        removals: every block removed so far, in order.
        network: what is left of the network, tuned.
        accuracy: on the validation images, from 0 to 1.
        within: whether its accuracy has fallen by no more than allowed.
    """

    removals: tuple[Removal, ...]
    network: nn.Module
    accuracy: float
    within: bool


Short = Callable[[nn.Module, Removal, int], None]
"""Tunes the carrier alone, in place, after the n-th removal (from 1)."""
Long = Callable[[nn.Module, int], float]
"""Tunes the whole network, in place, after n removals; returns its accuracy, from 0 to 1."""


def choose_removal(module: nn.Module) -> Removal | None:
    """Return the material with the fewest channels and its carrier; the first of equals.

    A block that changes size or width cannot be material; one without a neighbour in its stage has
    no carrier, and stays.
    """
    best: Removal | None = None
    for block in removable_blocks(module):
        carrier = _carrier(module, block.name)
        channels = _channels(module.get_submodule(block.name))
        if carrier is not None and (best is None or channels < best.channels):
            best = Removal(material=block.name, carrier=carrier, channels=channels)
    return best


def _carrier(module: nn.Module, name: str) -> str | None:
    """Return the block before in the stage, whose output has the same size, or else the next."""
    stage, _, own = name.rpartition(".")
    kind = type(module.get_submodule(name))
    children = module.get_submodule(stage).named_children()
    names = [child for child, layer in children if type(layer) is kind]
    at = names.index(own)
    neighbour = names[at - 1] if at > 0 else names[at + 1] if at + 1 < len(names) else None
    if neighbour is None:
        return None
    return f"{stage}.{neighbour}" if stage else neighbour


def _channels(block: nn.Module) -> int:
    return min(
        (layer.out_channels for layer in block.modules() if isinstance(layer, nn.Conv2d)),
        default=0,
    )


def fuse_layers(
    start: nn.Module,
    accuracy: float,
    rules: FusionRules,
    *,
    long: Long,
    short: Short | None,
    watch: Callable[[Fused], None] = lambda _: None,
) -> tuple[Fused, ...]:
    """Remove blocks until the accuracy has fallen too far, or no more may be removed.

    Args:
        start: the network, which is not changed.
        accuracy: of it, from 0 to 1.
        rules: when to stop.
        long: tunes the whole network after every few removals, and after the last.
        short: tunes the carrier after each removal; None leaves that out.
        watch: told of every long result.

    Returns:
        Every long result, the one that fell too far included.

    Raises:
        InputRefused: the network has no block that can be removed.
    """
    network, removals, results = start, list[Removal](), list[Fused]()
    while (removal := choose_removal(network)) is not None:
        network = remove_block(network, removal.material)
        removals.append(removal)
        if short is not None:
            short(network, removal, len(removals))
        last = len(removals) == rules.max_blocks or choose_removal(network) is None
        if len(removals) % rules.every and not last:
            continue
        reached = long(network, len(removals))
        result = Fused(
            removals=tuple(removals),
            network=network,
            accuracy=reached,
            within=accuracy - reached <= rules.max_drop,
        )
        results.append(result)
        watch(result)
        if last or not result.within:
            break
    if not results:
        raise InputRefused(
            "the network has no block that can be removed",
            accepted="residual blocks that keep size and width, or dense layers, with a neighbour "
            "in their stage",
        )
    return tuple(results)


def choose(results: Sequence[Fused], by: Choice) -> Fused | None:
    """Return the result of the best accuracy or of the most removals.

    Only those that have fallen no further than allowed are chosen from; of equally accurate ones
    the smallest network is taken. None where all have fallen too far.
    """
    within = [result for result in results if result.within]
    if not within:
        return None
    if by == "compression":
        return within[-1]
    return max(within, key=lambda result: (result.accuracy, len(result.removals)))
