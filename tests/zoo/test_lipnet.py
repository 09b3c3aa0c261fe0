"""The lip-reading network: counts by formula, what it computes, and recognition from weights."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from fpgaflow.zoo import build, count_layer_macs, count_macs, count_parameters, recognise
from fpgaflow.zoo.lipnet import LipNet, LipNetConfig
from fpgaflow.zoo.vgg import VggLayerConfig

SMALL = LipNetConfig(
    layers=(
        VggLayerConfig(index=0, width=4, pools=1),
        VggLayerConfig(index=4, width=6, pools=1),
    ),
    hidden=3,
    lstm_layers=2,
    in_channels=2,
    classes=5,
)


def lstm_parameters(inputs: int, hidden: int) -> int:
    """Both directions: four gates, each with a weight for every input and unit, and two biases."""
    return 2 * 4 * hidden * (inputs + hidden + 2)


def test_parameters_and_macs_of_the_zoos_network() -> None:
    with torch.device("meta"):
        module = build("lipnet", classes=10)
    # VGG-16 with ten classes has 14,728,266 parameters, 512 x 10 + 10 of them in its linear layer.
    features = 14_728_266 - 5_130
    assert count_parameters(module) == features + lstm_parameters(512, 256) + 5_130
    a_frame = 313_201_664 - 5_120
    a_step = 2 * 4 * 256 * (512 + 256)
    assert count_macs(module, (7, 3, 32, 32)) == 7 * (a_frame + a_step) + 5_120


def test_macs_layer_by_layer() -> None:
    assert count_layer_macs(LipNet(SMALL), (5, 2, 8, 8)) == {
        "features.0": 5 * 4 * 64 * 2 * 9,
        "features.4": 5 * 6 * 16 * 4 * 9,
        "lstm": 5 * 2 * 4 * 3 * (6 + 3) + 5 * 2 * 4 * 3 * (6 + 3),
        "classifier": 6 * 5,
    }


def test_every_frame_goes_through_vgg_and_every_step_counts_alike() -> None:
    torch.manual_seed(0)
    module = LipNet(SMALL).eval()
    clips = torch.rand(3, 4, 2, 8, 8)
    with torch.no_grad():
        maps = torch.stack([module.features(clips[:, t]).mean((2, 3)) for t in range(4)], dim=1)
        states, _ = module.lstm(maps)
        expected = module.classifier(states.mean(1))
        torch.testing.assert_close(module(clips), expected)


def test_images_are_no_clips() -> None:
    with pytest.raises(ValueError, match="it takes clips") as caught:
        LipNet(SMALL)(torch.zeros(1, 2, 8, 8))
    assert str(caught.value) == (
        "it takes clips [n, frames, channels, height, width], not [1, 2, 8, 8]"
    )


def test_any_width_is_recognised() -> None:
    torch.manual_seed(1)
    module = LipNet(SMALL).eval()
    found = recognise({f"module.{name}": one for name, one in module.state_dict().items()})
    assert found is not None
    assert found.config == SMALL
    assert found.architecture == "lipnet, 2 convolutions, 3 units in each of 2 layers"
    assert found.input_shape is None
    clips = torch.rand(2, 3, 2, 9, 7)
    prefixed = {f"module.{name}": one for name, one in module.state_dict().items()}
    with torch.no_grad():
        assert torch.equal(found.load(prefixed)(clips), module(clips))


@pytest.mark.parametrize("name", ["lipnet", "lipnet_small"])
def test_the_zoos_networks_are_recognised_pruned_or_not(name: str) -> None:
    with torch.device("meta"):
        module = build(name, in_channels=1, classes=7, conv_bias=False)
        assert isinstance(module, LipNet)
        last = replace(module.config.layers[-1], width=5)
        pruned = LipNet(replace(module.config, layers=(*module.config.layers[:-1], last)))
    for network, described in ((module, name), (pruned, f"{name}, pruned")):
        found = recognise(network.state_dict())
        assert found is not None
        assert (found.config, found.architecture) == (network.config, described)


def test_one_direction_alone_does_not_fit() -> None:
    state = LipNet(SMALL).state_dict()
    state = {name: one for name, one in state.items() if not name.endswith("_reverse")}
    found = recognise(state)
    assert found is not None
    with pytest.raises(RuntimeError, match="Missing key"):
        found.load(state)


def test_an_lstm_behind_something_else_is_not_recognised() -> None:
    module = nn.ModuleDict({"lstm": nn.LSTM(3, 2), "classifier": nn.Linear(2, 2)})
    assert recognise(module.state_dict()) is None
