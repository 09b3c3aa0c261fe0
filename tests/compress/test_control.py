"""The networks that control experiments begin with; nothing is trained."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from fpgaflow.compress.channel_scores import prunable_groups
from fpgaflow.compress.control import (
    ControlSettings,
    Kind,
    begin_control,
    compressible_groups,
    filter_norms,
)
from fpgaflow.compress.couplings import find_groups
from fpgaflow.compress.new_weights import reset_weights
from fpgaflow.compress.plan import BlockStep, ChannelStep, Figures, Plan, Source, channel_step
from fpgaflow.compress.replay import replay
from fpgaflow.compress.selection import Limits
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from fpgaflow.zoo import count_macs, count_parameters
from tests.compress.small_models import SHAPE
from tests.compress.test_control_widths import tiny_resnet

STEPS = (
    channel_step({"layer2.0.conv1": [1, 4]}, {"layer2.0.conv1": 8}, "sparse"),
    BlockStep(block="layer1.1", why="fewest channels"),
)


@pytest.fixture
def module() -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return tiny_resnet()


def settings(
    kind: Kind, macs: int = 35_000, *, seed: int = 0, limits: Limits | None = None
) -> ControlSettings:
    figures = Figures(accuracy=0.9, macs=macs, parameters=1)
    plan = Plan(
        method="compress",
        source=Source(file="m", sha256="", architecture="resnet14", input_shape=SHAPE),
        settings={},
        steps=STEPS,
        before=figures,
        after=figures,
    )
    tuning = TrainSettings(seed=seed)
    return ControlSettings(kind=kind, plan=plan, limits=limits or Limits(), tuning=tuning)


def only_step(steps: tuple[object, ...]) -> ChannelStep:
    (step,) = steps
    assert isinstance(step, ChannelStep)
    return step


def test_scratch_is_the_plans_architecture_with_new_weights(module: nn.Module) -> None:
    begin = begin_control(module, SHAPE, settings("scratch"))
    wanted = replay(module, SHAPE, STEPS).state_dict()
    made = {name: value.clone() for name, value in begin.network.state_dict().items()}
    assert begin.steps == STEPS
    assert {name: value.shape for name, value in made.items()} == {
        name: value.shape for name, value in wanted.items()
    }
    for name, layer in begin.network.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            assert not bool((made[f"{name}.weight"] == wanted[f"{name}.weight"]).any()), name
    reset_weights(begin.network, 0)
    assert torch.equal(made["conv1.weight"], begin.network.state_dict()["conv1.weight"])


@pytest.mark.parametrize("kind", ["random", "l1"])
def test_random_and_l1_keep_weights_and_reach_the_macs(kind: Kind, module: nn.Module) -> None:
    begin = begin_control(module, SHAPE, settings(kind))
    step = only_step(begin.steps)
    assert count_macs(begin.network, SHAPE) <= 35_000
    assert [group.group for group in step.groups] == [
        group.name for group in prunable_groups(module, SHAPE)
    ]
    again = replay(module, SHAPE, begin.steps).state_dict()
    assert all(torch.equal(again[name], v) for name, v in begin.network.state_dict().items())


def test_the_seed_draws_the_channels(module: nn.Module) -> None:
    one, same, other = (
        only_step(begin_control(module, SHAPE, settings("random", seed=seed)).steps)
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one.keep != other.keep
    assert {name: len(kept) for name, kept in one.keep.items()} == {
        name: len(kept) for name, kept in other.keep.items()
    }


def test_l1_keeps_the_largest_filters(module: nn.Module) -> None:
    weight = module.get_submodule("layer1.0.conv1").get_parameter("weight")
    with torch.no_grad():
        weight.copy_(torch.tensor([3.0, -9, 2, -8])[:, None, None, None].expand_as(weight))
    (group, *_) = prunable_groups(module, SHAPE)
    assert filter_norms(module, group).tolist() == [36 * v for v in (3, 9, 2, 8)]
    kept = only_step(begin_control(module, SHAPE, settings("l1")).steps).keep[group.name]
    ranked = [1, 3, 0, 2]
    assert 1 < len(kept) < 4
    assert kept == tuple(sorted(ranked[: len(kept)]))


def test_the_filters_of_a_stream_are_those_of_all_its_layers(module: nn.Module) -> None:
    group = next(group for group in find_groups(module, SHAPE) if group.name == "conv1")
    layers = [module.get_submodule(path) for path in group.producers]
    total = sum(float(layer.get_parameter("weight").detach().abs().sum()) for layer in layers)
    assert float(filter_norms(module, group).sum()) == pytest.approx(total, rel=1e-6)


def test_why_tells_what_was_done(module: nn.Module) -> None:
    assert only_step(begin_control(module, SHAPE, settings("random", seed=3)).steps).why == (
        "channels drawn at random with seed 3: 58.33% of the channels of every group that prune "
        "takes, 34064 MACs for at most 35000 (the next step has 35792)"
    )


def test_where_blocks_were_removed_the_stages_narrow_too(module: nn.Module) -> None:
    begin = begin_control(module, SHAPE, settings("l1", 6_000))
    step = only_step(begin.steps)
    assert count_macs(begin.network, SHAPE) <= 6_000
    assert [group.group for group in step.groups][:2] == ["conv1", "layer1.0.conv1"]
    assert (
        "of the channels of every group there is, stage widths included, as with the groups that "
        "prune takes alone the MACs are too many at any width, "
    ) in step.why
    assert count_parameters(begin.network) > 0


def test_macs_that_no_width_has_are_refused(module: nn.Module) -> None:
    with pytest.raises(InputRefused) as caught:
        begin_control(module, SHAPE, settings("random", 6_000, limits=Limits(min_channels=4)))
    assert str(caught.value) == (
        "with the fewest channels in every group the network has 44402 MACs, more than the 6000 "
        "that it is to have at most\n"
        "  accepted: a compression to 44402 MACs or more, or a control with new weights\n"
        "  what to do: lower --min-channels and --round-channels, or use --kind scratch"
    )


def test_slimming_leaves_channels_without_batch_norm_alone() -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU(),
        nn.Conv2d(6, 2, 3),
    ).eval()  # fmt: skip
    plan = settings("l1").plan
    names = [
        [group.name for group in compressible_groups(network, SHAPE, replace(plan, method=method))]
        for method in ("prune", "slim")
    ]
    assert names == [["0", "2"], ["2"]]
