"""The learning rate of each epoch: a cosine that starts again."""

from __future__ import annotations

import math

from fpgaflow.compress.training_settings import TrainSettings


def learning_rate(settings: TrainSettings, epoch: int) -> float:
    """Return the learning rate of an epoch, counted from 1.

    lr * (1 + cos(pi * t / T)) / 2 with t the epochs since the last restart and T those between
    restarts, or all epochs where there is none: Loshchilov and Hutter, "SGDR", equation 5, with a
    minimum of 0 and equal periods.
    """
    period = min(settings.restart_epochs or settings.epochs, settings.epochs)
    since_restart = (epoch - 1) % period
    return settings.learning_rate * (1 + math.cos(math.pi * since_restart / period)) / 2
