"""What a network says about images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """Scores of images.

    Attributes:
        logits: real values of the network's result, float64 [n, classes].
        class_names: one for each class, where known.
    """

    logits: NDArray[np.float64]
    class_names: tuple[str, ...] | None = None

    @property
    def classes(self) -> NDArray[np.int64]:
        """The class of the highest score, the first of equal ones, int64 [n]."""
        return self.logits.argmax(1).astype(np.int64)

    @property
    def confidences(self) -> NDArray[np.float64]:
        """The softmax of the scores, float64 [n, classes]."""
        powers = np.exp(self.logits - self.logits.max(1, keepdims=True))
        return powers / powers.sum(1, keepdims=True)

    def accuracy(self, labels: NDArray[np.int64]) -> float:
        """Return the part of the images whose class is their label, in [0, 1]."""
        return float(np.mean(self.classes == labels))

    def top(self, image: int, count: int) -> tuple[int, ...]:
        """Return an image's `count` best classes, the best one first."""
        order = np.argsort(-self.logits[image], kind="stable")
        return tuple(int(number) for number in order[:count])

    def name(self, number: int) -> str:
        """Return a class's name; its number where names are not known."""
        names = self.class_names
        return names[number] if names is not None and number < len(names) else str(number)
