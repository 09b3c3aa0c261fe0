"""The control experiments of a compression: what the same effort gives without its method.

`scratch` trains the compressed architecture from new random weights (Liu et al., Rethinking the
Value of Network Pruning, 2019). `random` and `l1` keep one fraction of the channels of every group,
drawn at random or those of the largest sum of |w| over the filter that makes them (Li et al.,
Pruning Filters for Efficient ConvNets, 2017), at the same MACs, and fine-tune.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.channel_scores import group_scales, makers, prunable_groups
from fpgaflow.compress.control_macs import keep_of, split_groups
from fpgaflow.compress.control_widths import (
    Widths,
    choose_widths,
    least_macs,
    refuse_unreachable,
)
from fpgaflow.compress.couplings import ChannelGroup, find_groups
from fpgaflow.compress.new_weights import reset_weights
from fpgaflow.compress.outcome import Outcome
from fpgaflow.compress.plan import Plan, Step, channel_step
from fpgaflow.compress.record import Record
from fpgaflow.compress.replay import replay
from fpgaflow.compress.selection import Limits
from fpgaflow.compress.surgery import keep_channels
from fpgaflow.compress.training_settings import TrainSettings

Kind = Literal["scratch", "random", "l1"]
Shape = tuple[int, ...]
_WHICH = {
    "random": "channels drawn at random with seed {seed}",
    "l1": "the channels of the largest sum of |w| over the filters that make them",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """Every choice of a control experiment.

    Attributes:
        kind: which one.
        plan: of the compression that it is for.
        limits: what every group keeps; not for `scratch`.
        tuning: of its one training.
    """

    kind: Kind
    plan: Plan
    limits: Limits
    tuning: TrainSettings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Control:
    """A network as a control experiment begins with it.

    Attributes:
        network: the network, not yet trained.
        steps: what was removed.
    """

    network: nn.Module
    steps: tuple[Step, ...]


def train_control(begin: Control, bench: Bench, settings: ControlSettings) -> Outcome:
    """Train the network of a control experiment, in place.

    Raises:
        ToolFailed: the training diverged, or the disk is full.
    """
    for step in begin.steps if settings.kind != "scratch" else ():
        bench.say(step.why)
    history = bench.tune(begin.network, f"control-{settings.kind}", settings.tuning)
    return Outcome(
        network=begin.network,
        accuracy=history.best_accuracy,
        steps=begin.steps,
        record=Record(),
    )


def begin_control(module: nn.Module, input_shape: Shape, settings: ControlSettings) -> Control:
    """Return the network that a control experiment trains.

    Args:
        module: the network that was compressed, which is not changed.
        input_shape: (channels, height, width).
        settings: every choice.

    Raises:
        InputRefused: the plan does not suit the network, or no widths have so few MACs.
    """
    plan = settings.plan
    if settings.kind == "scratch":
        network = replay(module, input_shape, plan.steps)
        reset_weights(network, settings.tuning.seed)
        return Control(network=network, steps=plan.steps)
    groups, widths, which = _choose(module, input_shape, plan, settings.limits)
    parts = split_groups(groups)
    if settings.kind == "l1":
        orders = {group.name: _by_norm(filter_norms(module, group)) for group in groups}
    else:
        orders = _draw(groups, settings.tuning.seed)
    keep = keep_of(parts, orders, widths.counts)
    channels = {group.name: group.channels for group in groups}
    following = (
        "every channel stays"
        if widths.next_macs is None
        else f"the next step has {widths.next_macs}"
    )
    why = (
        f"{_WHICH[settings.kind].format(seed=settings.tuning.seed)}: "
        f"{float(widths.fraction):.2%} of {which}, {widths.macs} MACs for at most "
        f"{plan.after.macs} ({following})"
    )
    network = keep_channels(module, input_shape, keep)
    return Control(network=network, steps=(channel_step(keep, channels, why),) if keep else ())


def _choose(
    module: nn.Module, input_shape: Shape, plan: Plan, limits: Limits
) -> tuple[tuple[ChannelGroup, ...], Widths, str]:
    """Return the groups that lose channels, their widths, and what they are called.

    Where the compression removed blocks, its own groups may not reach its MACs at any width.
    """
    target = plan.after.macs
    groups = compressible_groups(module, input_shape, plan)
    widths = choose_widths(module, input_shape, split_groups(groups), target, limits)
    if widths is not None:
        return groups, widths, f"the channels of every group that {_pruner(plan)} takes"
    groups = tuple(group for group in find_groups(module, input_shape) if not group.blocked)
    parts = split_groups(groups)
    widths = choose_widths(module, input_shape, parts, target, limits)
    if widths is None:
        raise refuse_unreachable(least_macs(module, input_shape, parts, limits), target)
    which = (
        "the channels of every group there is, stage widths included, as with the groups that "
        f"{_pruner(plan)} takes alone the MACs are too many at any width"
    )
    return groups, widths, which


def _pruner(plan: Plan) -> str:
    return "slim" if plan.method == "slim" else "prune"


def compressible_groups(
    module: nn.Module, input_shape: Shape, plan: Plan
) -> tuple[ChannelGroup, ...]:
    """Return the groups whose channels the plan's method may remove, in the network's order.

    Slimming judges by batch norms, and leaves channels without them alone.

    Raises:
        InputRefused: there are none.
    """
    groups = prunable_groups(module, input_shape)
    if plan.method != "slim":
        return groups
    scaled = group_scales(module, input_shape)
    return tuple(group for group in groups if group.name in scaled)


def filter_norms(module: nn.Module, group: ChannelGroup) -> Tensor:
    """Return the sum of |w| over the filters that make each channel, float64 [channels].

    Where several layers make a channel, as in a residual stream, it is the sum over all of them;
    depthwise convolutions make none.
    """
    sums = torch.zeros(group.channels, dtype=torch.float64)
    for path in makers(module, group):
        weight = module.get_submodule(path).get_parameter("weight").detach()
        norms = weight.double().abs().flatten(1).sum(1).cpu()
        numbers = torch.tensor(group.outputs[path])
        own = numbers >= 0
        sums.index_add_(0, numbers[own], norms[own])
    return sums


def _by_norm(norms: Tensor) -> list[int]:
    return torch.sort(norms, descending=True, stable=True).indices.tolist()


def _draw(groups: tuple[ChannelGroup, ...], seed: int) -> dict[str, list[int]]:
    """Return each group's channels in a random order; more channels keep those of fewer."""
    generator = torch.Generator().manual_seed(seed)
    return {
        group.name: torch.randperm(group.channels, generator=generator).tolist() for group in groups
    }
