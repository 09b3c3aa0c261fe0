"""Which channels to keep, by scores, within limits that keep a network alive and friendly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fpgaflow.errors import InputRefused

Keep = dict[str, tuple[int, ...]]
"""The channels that stay, in order, of each group that loses any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What every group keeps, whatever its scores.

    Attributes:
        min_channels: no group falls below so many (or below all, where it has fewer).
        round_channels: what stays is a multiple of this, rounded up, where the group has as many.

    Raises:
        InputRefused: a limit below 1.
    """

    min_channels: int = 1
    round_channels: int = 1

    def __post_init__(self) -> None:
        """Refuse limits below 1."""
        for name in ("min_channels", "round_channels"):
            if getattr(self, name) < 1:
                option = "--" + name.replace("_", "-")
                raise InputRefused(f"{option} is {getattr(self, name)}", accepted="1 or more")

    def count(self, wanted: int, channels: int) -> int:
        """Return how many of `channels` stay where `wanted` would."""
        least = max(wanted, min(self.min_channels, channels))
        rounded = -(-least // self.round_channels) * self.round_channels
        return min(rounded, channels)


def keep_best(scores: Tensor, wanted: int, limits: Limits) -> tuple[int, ...]:
    """Return the channels that stay, in order: those of the highest scores, the first of equals.

    Args:
        scores: [channels], higher is more worth keeping.
        wanted: how many would stay without limits.
        limits: of every group.
    """
    count = limits.count(wanted, len(scores))
    order = torch.sort(scores.double(), descending=True, stable=True).indices
    return tuple(sorted(order[:count].tolist()))


def keep_not_sparse(sparsity: Mapping[str, Tensor], threshold: float, limits: Limits) -> Keep:
    """Drop the channels that are zero more often than a threshold.

    Args:
        sparsity: [channels] of each group, the part of zeros, from 0 to 1.
        threshold: channels above it go.
        limits: of every group.

    Returns:
        The groups that lose channels, alone.
    """
    return _losers(
        {
            name: keep_best(-zeros, int((zeros <= threshold).sum()), limits)
            for name, zeros in sparsity.items()
        },
        sparsity,
    )


def keep_by_global_part(scores: Mapping[str, Tensor], part: float, limits: Limits) -> Keep:
    """Drop a part of all groups' channels together, those of the lowest scores.

    Args:
        scores: [channels] of each group.
        part: how many go, from 0 to below 1: the quantile of all scores.
        limits: of every group; they may keep channels that the quantile would drop.

    Returns:
        The groups that lose channels, alone.

    Raises:
        InputRefused: the part is not from 0 to below 1.
    """
    _check_part(part)
    if not scores:
        return {}
    names = list(scores)
    together = torch.cat([scores[name].double() for name in names])
    lowest = torch.sort(together, stable=True).indices[: _part_of(part, len(together))]
    goes = torch.zeros(len(together), dtype=torch.bool)
    goes[lowest] = True
    parts = goes.split([len(scores[name]) for name in names])
    kept = {
        name: keep_best(scores[name], int((~gone).sum()), limits)
        for name, gone in zip(names, parts, strict=True)
    }
    return _losers(kept, scores)


def keep_by_part(scores: Mapping[str, Tensor], parts: Mapping[str, float], limits: Limits) -> Keep:
    """Drop a part of each group's own channels, those of the lowest scores.

    Args:
        scores: [channels] of each group.
        parts: how many of each group go, from 0 to below 1.
        limits: of every group.

    Returns:
        The groups that lose channels, alone.

    Raises:
        InputRefused: a part is not from 0 to below 1.
    """
    for part in parts.values():
        _check_part(part)
    kept = {
        name: keep_best(values, len(values) - _part_of(parts[name], len(values)), limits)
        for name, values in scores.items()
    }
    return _losers(kept, scores)


def removed(keep: Mapping[str, Sequence[int]], channels: Mapping[str, int]) -> int:
    """Return how many channels go in all."""
    return sum(channels[name] - len(kept) for name, kept in keep.items())


def _losers(kept: Mapping[str, tuple[int, ...]], scores: Mapping[str, Tensor]) -> Keep:
    return {name: stay for name, stay in kept.items() if len(stay) < len(scores[name])}


def _part_of(part: float, count: int) -> int:
    # 0.29 * 100 is a little less than 29.
    return int(part * count + 1e-9)


def _check_part(part: float) -> None:
    if not 0 <= part < 1:
        raise InputRefused(
            f"the part of channels to remove is {part:g}", accepted="from 0 to below 1"
        )
