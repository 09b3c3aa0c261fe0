"""The meaning of the fixed-point graph spelled out with Python's fractions, one number at a time.

Slow and plain on purpose: it shares no code with what it checks.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import floor

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

Reals = np.ndarray
"""Fractions, dtype object, [height, width, channels] or [n]."""


def _round(value: Fraction, mode: Rounding) -> int:
    down = floor(value)
    rest = value - down
    if mode is Rounding.TRUNCATE:
        return down
    if mode is Rounding.TRUNCATE_ZERO:
        return int(value)
    if rest != Fraction(1, 2):
        return down + (rest > Fraction(1, 2))
    up = {
        Rounding.PLUS_INFINITY: True,
        Rounding.MINUS_INFINITY: False,
        Rounding.ZERO: value < 0,
        Rounding.INFINITY: value > 0,
        Rounding.EVEN: down % 2 == 1,
    }[mode]
    return down + up


def exact_cast(value: Fraction, target: FixedType) -> int:
    """Return the integer of `target` that ap_fixed's assignment gives."""
    steps = _round(value * Fraction(2) ** target.fraction, target.rounding)
    if target.overflow is Overflow.WRAP:
        low = steps % (1 << target.width)
        return low - (1 << target.width) if low > target.maximum else low
    if target.minimum <= steps <= target.maximum:
        return steps
    if target.overflow is Overflow.SATURATE_ZERO:
        return 0
    return target.maximum if steps > 0 else target.minimum


def evaluate(graph: Graph, image: np.ndarray) -> dict[str, np.ndarray]:
    """Return the integers of every value for one image."""
    reals: dict[str, Reals] = {}
    integers: dict[str, np.ndarray] = {}
    for node in graph.nodes:
        assert node.element is not None
        inputs = [reals[name] for name in node.inputs]
        exact = _fractions(image) if isinstance(node, n.Input) else _exact(graph, node, inputs)
        steps = [exact_cast(value, node.element) for value in exact.ravel()]
        unit = Fraction(2) ** -node.element.fraction
        integers[node.name] = np.array(steps, np.int64).reshape(exact.shape)
        reals[node.name] = _array([step * unit for step in steps], exact.shape)
    return integers


def _array(values: list[Fraction], shape: tuple[int, ...]) -> Reals:
    result = np.empty(len(values), object)
    result[:] = values
    return result.reshape(shape)


def _fractions(values: np.ndarray) -> Reals:
    return _array([Fraction(int(value)) for value in values.ravel()], values.shape)


def _real(parameter: Parameter) -> Reals:
    assert parameter.element is not None
    return _fractions(parameter.integers) * Fraction(2) ** -parameter.element.fraction


def _exact(graph: Graph, node: n.Node, inputs: list[Reals]) -> Reals:
    x = inputs[0]
    constants = [_real(graph.parameters[name]) for name in node.parameters]
    if isinstance(node, n.Conv):
        return _conv(node, x, constants)
    if isinstance(node, n.Linear):
        return x @ constants[0] + (constants[1] if node.bias else 0)
    if isinstance(node, n.Affine):
        return x * constants[0] + constants[1]
    if isinstance(node, (n.MaxPool, n.AveragePool)):
        return _pool(graph, node, x)
    return _moved(node, inputs)


def _moved(node: n.Node, inputs: list[Reals]) -> Reals:
    x = inputs[0]
    if isinstance(node, n.Add):
        x = x + inputs[1]
    elif isinstance(node, n.Concat):
        x = np.concatenate(inputs, axis=-1)
    elif isinstance(node, n.Relu):
        x = np.maximum(x, Fraction(0))
    elif isinstance(node, n.Clamp):
        low, high = (_limit(limit, node.element) for limit in (node.low, node.high))
        x = np.minimum(np.maximum(x, low), high)
    elif isinstance(node, n.Reshape):
        x = x.reshape(node.shape)
    elif isinstance(node, n.Subsample):
        x = x[:: node.stride.height, :: node.stride.width]
    elif isinstance(node, n.PadChannels):
        shapes = [(*x.shape[:-1], count) for count in (node.before, node.after)]
        before, after = (np.full(shape, Fraction(0)) for shape in shapes)
        x = np.concatenate([before, x, after], axis=-1)
    else:
        assert isinstance(node, n.Cast)
    return x


def _limit(limit: float, element: FixedType | None) -> Fraction:
    assert element is not None
    grid = FixedType(width=element.width, integer=element.integer, signed=element.signed)
    steps = max(exact_cast(Fraction(limit), grid), element.minimum)
    return steps * Fraction(2) ** -element.fraction


def _conv(node: n.Conv, x: Reals, constants: list[Reals]) -> Reals:
    weight = constants[0]
    rows, columns, each, outputs = weight.shape
    height, width, _ = node.infer_shape((x.shape,), (weight.shape,))
    result = np.full((height, width, outputs), Fraction(0))
    for r, c, o, i, j, k in product(*map(range, (height, width, outputs, rows, columns, each))):
        row = r * node.stride.height + i - node.padding.top
        column = c * node.stride.width + j - node.padding.left
        if 0 <= row < x.shape[0] and 0 <= column < x.shape[1]:
            group = o // (outputs // node.groups)
            result[r, c, o] += x[row, column, group * each + k] * weight[i, j, k, o]
    return result + (constants[1] if node.bias else 0)


def _pool(graph: Graph, node: n.MaxPool | n.AveragePool, x: Reals) -> Reals:
    height, width, channels = graph.types[node.name].shape
    result = np.full((height, width, channels), Fraction(0))
    for r, c in product(range(height), range(width)):
        top, left = (
            r * node.stride.height - node.padding.top,
            c * node.stride.width - node.padding.left,
        )
        window = x[
            max(top, 0) : max(top + node.kernel.height, 0),
            max(left, 0) : max(left + node.kernel.width, 0),
        ].reshape(-1, channels)
        result[r, c] = window.max(axis=0) if isinstance(node, n.MaxPool) else _mean(node, window)
    return result


def _mean(node: n.AveragePool, window: Reals) -> Reals:
    assert node.reciprocal is not None
    whole = node.kernel.height * node.kernel.width
    count = whole if node.count_include_pad else len(window)
    unit = Fraction(2) ** -node.reciprocal.fraction
    return window.sum(axis=0) * (floor(1 / (count * unit) + Fraction(1, 2)) * unit)
