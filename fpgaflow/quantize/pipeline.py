"""The steps of post-training quantization, in their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import FIXED, verify
from fpgaflow.quantize.activations import choose_formats
from fpgaflow.quantize.assign import assign
from fpgaflow.quantize.constants import quantize_weights
from fpgaflow.quantize.correct import bias_corrections
from fpgaflow.quantize.observe import observe
from fpgaflow.quantize.settings import Settings


def quantize(graph: Graph, images: NDArray[np.uint8], settings: Settings) -> Graph:
    """Return the fixed-point graph of a network.

    Args:
        graph: a canonical real-valued graph (`fpgaflow.passes.canonical`).
        images: calibration images, uint8 [n, height, width, channels] or [n, features].
        settings: bit widths.

    Returns:
        A graph that is legal by `fpgaflow.ir.spec.FIXED`.

    Raises:
        InputRefused: when a layer setting matches no layer, or sums fit no int64.
    """
    settings.check_names(graph)
    observed = observe(graph, images)
    groups, formats = choose_formats(graph, observed, settings)
    weights = quantize_weights(graph, settings)
    fixed = assign(graph, groups, formats, weights, {})
    if settings.bias_correction:
        corrections = bias_corrections(graph, fixed, images)
        fixed = assign(graph, groups, formats, weights, corrections)
    verify(fixed, FIXED, after="quantization")
    return fixed
