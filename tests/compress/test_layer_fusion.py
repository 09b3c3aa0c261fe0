"""Which block goes, who takes over, and when fusion ends; nothing is trained."""

from __future__ import annotations

import pytest
from torch import nn

from fpgaflow.compress.layer_fusion import (
    Fused,
    FusionRules,
    Removal,
    choose,
    choose_removal,
    fuse_layers,
)
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig
from tests.compress.small_models import small_densenet, small_vgg


def network(*inner: tuple[int, ...]) -> ResNet:
    """A stage for each tuple, a block for each number."""
    stages = tuple(
        StageConfig(
            width=8,
            stride=2 if number else 1,
            blocks=tuple(BlockConfig(index=i, inner=w) for i, w in enumerate(widths)),
        )
        for number, widths in enumerate(inner)
    )
    return ResNet(ResNetConfig(stem=8, stages=stages, in_channels=1))


def removal(module: nn.Module) -> tuple[str, str, int] | None:
    found = choose_removal(module)
    return None if found is None else (found.material, found.carrier, found.channels)


def test_the_block_with_the_fewest_channels_is_the_material() -> None:
    assert removal(network((4, 4), (4, 3, 2))) == ("layer2.2", "layer2.1", 2)
    assert removal(network((4, 1), (4, 3, 2))) == ("layer1.1", "layer1.0", 1)


def test_of_equals_the_first_goes() -> None:
    assert removal(network((4, 3), (4, 3, 3))) == ("layer1.1", "layer1.0", 3)


def test_the_first_block_of_a_stage_is_carried_by_the_next() -> None:
    # Before it comes another size.
    assert removal(network((1, 4), (4, 3))) == ("layer1.0", "layer1.1", 1)


def test_a_block_that_changes_size_stays() -> None:
    assert removal(network((4, 4), (1, 3))) == ("layer2.1", "layer2.0", 3)


def test_a_block_without_a_neighbour_stays() -> None:
    assert removal(network((4,), (1,))) is None


def test_in_a_densely_connected_network_a_layer_goes() -> None:
    assert removal(small_densenet()) == (
        "features.denseblock1.denselayer1",
        "features.denseblock1.denselayer2",
        6,
    )


def fuse(
    accuracies: list[float], every: int = 2, short: bool = True, most: int | None = None
) -> tuple[list[str], object]:
    """What happens, in order, where the long tunings reach these accuracies."""
    events: list[str] = []
    left = iter(accuracies)

    def long(module: nn.Module, number: int) -> float:
        events.append(f"long {number}")
        return next(left)

    def tune(module: nn.Module, removal: Removal, number: int) -> None:
        assert removal.carrier in dict(module.named_modules())
        assert removal.material not in dict(module.named_modules())
        events.append(f"short {number} {removal.material}>{removal.carrier}")

    results = fuse_layers(
        network((4, 3), (4, 2, 1, 5)),
        0.9,
        FusionRules(every=every, max_drop=0.03, max_blocks=most),
        long=long,
        short=tune if short else None,
    )
    return events, results


def test_fusion_goes_on_until_nothing_is_left() -> None:
    events, results = fuse([0.89, 0.88])
    assert events == [
        "short 1 layer2.2>layer2.1",
        "short 2 layer2.1>layer2.0",
        "long 2",
        "short 3 layer1.1>layer1.0",
        "short 4 layer2.3>layer2.0",
        "long 4",
    ]
    assert [len(fused.removals) for fused in results] == [2, 4]  # type: ignore[attr-defined]


def test_fusion_ends_where_the_accuracy_has_fallen_too_far() -> None:
    events, results = fuse([0.88, 0.86, 0.9], every=1, short=False)
    assert events == ["long 1", "long 2"]
    assert [fused.within for fused in results] == [True, False]  # type: ignore[attr-defined]


def test_what_is_left_over_is_tuned_at_the_end() -> None:
    assert fuse([0.9, 0.9], every=3, short=False)[0] == ["long 3", "long 4"]


def test_no_more_blocks_go_than_the_user_allows() -> None:
    assert fuse([0.9, 0.9], every=2, short=False, most=3)[0] == ["long 2", "long 3"]
    assert fuse([0.9], every=2, short=False, most=2)[0] == ["long 2"]


def test_a_network_without_blocks_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        fuse_layers(small_vgg(), 0.9, FusionRules(), long=lambda *_: 0.9, short=None)
    assert str(caught.value) == (
        "the network has no block that can be removed\n"
        "  accepted: residual blocks that keep size and width, or dense layers, with a neighbour "
        "in their stage"
    )


def result(removals: int, accuracy: float, within: bool = True) -> Fused:
    one = Removal(material="a", carrier="b", channels=1)
    return Fused(
        removals=(one,) * removals, network=nn.Identity(), accuracy=accuracy, within=within
    )


def test_the_choice_is_the_users() -> None:
    results = [result(4, 0.9), result(8, 0.91), result(12, 0.89), result(16, 0.5, False)]
    assert choose(results, "accuracy") is results[1]
    assert choose(results, "compression") is results[2]
    assert choose(results[3:], "accuracy") is None
    tied = [result(4, 0.9), result(8, 0.9)]
    assert choose(tied, "accuracy") is tied[1]


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        FusionRules(every=0)
    assert str(caught.value) == "--long-every is 0\n  accepted: 1 or more removals"
    with pytest.raises(InputRefused) as caught:
        FusionRules(max_blocks=0)
    assert str(caught.value) == "--max-blocks is 0\n  accepted: 1 or more"
    with pytest.raises(InputRefused) as caught:
        FusionRules(max_drop=1.5)
    assert str(caught.value) == (
        "the accuracy may fall by 150 points\n  accepted: from 0 to 100 points"
    )
