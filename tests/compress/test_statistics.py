"""Zeros are counted exactly, channel by channel, whatever the batch size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fpgaflow.compress.statistics import zero_fractions
from fpgaflow.data import ImageSet, load_images, make_image_set
from fpgaflow.errors import InputRefused
from fpgaflow.zoo import build

NORMALISE = ((0.0,), (1.0,))


def two_channels(pixels: list[list[list[int]]]) -> ImageSet:
    """Images [n, 2, 2, 2]: the first channel is given, the second its complement to 255."""
    first = np.array(pixels, np.uint8)
    return make_image_set(np.stack([first, 255 - first], axis=3), name="two")


def test_inputs_of_convolutions_and_outputs_of_activations() -> None:
    module = nn.Sequential(nn.Conv2d(2, 2, 1, groups=2, bias=False), nn.ReLU())
    with torch.no_grad():
        module[0].weight.copy_(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
    images = two_channels([[[0, 255], [0, 0]], [[0, 0], [255, 3]], [[0, 0], [0, 0]]])
    found = zero_fractions(module, images, NORMALISE, device="cpu")
    assert list(found) == ["0", "1"]
    # 9 of 12 first-channel pixels are 0, and 2 of 12 are 255, which makes the second channel 0.
    assert found["0"].tolist() == [9 / 12, 2 / 12]
    # The second channel is never positive.
    assert found["1"].tolist() == [9 / 12, 1.0]
    assert found["0"].dtype == torch.float64


def test_a_layer_that_is_called_twice_counts_both_calls() -> None:
    shared = nn.ReLU()
    negate = nn.Conv2d(2, 2, 1, groups=2, bias=False)
    with torch.no_grad():
        negate.weight.fill_(-1.0)
    images = two_channels([[[0, 255], [255, 255]]])
    module = nn.Sequential(shared, negate, shared)
    found = zero_fractions(module, images, NORMALISE, device="cpu")
    assert found["0"].tolist() == [(1 + 4) / 8, (3 + 4) / 8]


@pytest.mark.parametrize("name", ["resnet20", "vgg11_bn"])
def test_the_batch_size_changes_nothing(name: str) -> None:
    torch.manual_seed(3)
    module = build(name, in_channels=1)
    images = load_images("digits", limit=10)
    whole = zero_fractions(module, images, NORMALISE, batch=10, device="cpu")
    for batch in (1, 3, 7):
        parts = zero_fractions(module, images, NORMALISE, batch=batch, device="cpu")
        assert list(parts) == list(whole)
        assert all(torch.equal(parts[layer], whole[layer]) for layer in whole)


def test_every_frame_of_a_clip_counts() -> None:
    torch.manual_seed(3)
    network = build("lipnet_small", in_channels=1)
    clips = load_images("digits-clips", limit=5)
    frames = make_image_set(clips.images.reshape(-1, *clips.images.shape[2:]), name="frames")
    features = nn.ModuleDict({"features": network.get_submodule("features")})
    features.forward = features["features"].forward  # type: ignore[method-assign]
    alone = zero_fractions(features, frames, NORMALISE, batch=30, device="cpu")
    for batch in (7, 30):
        found = zero_fractions(network, clips, NORMALISE, batch=batch, device="cpu")
        assert list(found) == list(alone)
        assert all(torch.equal(found[layer], alone[layer]) for layer in alone)


def test_the_network_is_as_it_was() -> None:
    module = build("resnet20", in_channels=1).train()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    zero_fractions(module, load_images("digits", limit=4), NORMALISE, device="cpu")
    assert module.training
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
    assert not any(layer._forward_hooks for layer in module.modules())


def test_hooks_go_when_the_network_fails() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            self.relu(x)
            raise ArithmeticError

    module = Broken()
    with pytest.raises(ArithmeticError):
        zero_fractions(module, two_channels([[[0, 1], [2, 3]]]), NORMALISE, device="cpu")
    assert not module.relu._forward_hooks


def test_a_normalisation_of_other_channels() -> None:
    with pytest.raises(InputRefused, match="the mean of the input normalisation is"):
        zero_fractions(nn.ReLU(), two_channels([[[0, 1], [2, 3]]]), ((0, 0, 0), (1,)), device="cpu")
