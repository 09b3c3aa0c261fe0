"""How well a network classifies labelled images: in all, class by class, and what it confuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from fpgaflow.api.network import normalisation
from fpgaflow.api.trial import try_out
from fpgaflow.compress.evaluate import confusion
from fpgaflow.compress.training_images import labels_of
from fpgaflow.data import ImageSet, check_labels, load_images
from fpgaflow.frontend.checkpoint import load_model


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """One class.

    Attributes:
        name: of the class; its number where it has none.
        images: with this label.
        right: how many of them the network classifies right.
        mistaken_for: the class that it gives most of the others; None where there are none.
    """

    name: str
    images: int
    right: int
    mistaken_for: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Score:
    """What a network reaches on a set of images.

    Attributes:
        data: the set's name.
        noun: images or clips.
        arithmetic: "fixed point" (a build, exact) or "floating point" (a model file).
        mean: of the input normalisation; a build has its own.
        std: likewise.
        confusion: images by label (row) and by the class given (column), int64 [classes, classes].
        names: of the classes.
    """

    data: str
    noun: str
    arithmetic: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    confusion: NDArray[np.int64]
    names: tuple[str, ...]

    @property
    def images(self) -> int:
        """How many images there were."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The part of them that is classified right (top-1), from 0 to 1."""
        return int(np.trace(self.confusion)) / self.images

    @property
    def classes(self) -> tuple[ClassScore, ...]:
        """The classes in order."""
        return tuple(self._class(number) for number in range(len(self.names)))

    def _class(self, number: int) -> ClassScore:
        row = self.confusion[number]
        wrong = row.copy()
        wrong[number] = 0
        return ClassScore(
            name=self.names[number],
            images=int(row.sum()),
            right=int(row[number]),
            mistaken_for=self.names[int(wrong.argmax())] if wrong.any() else None,
        )

    def as_json(self) -> dict[str, object]:
        """Return what `fpgaflow evaluate --json` prints."""
        return {
            "data": self.data,
            "arithmetic": self.arithmetic,
            "mean": list(self.mean),
            "std": list(self.std),
            "images": self.images,
            "accuracy": self.accuracy,
            "classes": [
                {"name": one.name, "images": one.images, "right": one.right} for one in self.classes
            ],
            "confusion": self.confusion.tolist(),
        }


def score(
    model: str | Path,
    data: str,
    *,
    limit: int | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    arch: str | None = None,
    batch: int = 256,
    device: str = "cpu",
) -> Score:
    """Count what a build folder or a model file makes of labelled images.

    Args:
        model: a build folder (exact fixed point), or a model file (floating point).
        data: a data source with labels; of a data set with parts, the test part unless it names
            another.
        limit: take so many images at most.
        mean: of the input normalisation; by default what fpgaflow wrote into the file, else 0.
        std: likewise, else 1.
        arch: for weights that are not recognised.
        batch: images at a time.
        device: where weights are computed: "cpu", "cuda" or "cuda:N".

    Raises:
        InputRefused: the model or the images cannot be used.
        ToolFailed: the network gives NaN or infinity.
        ToolMissing: there is no such device.
    """
    images = load_images(data, limit=limit, split="test")
    labels = labels_of(images)
    if Path(model).is_dir():
        return _score_trial(model, images, labels, None)
    loaded = load_model(model, arch=arch)
    normalise = normalisation(loaded.note, mean, std)
    if not isinstance(loaded.payload, nn.Module):
        return _score_trial(model, images, labels, normalise, arch)
    counts = confusion(loaded.payload, images, normalise, batch=batch, device=device).numpy()
    return _score("floating point", images, counts, normalise)


def _score_trial(
    model: str | Path,
    images: ImageSet,
    labels: NDArray[np.int64],
    normalise: tuple[tuple[float, ...], tuple[float, ...]] | None,
    arch: str | None = None,
) -> Score:
    """Count with the network's graph: a build's exactly, ONNX and .pt2 in floating point."""
    mean, std = normalise or (None, None)
    trial = try_out(model, images, mean=mean, std=std, arch=arch)
    classes = trial.predictions.logits.shape[1]
    check_labels(images, classes)
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, trial.predictions.classes), 1)
    return _score(trial.arithmetic, images, counts, normalise or ((), ()))


def _score(
    arithmetic: str,
    images: ImageSet,
    counts: NDArray[np.int64],
    normalise: tuple[tuple[float, ...], tuple[float, ...]],
) -> Score:
    names = images.class_names
    if names is None or len(names) != len(counts):
        names = tuple(str(number) for number in range(len(counts)))
    return Score(
        data=images.name,
        noun=images.noun,
        arithmetic=arithmetic,
        mean=normalise[0],
        std=normalise[1],
        confusion=counts,
        names=names,
    )
