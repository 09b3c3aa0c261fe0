"""Hyper-parameters: the papers' by default, refused where nothing can be trained with them."""

from __future__ import annotations

import pytest

from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused


def test_the_defaults_are_the_papers() -> None:
    assert TrainSettings().as_json() == {
        "epochs": 320,
        "restart_epochs": 160,
        "patience": 20,
        "batch": 64,
        "learning_rate": 0.01,
        "momentum": 0.9,
        "nesterov": False,
        "weight_decay": 0.0001,
        "augment": "none",
        "seed": 0,
        "amp": "float32",
        "device": "cpu",
        "batch_norm_l2": 0.0,
        "batch_norm_l1": 0.0,
        "temperature": 4.0,
        "distillation": 1.0,
        "budget": 1.0,
    }


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("epochs", 0, "1 or more"),
        ("batch", -1, "1 or more"),
        ("restart_epochs", 0, "1 or more, or none at all"),
        ("patience", 0, "1 or more, or none at all"),
        ("learning_rate", float("nan"), "a finite number above 0"),
        ("temperature", 0.0, "a finite number above 0"),
        ("weight_decay", -0.1, "a finite number, 0 or more"),
        ("batch_norm_l1", float("inf"), "a finite number, 0 or more"),
        ("momentum", 1.0, "from 0 up to, not including, 1"),
        ("seed", -1, "from 0 to 2^32 - 1"),
        ("budget", 1.5, "above 0, at most 1"),
    ],
)
def test_what_cannot_be_trained_with(name: str, value: float, accepted: str) -> None:
    with pytest.raises(InputRefused) as caught:
        TrainSettings(**{name: value})  # pyright: ignore[reportArgumentType]
    assert str(caught.value) == f"the training setting {name} is {value}\n  accepted: {accepted}"


def test_a_budget_scales_the_epochs_and_is_kept() -> None:
    scaled = TrainSettings().scaled(0.1)
    assert (scaled.epochs, scaled.restart_epochs, scaled.patience, scaled.budget) == (
        32, 16, 20, 0.1,
    )  # fmt: skip
    assert TrainSettings(restart_epochs=None).scaled(0.001).epochs == 1
    with pytest.raises(InputRefused, match="the training setting budget is 0"):
        TrainSettings().scaled(0)
