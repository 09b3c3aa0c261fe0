"""Training on clips: a stopped run goes on to the same bits; another length is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fpgaflow.compress.training import fit
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import ImageSet, make_image_set
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.lipnet import LipNet, LipNetConfig
from fpgaflow.zoo.vgg import VggLayerConfig

SETTINGS = TrainSettings(
    epochs=3, restart_epochs=None, batch=8, learning_rate=0.05, augment="crop-flip"
)


def clips(count: int, frames: int, seed: int) -> ImageSet:
    """Noisy clips of 8x8x1 whose class is the place of a bright row."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    pixels = rng.integers(0, 120, (count, frames, 8, 8, 1), dtype=np.uint8)
    pixels[np.arange(count), :, 2 * labels] += 130
    return make_image_set(pixels, labels, name=f"clips of {frames}")


def network() -> LipNet:
    layers = (VggLayerConfig(index=0, width=4, pools=1),)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return LipNet(LipNetConfig(layers=layers, hidden=3, in_channels=1, classes=4))


def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    train, validation = clips(26, 3, 1), clips(12, 3, 2)
    whole, parts = network(), network()
    history = fit(whole, train, validation, SETTINGS)

    class Stop(Exception):
        pass

    class StopsAfterOne:
        def begin_training(self, *_: object) -> None: ...
        def batches(self, *_: object) -> None: ...
        def end_epoch(self, *_: object) -> None:
            raise Stop

    with pytest.raises(Stop):
        fit(parts, train, validation, SETTINGS, folder=tmp_path, progress=StopsAfterOne())
    parts = network()
    again = fit(parts, train, validation, SETTINGS, folder=tmp_path)
    assert [row.loss for row in again.rows] == [row.loss for row in history.rows]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, parts.state_dict()[name]), name


def test_validation_clips_of_another_length() -> None:
    with pytest.raises(InputRefused) as caught:
        fit(network(), clips(8, 3, 1), clips(8, 2, 2), replace(SETTINGS, epochs=1))
    assert str(caught.value) == (
        "clips of 2: the clips are 2x8x8x1 (frames, height, width, channels)\n"
        "  accepted: 3x8x8x1, as in clips of 3"
    )
