"""The MACs of a network by its widths: exactly, and predicted without making the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

from fpgaflow.compress.couplings import ChannelGroup
from fpgaflow.compress.selection import Keep
from fpgaflow.compress.surgery import keep_channels
from fpgaflow.zoo import count_layer_macs, count_macs

Shape = tuple[int, ...]
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Channels of a group that cost the same: the same layers make and read them.

    Attributes:
        group: the group's name.
        channels: their numbers in the group.
        makes: for each layer that makes them, the part of its outputs that they are.
        feeds: for each layer that mixes them with others, the part of its inputs that they are.
    """

    group: str
    channels: tuple[int, ...]
    makes: tuple[tuple[str, float], ...] = field(repr=False)
    feeds: tuple[tuple[str, float], ...] = field(repr=False)


def split_groups(groups: Iterable[ChannelGroup]) -> tuple[Part, ...]:
    """Return the parts of groups, in order.

    A group whose channels one layer makes is one part. A residual stream that grows from stage to
    stage has one for each stage: a layer of the first stage holds the first part's channels alone.
    """
    return tuple(part for group in groups for part in _split(group))


def _split(group: ChannelGroup) -> list[Part]:
    holders: dict[int, list[str]] = {number: [] for number in range(group.channels)}
    for path, numbers in (*group.outputs.items(), *group.inputs.items()):
        for number in dict.fromkeys(numbers):
            if number >= 0:
                holders[number].append(path)
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, paths in holders.items():
        alike.setdefault(tuple(paths), []).append(number)
    return [
        Part(
            group=group.name,
            channels=tuple(own),
            makes=tuple((path, _share(group.outputs[path], own)) for path in group.producers),
            feeds=tuple((path, _share(group.inputs[path], own)) for path in group.consumers),
        )
        for own in alike.values()
    ]


def _share(numbers: Sequence[int], own: Sequence[int]) -> float:
    held = set(own)
    return sum(number in held for number in numbers) / len(numbers)


def keep_of(parts: Sequence[Part], orders: Mapping[str, Sequence[int]], counts: Sequence[int]
            ) -> Keep:  # fmt: skip
    """Return the channels that stay, in order, of each group that loses any.

    Args:
        parts: of the groups.
        orders: the channels of each group, the best first.
        counts: how many channels of each part stay: its best ones.
    """
    stay: dict[str, list[int]] = {}
    total: dict[str, int] = {}
    for part, count in zip(parts, counts, strict=True):
        own = set(part.channels)
        best = [channel for channel in orders[part.group] if channel in own][:count]
        stay.setdefault(part.group, []).extend(best)
        total[part.group] = total.get(part.group, 0) + len(own)
    return {name: tuple(sorted(kept)) for name, kept in stay.items() if len(kept) < total[name]}


class MacsOf:
    """Counts the network of any widths.

    Args:
        module: the network.
        input_shape: (channels, height, width).
        parts: the widths are those of.
    """

    def __init__(self, module: nn.Module, input_shape: Shape, parts: Sequence[Part]) -> None:
        self._module, self._shape, self._parts = module, input_shape, parts
        # Which channels of a part stay does not matter to the count.
        self._orders: dict[str, list[int]] = {}
        for part in parts:
            self._orders.setdefault(part.group, []).extend(part.channels)
        self._layers = count_layer_macs(module, input_shape)
        self._known: dict[Counts, int] = {}

    def exact(self, counts: Counts) -> int:
        """Return the MACs of the network of these widths, which is made and counted."""
        if counts not in self._known:
            keep = keep_of(self._parts, self._orders, counts)
            network = keep_channels(self._module, self._shape, keep)
            self._known[counts] = count_macs(network, self._shape)
        return self._known[counts]

    def predicted(self, counts: Counts) -> float:
        """Return about what `exact` does: each layer in proportion to its inputs and outputs."""
        outputs, inputs = dict.fromkeys(self._layers, 1.0), dict.fromkeys(self._layers, 1.0)
        for part, count in zip(self._parts, counts, strict=True):
            gone = 1 - count / len(part.channels)
            for left, shares in ((outputs, part.makes), (inputs, part.feeds)):
                for path, share in shares:
                    if path in left:
                        left[path] -= share * gone
        return sum(macs * outputs[path] * inputs[path] for path, macs in self._layers.items())
