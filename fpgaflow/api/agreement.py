"""How often the fixed-point network and the float network say the same class."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.interpret.torch_engine import TorchInterpreter
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.ir.graph import Graph

CHUNK = 256
"""Images between two reports of progress; the interpreter spreads them over the cores."""

BATCH = 64
"""Images that the float network takes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Figures of a measurement.

    Attributes:
        images: how many it was made on.
        top1_agreement: part of them with the same top class, in [0, 1].
        top1_float: accuracy of the float network; None without labels.
        top1_fixed: accuracy of the fixed-point network; None without labels.
        images_per_second: of the exact interpreter.
    """

    images: int
    top1_agreement: float
    top1_float: float | None
    top1_fixed: float | None
    images_per_second: float


def has_classes(graph: Graph) -> bool:
    """Whether the network gives one vector of scores, so that a top class means something."""
    return len(graph.outputs) == 1 and len(graph.types[graph.outputs[0]].shape) == 1


def measure_agreement(
    real: Graph,
    fixed: Graph,
    images: NDArray[np.uint8],
    labels: NDArray[np.int64] | None,
    update: Callable[[int, int], None],
) -> Agreement:
    """Compare the top classes of both networks; the first of equal scores counts.

    Args:
        real: the canonical real-valued graph, which takes raw pixels.
        fixed: the fixed-point graph.
        images: uint8 [n, *input shape].
        labels: int64 [n], where known.
        update: told how many images are done, of how many.
    """
    interpreter = TorchInterpreter(fixed)
    classes: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    busy = 0.0
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK]
        started = time.perf_counter()
        scores = interpreter.run(part)[fixed.outputs[0]]
        busy += time.perf_counter() - started
        classes.append((_float_classes(real, part), scores.argmax(1)))
        update(start + len(part), len(images))
    by_float = np.concatenate([pair[0] for pair in classes])
    by_fixed = np.concatenate([pair[1] for pair in classes])
    return Agreement(
        images=len(images),
        top1_agreement=float(np.mean(by_float == by_fixed)),
        top1_float=None if labels is None else float(np.mean(by_float == labels)),
        top1_fixed=None if labels is None else float(np.mean(by_fixed == labels)),
        images_per_second=len(images) / busy,
    )


def _float_classes(real: Graph, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    parts = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    scores = [run_real(real, part)[real.outputs[0]].numpy() for part in parts]
    return np.concatenate(scores).argmax(1)
