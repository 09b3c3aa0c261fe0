"""Float evaluation of a real-valued graph, on PyTorch.

It serves calibration and comparison only; nothing that must be exact goes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
import torch.nn.functional as F

from fpgaflow.interpret.liveness import last_uses
from fpgaflow.ir import nodes as n

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fpgaflow.ir.geometry import Padding
    from fpgaflow.ir.graph import Graph

Tensor = torch.Tensor
Keep = Literal["outputs", "all"] | Collection[str]


def run_real(
    graph: Graph,
    images: Tensor | NDArray[np.generic],
    *,
    keep: Keep = "outputs",
    dtype: torch.dtype = torch.float32,
    observe: Callable[[str, Tensor], None] | None = None,
) -> dict[str, Tensor]:
    """Evaluate a real-valued graph in floating point.

    Args:
        graph: the graph; fixed-point parameters take part with their real values.
        images: what the input node takes, [batch, height, width, channels] or [batch, n].
        keep: which values to return: the outputs, all, or these names.
        dtype: the precision to compute in.
        observe: called with each value as soon as it is known.

    Returns:
        The kept values by name, [batch, height, width, channels] or [batch, n].
    """
    evaluate = RealEvaluator(graph, dtype)
    kept = _kept_names(graph, keep)
    last = last_uses(graph)
    values: dict[str, Tensor] = {}
    result: dict[str, Tensor] = {}
    with torch.no_grad():
        for position, node in enumerate(graph.nodes):
            if isinstance(node, n.Input):
                value = channels_first(torch.as_tensor(np.asarray(images)).to(dtype))
            else:
                value = evaluate.node(node, [values[name] for name in node.inputs])
            values[node.name] = value
            shown = channels_last(value)
            if observe is not None:
                observe(node.name, shown)
            if node.name in kept:
                result[node.name] = shown
            for name in last[position]:
                del values[name]
    return result


def channels_first(value: Tensor) -> Tensor:
    """Return [batch, channels, height, width] of [batch, height, width, channels]."""
    return value.permute(0, 3, 1, 2) if value.dim() == 4 else value


def channels_last(value: Tensor) -> Tensor:
    """Return [batch, height, width, channels] of [batch, channels, height, width]."""
    return value.permute(0, 2, 3, 1) if value.dim() == 4 else value


def _kept_names(graph: Graph, keep: Keep) -> Collection[str]:
    if isinstance(keep, str):
        return graph.outputs if keep == "outputs" else tuple(node.name for node in graph.nodes)
    return keep


def per_channel(parameter: Tensor, value: Tensor) -> Tensor:
    """Return a [channels] parameter shaped to broadcast over channels-first values."""
    return parameter.view(1, -1, *[1] * (value.dim() - 2))


def pad_sides(padding: Padding) -> list[int]:
    """Return a padding in the order that `torch.nn.functional.pad` takes."""
    return [padding.left, padding.right, padding.top, padding.bottom]


class RealEvaluator:
    """The float meaning of each operation, on channels-first tensors.

    Args:
        graph: where the parameters are.
        dtype: the precision to compute in.
    """

    def __init__(self, graph: Graph, dtype: torch.dtype) -> None:
        """Remember the graph; parameters are converted when they are first used."""
        self._graph = graph
        self._dtype = dtype
        self._cache: dict[str, Tensor] = {}

    def parameter(self, name: str) -> Tensor:
        """Return a parameter's real values in the evaluator's precision."""
        if name not in self._cache:
            real = self._graph.parameters[name].real
            self._cache[name] = torch.tensor(real, dtype=self._dtype)
        return self._cache[name]

    def node(self, node: n.Node, inputs: list[Tensor]) -> Tensor:
        """Evaluate one node on the values of its inputs."""
        return _OPERATIONS[type(node)](self, node, inputs)

    def conv(self, node: n.Conv, inputs: list[Tensor]) -> Tensor:
        """Evaluate a convolution."""
        weight = self.parameter(node.weight).permute(3, 2, 0, 1).contiguous()
        bias = None if node.bias is None else self.parameter(node.bias)
        value = F.pad(inputs[0], pad_sides(node.padding))
        return F.conv2d(value, weight, bias, stride=tuple(node.stride), groups=node.groups)

    def linear(self, node: n.Linear, inputs: list[Tensor]) -> Tensor:
        """Evaluate a fully connected layer."""
        bias = None if node.bias is None else self.parameter(node.bias)
        return F.linear(inputs[0], self.parameter(node.weight).t(), bias)

    def batch_norm(self, node: n.BatchNorm, inputs: list[Tensor]) -> Tensor:
        """Evaluate a batch normalisation."""
        gamma, beta, mean, variance = (
            per_channel(self.parameter(name), inputs[0]) for name in node.parameters
        )
        return (inputs[0] - mean) / torch.sqrt(variance + node.epsilon) * gamma + beta

    def affine(self, node: n.Affine, inputs: list[Tensor]) -> Tensor:
        """Evaluate a per-channel scale and shift."""
        scale, shift = (per_channel(self.parameter(name), inputs[0]) for name in node.parameters)
        return inputs[0] * scale + shift


def _max_pool(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.MaxPool)
    value = F.pad(inputs[0], pad_sides(node.padding), value=-torch.inf)
    return F.max_pool2d(value, tuple(node.kernel), tuple(node.stride))


def _average_pool(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.AveragePool)
    window = (tuple(node.kernel), tuple(node.stride))
    value = F.pad(inputs[0], pad_sides(node.padding))
    mean = F.avg_pool2d(value, *window)
    if node.count_include_pad or not any(node.padding):
        return mean
    real = F.pad(torch.ones_like(inputs[0][:1, :1]), pad_sides(node.padding))
    return mean / F.avg_pool2d(real, *window)


def _fake_quantize(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.FakeQuantize)
    from fpgaflow.ir.arithmetic import from_real, to_real

    target = node.target
    values = from_real(inputs[0].double().numpy(), target)
    return torch.from_numpy(to_real(values, target)).to(inputs[0].dtype)


def _reshape(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.Reshape)
    flat = channels_last(inputs[0]).reshape(inputs[0].shape[0], *node.shape)
    return channels_first(flat)


def _subsample(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.Subsample)
    return inputs[0][:, :, :: node.stride.height, :: node.stride.width]


def _pad_channels(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.PadChannels)
    return F.pad(inputs[0], [0, 0, 0, 0, node.before, node.after])


def _clamp(_: RealEvaluator, node: n.Node, inputs: list[Tensor]) -> Tensor:
    assert isinstance(node, n.Clamp)
    return torch.clamp(inputs[0], node.low, node.high)


_Operation = Callable[[RealEvaluator, n.Node, list[Tensor]], Tensor]

_OPERATIONS: Mapping[type[n.Node], _Operation] = {
    n.Conv: RealEvaluator.conv,
    n.Linear: RealEvaluator.linear,
    n.BatchNorm: RealEvaluator.batch_norm,
    n.Affine: RealEvaluator.affine,
    n.Relu: lambda _, __, inputs: torch.relu(inputs[0]),
    n.Clamp: _clamp,
    n.Cast: lambda _, __, inputs: inputs[0],
    n.FakeQuantize: _fake_quantize,
    n.Add: lambda _, __, inputs: inputs[0] + inputs[1],
    n.Concat: lambda _, __, inputs: torch.cat(inputs, 1),
    n.MaxPool: _max_pool,
    n.AveragePool: _average_pool,
    n.Reshape: _reshape,
    n.Subsample: _subsample,
    n.PadChannels: _pad_channels,
}  # pyright: ignore[reportAssignmentType]
