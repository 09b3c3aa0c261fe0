"""The learning rate of each step: a cosine that starts again."""

from __future__ import annotations

import math

from fpgaflow.compress.training_settings import TrainSettings


def learning_rate(settings: TrainSettings, trained: float) -> float:
    """Return the learning rate of the step after so many epochs, parts of an epoch counted.

    lr * (1 + cos(pi * t / T)) / 2 with t the epochs since the last restart and T those between
    restarts, or all epochs where there is none: Loshchilov and Hutter, "SGDR", equation 5, with a
    minimum of 0 and equal periods. As there, t grows with each batch: a training of one or two
    epochs, which is all that a small budget leaves, still ends with a rate near 0.
    """
    period = min(settings.restart_epochs or settings.epochs, settings.epochs)
    since_restart = trained % period
    return settings.learning_rate * (1 + math.cos(math.pi * since_restart / period)) / 2
