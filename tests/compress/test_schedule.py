"""The learning rate of each epoch."""

from __future__ import annotations

import pytest
import torch

from fpgaflow.compress.schedule import learning_rate
from fpgaflow.compress.training_settings import TrainSettings


def test_the_papers_schedule() -> None:
    settings = TrainSettings()
    assert learning_rate(settings, 1) == 0.01
    assert learning_rate(settings, 81) == pytest.approx(0.005, rel=1e-12)
    assert learning_rate(settings, 160) == pytest.approx(9.6e-7, rel=0.01)
    assert learning_rate(settings, 161) == 0.01
    assert learning_rate(settings, 320) == learning_rate(settings, 160)


def test_it_is_pytorchs_cosine_with_restarts() -> None:
    settings = TrainSettings(epochs=12, restart_epochs=5, learning_rate=0.3)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    peer = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=5)
    for epoch in range(1, 13):
        # The same formula, evaluated in another order.
        assert learning_rate(settings, epoch) == pytest.approx(peer.get_last_lr()[0], rel=1e-12)
        optimizer.step()
        peer.step()


@pytest.mark.parametrize("restart", [None, 160])
def test_without_a_restart_there_is_one_cosine(restart: int | None) -> None:
    settings = TrainSettings(epochs=10, restart_epochs=restart)
    rates = [learning_rate(settings, epoch) for epoch in range(1, 11)]
    assert rates == sorted(rates, reverse=True)
    assert rates[5] == pytest.approx(0.005, rel=1e-12)
