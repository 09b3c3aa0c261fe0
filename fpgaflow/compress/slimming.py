"""Channel slimming: batch norm's scales say which channels matter.

Liu et al., "Learning Efficient Convolutional Networks through Network Slimming" (2017), as used in
LeanNet (Sensors 2021, 21, 3620) and in "Lip Recognition Based on Channel-Level Structured Pruning"
(Appl. Sci. 2022, 12, 10468). Training with a penalty on the scales makes some small; their channels
go; the rest is fine-tuned.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor, nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.channel_scores import group_scales, group_sizes
from fpgaflow.compress.outcome import Outcome
from fpgaflow.compress.plan import ChannelStep, channel_step
from fpgaflow.compress.record import Record
from fpgaflow.compress.selection import Keep, Limits, keep_by_global_part, keep_by_part, removed
from fpgaflow.compress.surgery import keep_channels
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused

Penalty = Literal["ridge", "lasso"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlimSettings:
    """Every choice of slimming.

    Attributes:
        penalty: ridge is lambda * sum(gamma^2) (LeanNet, equation 3), lasso lambda * sum(|gamma|).
        strength: lambda.
        ratio: the part of all channels to remove: those below the global quantile of |gamma|.
        stage_ratios: the part to remove in each stage instead; stages are runs of layers whose
            outputs have the same height and width, in order. Empty for the global quantile.
        rounds: 1 is one-shot; more repeat training, removal and fine-tuning, each round removing
            so much that all together remove the ratio.
        limits: what every group keeps.
        tuning: of both trainings of a round.
        tune_epochs: of the fine-tuning, before the budget and under one cosine; None for as many as
            the training with the penalty has. What is left is small, so its epochs are quick.

    Raises:
        InputRefused: a value that makes no sense.
    """

    penalty: Penalty = "ridge"
    strength: float = 1e-4
    ratio: float = 0.4
    stage_ratios: tuple[float, ...] = ()
    rounds: int = 1
    limits: Limits
    tuning: TrainSettings
    tune_epochs: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for part in (self.ratio, *self.stage_ratios):
            if not 0 < part < 1:
                raise InputRefused(
                    f"the part of channels to remove is {part:g}", accepted="above 0 and below 1"
                )
        if self.rounds < 1:
            raise InputRefused(f"--rounds is {self.rounds}", accepted="1 or more")
        if self.tune_epochs is not None and self.tune_epochs < 1:
            raise InputRefused(f"--tune-epochs is {self.tune_epochs}", accepted="1 or more")

    def part_of_a_round(self, part: float) -> float:
        """Return what every round removes of what is there, so that all together remove `part`."""
        return 1 - (1 - part) ** (1 / self.rounds)

    @property
    def sparse(self) -> TrainSettings:
        """The settings of the training with the penalty."""
        if self.penalty == "ridge":
            return replace(self.tuning, batch_norm_l2=self.strength)
        return replace(self.tuning, batch_norm_l1=self.strength)

    @property
    def fine(self) -> TrainSettings:
        """The settings of the fine-tuning."""
        if self.tune_epochs is None:
            return self.tuning
        given = replace(self.tuning, epochs=self.tune_epochs, restart_epochs=None)
        return given.scaled(self.tuning.budget)


def choose_channels(
    scales: Mapping[str, Tensor], sizes: Mapping[str, tuple[int, int]], settings: SlimSettings
) -> Keep:
    """Return which channels stay in a round.

    Args:
        scales: |gamma| of each group's channels.
        sizes: height and width of each group's feature map.
        settings: the ratio or ratios, and the limits.

    Raises:
        InputRefused: another number of ratios than stages.
    """
    if not settings.stage_ratios:
        part = settings.part_of_a_round(settings.ratio)
        return keep_by_global_part(scales, part, settings.limits)
    stages = [list(names) for _, names in itertools.groupby(scales, key=lambda name: sizes[name])]
    ratios = settings.stage_ratios
    if len(ratios) == 1:
        ratios *= len(stages)
    if len(ratios) != len(stages):
        shown = "; ".join(
            f"{'x'.join(map(str, sizes[stage[0]]))}: {stage[0]} to {stage[-1]}" for stage in stages
        )
        raise InputRefused(
            f"there are {len(ratios)} stage ratios and {len(stages)} stages ({shown})",
            accepted=f"{len(stages)} ratios, or one for all",
        )
    parts = {
        name: settings.part_of_a_round(ratio)
        for stage, ratio in zip(stages, ratios, strict=True)
        for name in stage
    }
    return keep_by_part(scales, parts, settings.limits)


def slim_network(module: nn.Module, bench: Bench, settings: SlimSettings) -> Outcome:
    """Slim a network.

    Args:
        module: the network, which is not changed.
        bench: data, and a place for checkpoints.
        settings: every choice.

    Raises:
        InputRefused: the network has no batch norm, or none whose channels can be removed.
        ToolFailed: a training diverged, or the disk is full.
    """
    require_batch_norm(module)
    group_scales(module, bench.input_shape)  # refuses before anything is trained
    # With every channel kept this is a copy.
    network = keep_channels(module, bench.input_shape, {})
    steps: list[ChannelStep] = []
    accuracy = 0.0
    for number in range(1, settings.rounds + 1):
        bench.tune(network, f"slim-{number}-sparse", settings.sparse)
        scales = group_scales(network, bench.input_shape)
        keep = choose_channels(scales, group_sizes(network, bench.input_shape), settings)
        channels = {name: len(values) for name, values in scales.items()}
        bench.say(
            f"round {number} of {settings.rounds}: {removed(keep, channels)} of "
            f"{sum(channels.values())} channels removed"
        )
        if keep:
            steps.append(channel_step(keep, channels, _why(settings, scales, keep, number)))
        network = keep_channels(network, bench.input_shape, keep)
        accuracy = bench.tune(network, f"slim-{number}-tune", settings.fine).best_accuracy
    return Outcome(network=network, accuracy=accuracy, steps=tuple(steps), record=Record())


def require_batch_norm(module: nn.Module) -> None:
    """Refuse a network without scales to judge by.

    Raises:
        InputRefused: there is no batch norm with scales.
    """
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
    if not any(isinstance(layer, kinds) and layer.affine for layer in module.modules()):
        raise InputRefused(
            "the network has no batch norm, whose scales tell slimming which channels matter",
            accepted="a network with batch norm behind its convolutions",
            remedy="train one with batch norm, or use `fpgaflow prune`, which needs none",
        )


def _why(settings: SlimSettings, scales: Mapping[str, Tensor], keep: Keep, number: int) -> str:
    gone = [
        value
        for name, kept in keep.items()
        for channel, value in enumerate(torch.abs(scales[name]).tolist())
        if channel not in set(kept)
    ]
    if settings.stage_ratios:
        how = f"{', '.join(f'{ratio:.0%}' for ratio in settings.stage_ratios)} of the stages"
    else:
        how = f"{settings.ratio:.0%} of all channels"
    return (
        f"the smallest batch-norm scales, at most {max(gone):.4g}: {how} "
        f"(round {number} of {settings.rounds})"
    )
