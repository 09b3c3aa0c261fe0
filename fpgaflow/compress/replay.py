"""Does what a plan says again."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from fpgaflow.compress.blocks import removable_blocks, remove_block
from fpgaflow.compress.couplings import find_groups
from fpgaflow.compress.plan import ChannelStep, Step
from fpgaflow.compress.surgery import keep_channels
from fpgaflow.errors import InputRefused


def replay(module: nn.Module, input_shape: tuple[int, ...], steps: Sequence[Step]) -> nn.Module:
    """Return a copy of a network without what the steps removed; nothing is trained.

    Args:
        module: the network that the plan was made from, which is not changed.
        input_shape: (channels, height, width), of clips with frames in front.
        steps: of the plan.

    Raises:
        InputRefused: the network has no such channels or blocks.
    """
    network = keep_channels(module, input_shape, {})
    for number, step in enumerate(steps, start=1):
        if isinstance(step, ChannelStep):
            _check(network, input_shape, step, number)
            network = keep_channels(network, input_shape, step.keep)
            continue
        names = [block.name for block in removable_blocks(network)]
        if step.block not in names:
            raise _mismatch(number, f"there is no removable block {step.block}")
        network = remove_block(network, step.block)
    return network


def _check(
    network: nn.Module, input_shape: tuple[int, ...], step: ChannelStep, number: int
) -> None:
    channels = {group.name: group.channels for group in find_groups(network, input_shape)}
    for group in step.groups:
        found = channels.get(group.group)
        if found != group.before:
            what = "no channels" if found is None else f"{found} channels"
            raise _mismatch(number, f"{group.group} has {what}, the plan says {group.before}")


def _mismatch(number: int, what: str) -> InputRefused:
    return InputRefused(
        f"step {number} of the plan does not suit the network: {what}",
        accepted="the network that the plan was made from",
    )
