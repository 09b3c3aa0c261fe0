"""The learning rate of each step."""

from __future__ import annotations

import pytest
import torch

from fpgaflow.compress.schedule import learning_rate
from fpgaflow.compress.training_settings import TrainSettings


def test_the_papers_schedule() -> None:
    settings = TrainSettings()
    assert learning_rate(settings, 0) == 0.01
    assert learning_rate(settings, 80) == pytest.approx(0.005, rel=1e-12)
    assert learning_rate(settings, 159) == pytest.approx(9.6e-7, rel=0.01)
    assert learning_rate(settings, 160) == 0.01
    assert learning_rate(settings, 319) == learning_rate(settings, 159)


def test_it_is_pytorchs_cosine_with_restarts() -> None:
    settings = TrainSettings(epochs=12, restart_epochs=5, learning_rate=0.3)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    peer = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=5)
    optimizer.step()
    for batch in range(12 * 8):
        trained = batch / 8
        peer.step(trained)
        # The same formula, evaluated in another order.
        assert learning_rate(settings, trained) == pytest.approx(peer.get_last_lr()[0], rel=1e-9)


@pytest.mark.parametrize("restart", [None, 160])
def test_without_a_restart_there_is_one_cosine(restart: int | None) -> None:
    settings = TrainSettings(epochs=10, restart_epochs=restart)
    rates = [learning_rate(settings, epoch) for epoch in range(10)]
    assert rates == sorted(rates, reverse=True)
    assert rates[5] == pytest.approx(0.005, rel=1e-12)


def test_a_training_of_one_epoch_still_ends_with_a_small_rate() -> None:
    settings = TrainSettings(epochs=1, restart_epochs=None)
    assert learning_rate(settings, 0.5) == pytest.approx(0.005, rel=1e-12)
    assert learning_rate(settings, 0.99) < 3e-6
