"""Which channels slimming removes, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.selection import Limits
from fpgaflow.compress.slimming import SlimSettings, choose_channels, slim_network
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from tests.compress.small_models import NORMALISE, SHAPE, digits

SETTINGS = SlimSettings(limits=Limits(), tuning=TrainSettings(epochs=1, restart_epochs=None))
SCALES = {
    "a": torch.tensor([0.1, 0.9, 0.8, 0.7]),
    "b": torch.tensor([0.2, 0.3, 0.6, 0.5]),
    "c": torch.tensor([0.4, 0.05]),
}
SIZES = {"a": (8, 8), "b": (8, 8), "c": (4, 4)}


def test_the_global_quantile() -> None:
    assert choose_channels(SCALES, SIZES, replace(SETTINGS, ratio=0.4)) == {
        "a": (1, 2, 3),
        "b": (2, 3),
        "c": (0,),
    }


def test_a_ratio_for_each_stage() -> None:
    settings = replace(SETTINGS, stage_ratios=(0.25, 0.5))
    assert choose_channels(SCALES, SIZES, settings) == {
        "a": (1, 2, 3),
        "b": (1, 2, 3),
        "c": (0,),
    }
    one = replace(SETTINGS, stage_ratios=(0.5,))
    assert choose_channels(SCALES, SIZES, one) == {"a": (1, 2), "b": (2, 3), "c": (0,)}


def test_rounds_add_up() -> None:
    part = replace(SETTINGS, rounds=3).part_of_a_round(0.6)
    assert (1 - part) ** 3 == pytest.approx(0.4)  # a cube root, within float error


def test_the_penalty() -> None:
    ridge = replace(SETTINGS, strength=2e-4).sparse
    assert (ridge.batch_norm_l2, ridge.batch_norm_l1) == (2e-4, 0)
    lasso = replace(SETTINGS, penalty="lasso").sparse
    assert (lasso.batch_norm_l2, lasso.batch_norm_l1) == (0, 1e-4)
    assert (SETTINGS.tuning.batch_norm_l2, SETTINGS.tuning.batch_norm_l1) == (0, 0)


def test_the_fine_tuning_may_be_longer() -> None:
    assert SETTINGS.fine is SETTINGS.tuning
    tuning = replace(SETTINGS.tuning, epochs=10, restart_epochs=5).scaled(0.5)
    fine = replace(SETTINGS, tuning=tuning, tune_epochs=30).fine
    assert (fine.epochs, fine.restart_epochs, fine.budget) == (15, None, 0.5)
    with pytest.raises(InputRefused, match="--tune-epochs is 0"):
        replace(SETTINGS, tune_epochs=0)


def test_a_network_without_batch_norm_is_refused() -> None:
    train, validation = digits()
    bench = Bench(train=train, validation=validation, normalise=NORMALISE, input_shape=SHAPE)
    layers = (nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    with pytest.raises(InputRefused) as caught:
        slim_network(nn.Sequential(*layers), bench, SETTINGS)
    assert str(caught.value) == (
        "the network has no batch norm, whose scales tell slimming which channels matter\n"
        "  accepted: a network with batch norm behind its convolutions\n"
        "  what to do: train one with batch norm, or use `fpgaflow prune`, which needs none"
    )


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputRefused, match="the part of channels to remove is 1"):
        replace(SETTINGS, ratio=1.0)
    with pytest.raises(InputRefused, match="--rounds is 0"):
        replace(SETTINGS, rounds=0)
