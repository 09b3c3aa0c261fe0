"""One fraction of every group's channels: as many MACs as are allowed, and no step more."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from fpgaflow.compress.channel_scores import prunable_groups
from fpgaflow.compress.control_macs import MacsOf, Part, keep_of, split_groups
from fpgaflow.compress.control_widths import choose_widths, least_macs
from fpgaflow.compress.couplings import find_groups
from fpgaflow.compress.selection import Limits
from fpgaflow.zoo import count_macs
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig
from tests.compress.small_models import SHAPE, small_densenet, small_vgg

FREE = Limits()


def tiny_resnet() -> ResNet:
    """Two stages, of two blocks and one."""
    stages = (
        StageConfig(
            width=4, stride=1, blocks=tuple(BlockConfig(index=i, inner=4) for i in range(2))
        ),
        StageConfig(width=8, stride=2, blocks=(BlockConfig(index=0, inner=8),)),
    )
    return ResNet(ResNetConfig(stem=4, stages=stages, in_channels=1)).eval()


def prunable(module: nn.Module) -> tuple[Part, ...]:
    return split_groups(prunable_groups(module, SHAPE))


def all_parts(module: nn.Module) -> tuple[Part, ...]:
    return split_groups(group for group in find_groups(module, SHAPE) if not group.blocked)


@pytest.mark.parametrize(
    ("make", "choose"),
    [(tiny_resnet, prunable), (tiny_resnet, all_parts), (small_densenet, prunable),
     (small_vgg, prunable)],
)  # fmt: skip
def test_the_next_step_is_above_the_target(
    make: Callable[[], nn.Module], choose: Callable[[nn.Module], tuple[Part, ...]]
) -> None:
    module = make().eval()
    parts = choose(module)
    target = count_macs(module, SHAPE) * 5 // 8
    found = choose_widths(module, SHAPE, parts, target, FREE)
    assert found is not None
    assert found.next_macs is not None
    assert found.macs <= target < found.next_macs
    assert MacsOf(module, SHAPE, parts).exact(found.counts) == found.macs
    for part, count in zip(parts, found.counts, strict=True):
        assert abs(count - found.fraction * len(part.channels)) < 1


def test_the_target_itself_is_reached() -> None:
    module = tiny_resnet()
    parts = prunable(module)
    first = choose_widths(module, SHAPE, parts, 40_000, FREE)
    assert first is not None
    assert first.next_macs is not None
    again = choose_widths(module, SHAPE, parts, first.macs, FREE)
    following = choose_widths(module, SHAPE, parts, first.next_macs, FREE)
    assert again == first
    assert following is not None
    assert following.macs == first.next_macs


def test_where_nothing_need_go_every_channel_stays() -> None:
    module = tiny_resnet()
    parts = prunable(module)
    full = count_macs(module, SHAPE)
    found = choose_widths(module, SHAPE, parts, full, FREE)
    assert found is not None
    assert found.counts == tuple(len(part.channels) for part in parts)
    assert (found.macs, found.next_macs) == (full, None)


def test_no_width_is_small_enough() -> None:
    module = tiny_resnet()
    parts = prunable(module)
    least = least_macs(module, SHAPE, parts, FREE)
    assert choose_widths(module, SHAPE, parts, least - 1, FREE) is None
    found = choose_widths(module, SHAPE, parts, least, FREE)
    assert found is not None
    assert found.counts == (1,) * len(parts)


def test_limits_hold() -> None:
    module = tiny_resnet()
    parts = prunable(module)
    limits = Limits(min_channels=3, round_channels=4)
    found = choose_widths(module, SHAPE, parts, 50_000, limits)
    assert found is not None
    for part, count in zip(parts, found.counts, strict=True):
        assert count >= 3
        assert count % 4 == 0 or count == len(part.channels)


@pytest.mark.parametrize("make", [tiny_resnet, small_densenet, small_vgg])
def test_the_prediction_is_exact_for_the_zoo(make: Callable[[], nn.Module]) -> None:
    module = make().eval()
    parts = all_parts(module)
    macs = MacsOf(module, SHAPE, parts)
    counts = tuple(-(-len(part.channels) // 3) for part in parts)
    assert macs.predicted(counts) == pytest.approx(macs.exact(counts), rel=1e-9)


def test_a_residual_stream_has_a_part_for_each_stage() -> None:
    parts = [part for part in all_parts(tiny_resnet()) if part.group == "conv1"]
    assert [len(part.channels) for part in parts] == [4, 4]
    numbers = sorted(channel for part in parts for channel in part.channels)
    assert numbers == list(range(8))


def test_a_limit_is_that_of_every_layer() -> None:
    module = tiny_resnet()
    parts = all_parts(module)
    stream = [number for number, part in enumerate(parts) if part.group == "conv1"]
    found = choose_widths(module, SHAPE, parts, 0, Limits(min_channels=3))
    assert found is None
    target = least_macs(module, SHAPE, parts, Limits(min_channels=3))
    found = choose_widths(module, SHAPE, parts, target, Limits(min_channels=3))
    assert found is not None
    # The second stage's layers hold the first one's three channels too.
    assert [found.counts[number] for number in stream] == [3, 1]
    assert min(count for at, count in enumerate(found.counts) if at not in stream) == 3


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)), st.integers(1, 6), st.integers(1, 6))
def test_more_channels_keep_those_of_fewer(order: list[int], one: int, two: int) -> None:
    parts = (
        Part(group="a", channels=(0, 1, 2), makes=(), feeds=()),
        Part(group="a", channels=(3, 4, 5), makes=(), feeds=()),
        Part(group="b", channels=tuple(range(6)), makes=(), feeds=()),
    )
    orders = {"a": order, "b": order}
    for count, more in pairwise(sorted((one, two))):
        few = keep_of(parts, orders, (1, 2, count))
        many = keep_of(parts, orders, (2, 3, more))
        assert set(few["a"]) <= set(many["a"])
        assert set(few.get("b", range(6))) <= set(many.get("b", range(6)))
        assert sum(channel < 3 for channel in few["a"]) == 1
        assert few.get("b") == (tuple(sorted(order[:count])) if count < 6 else None)
