"""What can be given up of a network, and the network that is left. Sizes alone count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fpgaflow.hardware.advice_bits import widest_values, widest_weights, with_bits
from fpgaflow.hardware.advice_blocks import removal_order, without_blocks
from fpgaflow.hardware.advice_channels import find_channels, keep_channels
from fpgaflow.ir.graph import Graph

WIDTH_STEPS = 16
"""Widths go in steps of one over this."""

_MOST_NAMES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is given up.

    Attributes:
        weight_bits: that weights have at the most; None as they are.
        value_bits: likewise of activations.
        width: what stays of the channels that pruning may take from, in steps of 1 / `WIDTH_STEPS`.
        blocks: how many of `removal_order` go.
    """

    weight_bits: int | None = None
    value_bits: int | None = None
    width: int = WIDTH_STEPS
    blocks: int = 0


class Changes:
    """The changes that a network allows.

    Args:
        graph: a legal fixed-point graph.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._order = removal_order(graph)
        self.weight_bits = widest_weights(graph)
        self.value_bits = widest_values(graph)
        self.blocks = len(self._order)
        self.can_narrow = any(count > 1 for count in find_channels(graph).groups.values())

    def apply(self, change: Change) -> Graph:
        """Return the network that is left."""
        graph = without_blocks(self._graph, self._order[: change.blocks])
        if change.width < WIDTH_STEPS:
            found = find_channels(graph)
            graph = keep_channels(graph, found, _kept(found.groups, change.width))
        weights = change.weight_bits or self.weight_bits
        values = change.value_bits or self.value_bits
        return with_bits(graph, weights=weights, values=values)

    def describe(self, change: Change) -> tuple[str, str]:
        """Return what is given up, and the options or commands that do so."""
        told = [
            told
            for told in (self._bits(change), self._channels(change), self._blocks(change))
            if told is not None
        ]
        return "; ".join(what for what, _ in told), "; ".join(how for _, how in told)

    def _bits(self, change: Change) -> tuple[str, str] | None:
        if change.weight_bits is None or change.value_bits is None:
            return None
        weights, values = change.weight_bits, change.value_bits
        how = f"--weight-bits {weights} --activation-bits {values}"
        if weights == values:
            return f"{weights} bits for weights and activations", how
        return f"{weights} bits for weights and {values} for activations", how

    def _channels(self, change: Change) -> tuple[str, str] | None:
        if change.width == WIDTH_STEPS:
            return None
        left = without_blocks(self._graph, self._order[: change.blocks])
        groups = find_channels(left).groups
        kept = _kept(groups, change.width)
        pairs = Counter((kept[name], groups[name]) for name in groups)
        parts = [f"{stay} of {all_} channels in {_layers(pairs[stay, all_])}"
                 for stay, all_ in sorted(pairs)]  # fmt: skip
        ratio = 1 - sum(kept.values()) / sum(groups.values())
        shown = parts if len(parts) <= _MOST_NAMES else [
            f"{sum(kept.values())} of {sum(groups.values())} channels in {_layers(len(groups))}"
        ]  # fmt: skip
        place = "the layers that pruning may narrow"
        return (
            f"{', '.join(shown)} ({place})",
            f"fpgaflow prune, or fpgaflow slim --ratio {ratio:.2f}",
        )

    def _blocks(self, change: Change) -> tuple[str, str] | None:
        if not change.blocks:
            return None
        names = [block.name for block in self._order[: change.blocks]]
        shown = ", ".join(names[:_MOST_NAMES])
        more = len(names) - _MOST_NAMES
        shown += f" and {more} more" if more > 0 else ""
        count = "1 block" if len(names) == 1 else f"{len(names)} blocks"
        return f"{count} less ({shown})", f"fpgaflow fuse --max-blocks {len(names)}"


def _kept(groups: dict[str, int], width: int) -> dict[str, int]:
    return {name: -(-count * width // WIDTH_STEPS) for name, count in groups.items()}


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"
