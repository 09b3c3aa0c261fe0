"""Fixed-point parameters: weights, biases, scales and shifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import from_real
from fpgaflow.ir.fixed import FixedType, smallest_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from fpgaflow.quantize.activations import Formats, is_pixel_shift
from fpgaflow.quantize.formats import best_type
from fpgaflow.quantize.settings import PIXEL_FRACTION, SCALE_BITS, Settings

ADDEND_LIMIT = 2**45
"""Largest integer of a bias; beyond it the layer would not fit an int64 anyway."""


def quantize_weights(graph: Graph, settings: Settings) -> Mapping[str, Parameter]:
    """Return fixed-point weights of each convolution and linear layer and scales of each affine.

    Weights that came quantized are kept. A parameter that several nodes read gets the widest of
    their widths.
    """
    widths: dict[str, int] = {}
    for node in graph.nodes:
        if isinstance(node, (n.Conv, n.Linear)):
            width = settings.weight_width(node.name)
            widths[node.weight] = max(width, widths.get(node.weight, 0))
    fixed = {name: _weight(graph.parameters[name], width) for name, width in widths.items()}
    for node in graph.nodes:
        if isinstance(node, n.Affine):
            fixed[node.scale] = _scale(graph, node)
    return fixed


def _weight(parameter: Parameter, width: int) -> Parameter:
    if parameter.element is not None:
        return parameter
    return _rounded(parameter.real, best_type(parameter.real, width, signed=True))


def _scale(graph: Graph, node: n.Affine) -> Parameter:
    scale = graph.parameters[node.scale]
    if is_pixel_shift(graph, node):
        ones = np.full(scale.values.shape, 1 << PIXEL_FRACTION, np.int64)
        one = smallest_type(0, 1 << PIXEL_FRACTION, PIXEL_FRACTION)
        return Parameter(values=ones, element=one)
    return _weight(scale, SCALE_BITS)


def _rounded(values: NDArray[np.float64], element: FixedType) -> Parameter:
    return Parameter(values=from_real(values, element), element=element)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addend:
    """A bias or shift on its way into the graph.

    Attributes:
        name: of the parameter.
        values: real values.
        fraction: bits right of the point of the products that it is added to.
    """

    name: str
    values: NDArray[np.float64]
    fraction: int

    def parameter(self) -> Parameter:
        """Return it in the narrowest format at the fraction of the products."""
        scaled = np.clip(np.ldexp(self.values, self.fraction), -ADDEND_LIMIT, ADDEND_LIMIT)
        integers = np.floor(scaled + 0.5).astype(np.int64)
        least, greatest = int(integers.min(initial=0)), int(integers.max(initial=0))
        return Parameter(values=integers, element=smallest_type(least, greatest, self.fraction))


def product_fraction(
    graph: Graph, node: n.Node, weights: Mapping[str, Parameter], formats: Formats
) -> int:
    """Return the bits right of the point of a node's products."""
    factor = weights[node.parameters[0]].element
    assert factor is not None, "weights are fixed by now"
    return factor.fraction + formats[node.inputs[0]].fraction


def addend(
    graph: Graph, node: n.Node, weights: Mapping[str, Parameter], formats: Formats
) -> Addend | None:
    """Return the bias or shift of a node at its products' fraction, or None."""
    if not isinstance(node, (n.Conv, n.Linear, n.Affine)) or len(node.parameters) < 2:
        return None
    name = node.parameters[1]
    fraction = product_fraction(graph, node, weights, formats)
    # A module that is used twice may need its bias at two fractions.
    role = "shift" if isinstance(node, n.Affine) else "bias"
    return Addend(name=f"{node.name}.{role}", values=graph.parameters[name].real, fraction=fraction)
