"""Each operation as a function on PyTorch tensors, prepared once for a graph.

Values are integers in float32 (in wider types where formats ask for it), [n, channels, height,
width] with channels last in memory, or [n, k]. A new operation registers its function with
`lower`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch

import torch
from torch import Tensor
from torch.nn import functional as F

from fpgaflow.interpret.torch_cast import Finish, finish
from fpgaflow.interpret.torch_pool import pad_windows, pool_max, pool_sum
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import reciprocals
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import clamp_limits, exact_range, pool_counts

Step = Callable[[Sequence[Tensor]], Tensor]


@singledispatch
def lower(node: n.Node, graph: Graph) -> Step:
    """Return the function that computes a node from its operands.

    Args:
        node: the node; its class selects how.
        graph: the fixed-point graph it stands in.
    """
    raise AssertionError(f"{type(node).__name__} has no fixed-point meaning")


@lower.register
def lower_input(node: n.Input, graph: Graph) -> Step:
    """Turn uint8 pixels into numbers."""
    end = _finish(node, graph)
    return lambda inputs: end.apply(inputs[0].to(end.dtype), own=True)


@lower.register
def lower_conv(node: n.Conv, graph: Graph) -> Step:
    """Convolve with the cast's scale and half folded into weights and bias."""
    end = _finish(node, graph)
    weight = _constant(graph, node.weight, end).permute(3, 2, 0, 1)
    weight = weight.contiguous(memory_format=torch.channels_last)
    bias = _addend(graph, node.bias, end, weight.shape[0])
    top, left, bottom, right = node.padding
    even = top == bottom and left == right
    padding = (top, left) if even else (0, 0)

    def step(inputs: Sequence[Tensor]) -> Tensor:
        values = inputs[0].to(end.dtype)
        values = values if even else pad_windows(values, node.padding, 0)
        sums = F.conv2d(values, weight, bias, tuple(node.stride), padding, 1, node.groups)
        return _end_of_sum(end, sums)

    return step


@lower.register
def lower_linear(node: n.Linear, graph: Graph) -> Step:
    """Multiply by the matrix, with the cast's scale and half folded in."""
    end = _finish(node, graph)
    weight = _constant(graph, node.weight, end)
    bias = _addend(graph, node.bias, end, weight.shape[1])

    def step(inputs: Sequence[Tensor]) -> Tensor:
        values = inputs[0].to(end.dtype)
        sums = values @ weight if bias is None else torch.addmm(bias, values, weight)
        return _end_of_sum(end, sums)

    return step


@lower.register
def lower_affine(node: n.Affine, graph: Graph) -> Step:
    """Multiply and shift each channel, with the cast's scale and half folded in."""
    end = _finish(node, graph)
    shape = (-1,) if len(graph.types[node.name].shape) == 1 else (-1, 1, 1)
    scale = _constant(graph, node.scale, end).reshape(shape)
    shift = _addend(graph, node.shift, end, scale.shape[0])
    assert shift is not None
    shift = shift.reshape(shape)
    return lambda inputs: _end_of_sum(end, torch.addcmul(shift, inputs[0].to(end.dtype), scale))


@lower.register
def lower_relu(node: n.Relu, graph: Graph) -> Step:
    """Replace what is negative by zero."""
    end = _finish(node, graph)
    return lambda inputs: end.apply(inputs[0].to(end.dtype).clamp(min=0), own=True)


@lower.register
def lower_clamp(node: n.Clamp, graph: Graph) -> Step:
    """Limit values; the limits lie on the output's grid."""
    end = _finish(node, graph)
    assert node.element is not None
    up = end.span.fraction - node.element.fraction
    low, high = (limit << up for limit in clamp_limits(node))
    align = _aligner(graph, node.inputs[0], end)
    return lambda inputs: end.apply(align(inputs[0]).clamp(low, high), own=True)


@lower.register
def lower_add(node: n.Add, graph: Graph) -> Step:
    """Add two values with their binary points aligned."""
    end = _finish(node, graph)
    first, second = (_factor(graph, name, end) for name in node.inputs)

    def step(inputs: Sequence[Tensor]) -> Tensor:
        a, b = (value.to(end.dtype) for value in inputs)
        if first == 1:
            return end.apply(torch.add(a, b, alpha=second), own=True)
        return end.apply(torch.add(b, a, alpha=first), own=True)

    return step


@lower.register
def lower_concat(node: n.Concat, graph: Graph) -> Step:
    """Put channels side by side with their binary points aligned."""
    end = _finish(node, graph)
    aligners = [_aligner(graph, name, end) for name in node.inputs]

    def step(inputs: Sequence[Tensor]) -> Tensor:
        parts = [align(value) for align, value in zip(aligners, inputs, strict=True)]
        return end.apply(torch.cat(parts, dim=1), own=True)

    return step


@lower.register
def lower_max_pool(node: n.MaxPool, graph: Graph) -> Step:
    """Take the largest value of each window."""
    end = _finish(node, graph)
    return lambda inputs: end.apply(pool_max(inputs[0].to(end.dtype), node), own=True)


@lower.register
def lower_average_pool(node: n.AveragePool, graph: Graph) -> Step:
    """Sum each window and multiply by the reciprocal of its count."""
    end = _finish(node, graph)
    assert node.reciprocal is not None
    factors = torch.from_numpy(reciprocals(pool_counts(graph, node), node.reciprocal))
    factors = factors.to(end.dtype)
    return lambda inputs: end.apply(pool_sum(inputs[0].to(end.dtype), node).mul_(factors), own=True)


@lower.register
def lower_reshape(node: n.Reshape, graph: Graph) -> Step:
    """Keep the numbers in channels-last order."""
    end = _finish(node, graph)

    def step(inputs: Sequence[Tensor]) -> Tensor:
        flat = channels_last(inputs[0]).reshape(len(inputs[0]), *node.shape)
        return end.apply(channels_first(flat).to(end.dtype), own=False)

    return step


@lower.register
def lower_subsample(node: n.Subsample, graph: Graph) -> Step:
    """Take each stride-th row and column."""
    end = _finish(node, graph)
    rows, columns = node.stride
    return lambda inputs: end.apply(inputs[0][:, :, ::rows, ::columns].to(end.dtype), own=False)


@lower.register
def lower_pad_channels(node: n.PadChannels, graph: Graph) -> Step:
    """Put channels of zeros around."""
    end = _finish(node, graph)
    sides = (0, 0, 0, 0, node.before, node.after)
    return lambda inputs: end.apply(F.pad(inputs[0].to(end.dtype), sides), own=True)


@lower.register
def lower_cast(node: n.Cast, graph: Graph) -> Step:
    """Change the format."""
    end = _finish(node, graph)
    return lambda inputs: end.apply(inputs[0].to(end.dtype), own=False)


def channels_last(value: Tensor) -> Tensor:
    """Return a view of [n, c, h, w] as [n, h, w, c]; a vector as it is."""
    return value.permute(0, 2, 3, 1) if value.ndim == 4 else value


def channels_first(value: Tensor) -> Tensor:
    """Return a view of [n, h, w, c] as [n, c, h, w]; a vector as it is."""
    return value.permute(0, 3, 1, 2) if value.ndim == 4 else value


def _finish(node: n.Node, graph: Graph) -> Finish:
    return finish(exact_range(graph, node), node.element)


def _constant(graph: Graph, name: str, end: Finish) -> Tensor:
    values = torch.from_numpy(graph.parameters[name].integers.copy()).to(end.dtype)
    return values * end.scale if end.folds else values


def _addend(graph: Graph, name: str | None, end: Finish, size: int) -> Tensor | None:
    """Return the bias with rounding's half folded in; None when both are zero."""
    half = end.half if end.folds else 0.0
    if name is not None:
        values = _constant(graph, name, end)
        return values + half if half else values
    return torch.full((size,), half, dtype=end.dtype) if half else None


def _end_of_sum(end: Finish, sums: Tensor) -> Tensor:
    return end.round_and_limit(sums) if end.folds else end.apply(sums, own=True)


def _factor(graph: Graph, name: str, end: Finish) -> int:
    element = graph.types[name].element
    assert element is not None
    return 1 << (end.span.fraction - element.fraction)


def _aligner(graph: Graph, name: str, end: Finish) -> Callable[[Tensor], Tensor]:
    factor = _factor(graph, name, end)
    if factor == 1:
        return lambda value: value.to(end.dtype)
    return lambda value: value.to(end.dtype) * factor
