"""What a layer computes with: its multipliers, weights, window, accumulators, casts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from fpgaflow.hardware.blocks import count_dsp, count_multipliers, count_signed_digits
from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.folding import LayerFolding
from fpgaflow.hardware.resource_coefficients import FITTED
from fpgaflow.hardware.resource_structures import (
    NARROW_BITS,
    Cost,
    Multiply,
    block_pool,
    constant_multiply,
    folded_multiply,
    line_buffer,
    requantize,
    sliding_pool,
)
from fpgaflow.hardware.streams import line_buffer_rows, padded_positions
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter, TensorType


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCost:
    """What a layer takes without its streams.

    Attributes:
        cost: of all its structures.
        multipliers: how many work side by side.
        weight_bits: bits of its weights and biases.
    """

    cost: Cost
    multipliers: int = 0
    weight_bits: int = 0


def layer_cost(
    graph: Graph, node: n.Node, fold: LayerFolding | None, family: BoardFamily
) -> LayerCost:
    """Return what a layer takes without its streams.

    Args:
        graph: a fixed-point graph.
        node: one of its nodes.
        fold: the layer's folding; None where it multiplies by no weights.
        family: of the device.
    """
    if isinstance(node, (n.Conv, n.Linear)):
        assert fold is not None, f"{node.name} has no folding"
        return _multiply(graph, node, fold, family)
    if isinstance(node, n.Affine):
        return _affine(graph, node, family)
    if isinstance(node, n.AveragePool):
        return _mean(graph, node, family)
    if isinstance(node, n.MaxPool):
        return LayerCost(cost=_pool(graph, node, _element(graph.input_types(node)[0]).width))
    if isinstance(node, (n.Input, n.Reshape)):
        return LayerCost(cost=Cost())
    return LayerCost(cost=_elementwise(graph, node))


def _multiply(
    graph: Graph, node: n.Conv | n.Linear, fold: LayerFolding, family: BoardFamily
) -> LayerCost:
    weight = graph.parameters[node.weight]
    kind = graph.input_types(node)[0]
    assert weight.element is not None, f"{node.name} has real-valued weights"
    stage = _stage(graph, node, weight, kind)
    if fold.strategy == "latency":
        digits, constants = _constants(weight.integers.tobytes())
        multipliers = min(constants, fold.multipliers)
        cost = constant_multiply(
            stage, digits=digits, multipliers=multipliers, family=family, c=FITTED
        )
    else:
        cost = folded_multiply(stage, fold.reuse_factor, family, FITTED)
    rows = line_buffer_rows(graph, node)
    if rows:
        cost += line_buffer(rows, _columns(graph, node), kind.channels * _element(kind).width)
    cost += requantize(
        stage.outputs, stage.accumulator_bits, _element(graph.types[node.name]).width
    )
    stored = weight.values.size * weight.element.width + _bias_bits(graph, node.bias)
    return LayerCost(cost=cost, multipliers=fold.multipliers, weight_bits=stored)


def _stage(graph: Graph, node: n.Conv | n.Linear, weight: Parameter, kind: TensorType) -> Multiply:
    assert node.accumulator is not None, f"{node.name} has no accumulator"
    assert weight.element is not None, f"{node.name} has real-valued weights"
    value = _element(kind)
    outputs = graph.types[node.name].channels
    if isinstance(node, n.Conv):
        # Of a grouped convolution too: the window holds all channels.
        numbers, words = prod(weight.values.shape[:2]) * kind.channels, 1
    else:
        numbers, words = kind.channels, _words_read(graph, node)
    return Multiply(
        operand_bits=numbers * value.width,
        inputs=weight.values.size // outputs,
        outputs=outputs,
        value_bits=_signed(value),
        weight_bits=_signed(weight.element),
        accumulator_bits=node.accumulator.width,
        words=words,
    )


@lru_cache(maxsize=256)
def _constants(integers: bytes) -> tuple[int, int]:
    """Return the signed digits of weights, and how many of them need a multiplier."""
    values = np.frombuffer(integers, dtype=np.int64)
    return count_signed_digits(values), count_multipliers(values)


def _words_read(graph: Graph, node: n.Node) -> int:
    """Return the stream words that make up a vector: the pixels that a reshape flattened."""
    source = graph.node(node.inputs[0])
    while isinstance(source, n.Reshape):
        source = graph.node(source.inputs[0])
    return prod(graph.types[source.name].shape[:-1])


def _affine(graph: Graph, node: n.Affine, family: BoardFamily) -> LayerCost:
    """Return a multiplier for each channel whose scale is neither zero nor a power of two."""
    kind, scale = graph.input_types(node)[0], graph.parameters[node.scale]
    assert scale.element is not None, f"{node.name} has a real-valued scale"
    value = _element(kind)
    multipliers = count_multipliers(scale.integers)
    cost = _scaling(multipliers, value.width, scale.element, family)
    product = value.width + scale.element.width
    cost += Cost(lut=kind.channels * product, ff=kind.channels * product)
    cost += requantize(kind.channels, product, _element(graph.types[node.name]).width)
    stored = sum(_bias_bits(graph, name) for name in node.parameters)
    return LayerCost(cost=cost, multipliers=multipliers, weight_bits=stored)


def _mean(graph: Graph, node: n.AveragePool, family: BoardFamily) -> LayerCost:
    """Return sums, and multiplication by reciprocals that are no powers of two."""
    assert node.reciprocal is not None, f"{node.name} has no reciprocal"
    kind = graph.input_types(node)[0]
    total = _element(kind).width + (node.kernel.height * node.kernel.width - 1).bit_length()
    multipliers = kind.channels if node.reciprocal.width > 1 else 0
    cost = _pool(graph, node, total) + _scaling(multipliers, total, node.reciprocal, family)
    cost += requantize(kind.channels, total, _element(graph.types[node.name]).width)
    return LayerCost(cost=cost, multipliers=multipliers)


def _scaling(multipliers: int, bits: int, factor: FixedType, family: BoardFamily) -> Cost:
    if max(bits, factor.width) <= NARROW_BITS:
        return Cost(lut=multipliers * bits * factor.width, dsp_high=multipliers)
    dsp = multipliers * count_dsp(bits + 1, _signed(factor), family)
    return Cost(dsp_low=dsp, dsp=dsp, dsp_high=dsp)


def _pool(graph: Graph, node: n.MaxPool | n.AveragePool, total_bits: int) -> Cost:
    kind = graph.input_types(node)[0]
    rows = line_buffer_rows(graph, node)
    if not rows:
        return block_pool(graph.types[node.name].shape[1], kind.channels * total_bits)
    bits = kind.channels * _element(kind).width
    return sliding_pool(prod(node.kernel), rows, _columns(graph, node), bits)


def _elementwise(graph: Graph, node: n.Node) -> Cost:
    """Return what takes each number by itself: a sum, a choice, a cast."""
    kinds, out = graph.input_types(node), graph.types[node.name]
    width = max(_element(kind).width for kind in kinds)
    to = _element(out)
    changed = any(_element(kind) != to for kind in kinds)
    rounds = any(_fraction(_element(kind)) > _fraction(to) for kind in kinds)
    if isinstance(node, n.Add):
        width += 1
        cost = Cost(lut=out.channels * width, ff=out.channels * width)
        return cost + requantize(out.channels, width, to.width, rounds=rounds)
    if isinstance(node, n.Clamp):
        cost = Cost(lut=out.channels * 2 * width)
        return cost + requantize(out.channels, width, to.width, rounds=rounds)
    if changed:
        return requantize(out.channels, width, to.width, rounds=rounds)
    return Cost(lut=out.channels * width / 2 if isinstance(node, n.Relu) else 0)


def _columns(graph: Graph, node: n.Node) -> int:
    """Return the pixels of a row as a window stage sees it, border included."""
    assert isinstance(node, (n.Conv, n.MaxPool, n.AveragePool)), f"{node.name} has no window"
    height = graph.input_types(node)[0].shape[0] + node.padding.top + node.padding.bottom
    return padded_positions(graph, node) // height


def _element(kind: TensorType) -> FixedType:
    assert kind.element is not None, "the value is real"
    return kind.element


def _fraction(element: FixedType) -> int:
    return element.width - element.integer


def _signed(element: FixedType) -> int:
    """Return the operand's bits on the ports of a DSP slice, which are signed."""
    return element.width + (not element.signed)


def _bias_bits(graph: Graph, name: str | None) -> int:
    if name is None:
        return 0
    parameter = graph.parameters[name]
    return parameter.values.size * (parameter.element.width if parameter.element else 0)
