"""Every hyper-parameter of a training run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Literal

from fpgaflow.errors import InputRefused

Augmentation = Literal["none", "crop", "crop-flip"]
Precision = Literal["float32", "bf16", "fp16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """How to train; the defaults are those of Li, Li, Meng (Electronics 2023, 12, 1208).

    Attributes:
        epochs: passes over the training images, at most.
        restart_epochs: the cosine starts again after so many epochs; None, or more than there are,
            for one cosine over all.
        patience: stop after so many epochs without a new best accuracy; None never stops early.
        batch: images in one step, over all processes together.
        learning_rate: at the start of each cosine.
        momentum: of stochastic gradient descent.
        nesterov: whether the momentum looks ahead.
        weight_decay: the L2 penalty on every trained parameter.
        augment: "crop" moves each image by up to an eighth of its height and width, black comes
            in; "crop-flip" mirrors half of them, too.
        seed: of order, augmentation and dropout.
        amp: what convolutions compute in; weights stay in float32. "fp16" scales the loss.
        device: "cpu", "cuda" or "cuda:N".
        batch_norm_l2: lambda of lambda * sum(gamma^2) over the trained batch-norm scales.
        batch_norm_l1: lambda of lambda * sum(|gamma|), likewise.
        temperature: T of the distillation from a teacher.
        distillation: w of the loss CE + w * T^2 * KL(teacher || student); used with a teacher.
        budget: by how much `scaled` has scaled the epochs; for the record.

    Raises:
        InputRefused: a value that cannot be trained with.
    """

    epochs: int = 320
    restart_epochs: int | None = 160
    patience: int | None = 20
    batch: int = 64
    learning_rate: float = 0.01
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 1e-4
    augment: Augmentation = "none"
    seed: int = 0
    amp: Precision = "float32"
    device: str = "cpu"
    batch_norm_l2: float = 0.0
    batch_norm_l1: float = 0.0
    temperature: float = 4.0
    distillation: float = 1.0
    budget: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        for name in ("epochs", "batch"):
            self._require(name, getattr(self, name) >= 1, "1 or more")
        for name in ("restart_epochs", "patience"):
            value = getattr(self, name)
            self._require(name, value is None or value >= 1, "1 or more, or none at all")
        for name in ("learning_rate", "temperature"):
            value = getattr(self, name)
            self._require(name, math.isfinite(value) and value > 0, "a finite number above 0")
        for name in ("weight_decay", "batch_norm_l2", "batch_norm_l1", "distillation"):
            value = getattr(self, name)
            self._require(name, math.isfinite(value) and value >= 0, "a finite number, 0 or more")
        self._require("momentum", 0 <= self.momentum < 1, "from 0 up to, not including, 1")
        self._require("nesterov", not self.nesterov or self.momentum > 0, "with a momentum above 0")
        self._require("seed", 0 <= self.seed < 1 << 32, "from 0 to 2^32 - 1")
        self._require("budget", 0 < self.budget <= 1, "above 0, at most 1")

    def scaled(self, budget: float) -> TrainSettings:
        """Return these settings with a part of the epochs, for a small machine.

        Epochs and restart shrink together, so that the cosine keeps its shape; neither falls
        below 1. The budget is kept with the settings.
        """
        checked = replace(self, budget=budget)
        restart = self.restart_epochs
        return replace(
            checked,
            epochs=max(1, round(self.epochs * budget)),
            restart_epochs=None if restart is None else max(1, round(restart * budget)),
        )

    def as_json(self) -> dict[str, int | float | str | bool | None]:
        """Return the settings by name."""
        return asdict(self)

    def _require(self, name: str, fine: bool, accepted: str) -> None:
        if not fine:
            raise InputRefused(
                f"the training setting {name} is {getattr(self, name)}", accepted=accepted
            )
