"""Bias correction: what rounding the weights does to a layer's mean, the bias undoes.

The mean error of each output channel over the calibration images is measured layer by layer,
each layer reading what the already corrected ones yield (Nagel et al., Data-Free Quantization
Through Weight Equalization and Bias Correction, ICCV 2019, section 4.2; here with data).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from fpgaflow.interpret.liveness import last_uses
from fpgaflow.interpret.torch_real import RealEvaluator, channels_first
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.quantize.emulate import round_to

IMAGES = 64
"""Calibration images used: the mean of a channel over their positions settles early."""

PRECISION = torch.float64
"""In double precision the rounded network's values are exact, and the order of the other's sums
never shows in a bias: every machine gets the same integers."""

Reals = NDArray[np.float64]


def bias_corrections(graph: Graph, fixed: Graph, images: NDArray[np.uint8]) -> Mapping[str, Reals]:
    """Return what to add to the bias of each convolution and linear layer, [output channels].

    Args:
        graph: the canonical real-valued graph.
        fixed: the fixed-point graph without corrections.
        images: calibration images.
    """
    walk = _Walk(graph, fixed)
    corrections: dict[str, Reals] = {}
    with torch.no_grad():
        for node in graph.nodes:
            correction = walk.step(node, images[:IMAGES])
            if correction is not None:
                corrections[node.name] = correction
    return corrections


class _Walk:
    """Both networks, one node at a time, on the same images."""

    def __init__(self, graph: Graph, fixed: Graph) -> None:
        self._graph = graph
        self._fixed = {node.name: node for node in fixed.nodes}
        self._real = RealEvaluator(graph, PRECISION)
        self._rounded = RealEvaluator(fixed, PRECISION)
        self._values: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
        self._last = last_uses(graph)
        self._position = 0

    def step(self, node: n.Node, images: NDArray[np.uint8]) -> Reals | None:
        """Evaluate a node in both networks and return its correction, if it takes one."""
        inputs = [self._values[name] for name in node.inputs]
        if isinstance(node, n.Input):
            pixels = channels_first(torch.from_numpy(images).to(PRECISION))
            pair = pixels, pixels
        else:
            pair = self._evaluate(node, inputs)
        correction = None
        if isinstance(node, (n.Conv, n.Linear)):
            shift = _channel_means(pair[0]) - _channel_means(pair[1])
            correction = shift.numpy()
            pair = pair[0], pair[1] + shift.view(1, -1, *[1] * (pair[1].dim() - 2))
        self._values[node.name] = pair[0], self._cast(node.name, pair[1])
        for name in self._last[self._position]:
            del self._values[name]
        self._position += 1
        return correction

    def _evaluate(
        self, node: n.Node, inputs: list[tuple[torch.Tensor, torch.Tensor]]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        real = self._real.node(node, [pair[0] for pair in inputs])
        if node.name not in self._fixed:
            return real, inputs[0][1]  # its producer's cast has done the work
        return real, self._rounded.node(self._fixed[node.name], [pair[1] for pair in inputs])

    def _cast(self, name: str, value: torch.Tensor) -> torch.Tensor:
        node = self._fixed.get(name)
        if node is None or node.element is None:
            return value
        return round_to(value, node.element)


def _channel_means(value: torch.Tensor) -> torch.Tensor:
    return value.mean(dim=[axis for axis in range(value.dim()) if axis != 1])
