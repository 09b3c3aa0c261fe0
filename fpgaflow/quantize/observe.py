"""Calibration: what values the network's feature maps take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fpgaflow.interpret.torch_real import run_real
from fpgaflow.ir.graph import Graph

SAMPLES = 1 << 16
"""Numbers kept of each value; enough for a squared error to within about a percent."""

BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen of one value.

    Attributes:
        samples: some of the numbers, evenly spread over images and positions.
        minimum: the smallest of all numbers.
        maximum: the largest of all numbers.
    """

    samples: NDArray[np.float32]
    minimum: float
    maximum: float


def observe(graph: Graph, images: NDArray[np.uint8]) -> Mapping[str, Observed]:
    """Run the network in floating point and keep samples of every value.

    Args:
        graph: a canonical real-valued graph that takes raw pixels.
        images: uint8 [n, height, width, channels] or [n, features].
    """
    batches = range(0, len(images), BATCH)
    share = -(-SAMPLES // len(batches))
    parts: dict[str, list[NDArray[np.float32]]] = {node.name: [] for node in graph.nodes}
    limits = {node.name: (np.inf, -np.inf) for node in graph.nodes}

    def note(name: str, value: torch.Tensor) -> None:
        flat = value.reshape(-1)
        low, high = limits[name]
        limits[name] = (min(low, float(flat.min())), max(high, float(flat.max())))
        # An odd stride visits every channel and column, whatever their number.
        stride = max(1, flat.numel() // share) | 1
        parts[name].append(flat[::stride].numpy().copy())

    for start in batches:
        run_real(graph, images[start : start + BATCH], keep=(), observe=note)
    return {
        name: Observed(samples=np.concatenate(parts[name]), minimum=low, maximum=high)
        for name, (low, high) in limits.items()
    }
