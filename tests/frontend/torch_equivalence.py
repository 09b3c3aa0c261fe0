"""Compares a module with its graph on random inputs, float64 against float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import nn

from fpgaflow.errors import UnsupportedOperator
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.frontend.torch_registry import ACCEPTED
from fpgaflow.interpret.torch_real import channels_last, run_real
from fpgaflow.ir.graph import Graph

Shape = tuple[int, ...]

TOLERANCE = 1e-9
"""Of the largest value; both sides are float64, whose sums of thousands of terms err by 1e-13."""


class Network(nn.Module):
    """A module whose forward is a function of the module and the input."""

    def __init__(
        self,
        function: Callable[[Network, torch.Tensor], object],
        **layers: nn.Module | torch.Tensor,
    ) -> None:
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            if isinstance(layer, nn.Module):
                self.add_module(name, layer)
            else:
                self.register_buffer(name, layer)

    def forward(self, x: torch.Tensor) -> object:
        return self.function(self, x)


def randomised(module: nn.Module, seed: int = 0) -> nn.Module:
    """Give every parameter and statistic of a module random float64 values; evaluation mode."""
    generator = torch.Generator().manual_seed(seed)

    def random(like: torch.Tensor, low: float, high: float) -> torch.Tensor:
        return torch.empty_like(like).uniform_(low, high, generator=generator)

    module = module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            # Values stay about as large from layer to layer.
            fan_in = parameter[0].numel() if parameter.ndim > 1 else 1
            parameter.copy_(random(parameter, -1, 1) * (3 / fan_in) ** 0.5)
        for part in module.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.running_mean.copy_(random(part.running_mean, -0.5, 0.5))
                part.running_var.copy_(random(part.running_var, 0.5, 2))
    return module


def assert_same(module: nn.Module, shape: Shape, name: str = "net") -> Graph:
    """Import the module, compare every output on random images, and return the graph."""
    module = randomised(module)
    graph = import_module(module, shape, name=name)
    assert_graph_computes(graph, module, shape)
    return graph


def assert_graph_computes(graph: Graph, module: nn.Module, shape: Shape) -> None:
    """Compare the outputs of a graph with those of its module, on three random images."""
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(3, *shape, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        found = module(images.clone())
    expected: Sequence[torch.Tensor] = found if isinstance(found, tuple) else (found,)
    values = run_real(graph, channels_last(images), dtype=torch.float64)
    assert len(expected) == len(graph.outputs)
    for output, tensor in zip(graph.outputs, expected, strict=True):
        wanted = channels_last(tensor)
        assert values[output].shape == wanted.shape, output
        error = ((values[output] - wanted).abs().max() / wanted.abs().max()).item()
        assert error <= TOLERANCE, f"{output} is off by {error}"


def kinds(graph: Graph) -> list[str]:
    """Return the class names of the nodes, in order, without the input."""
    return [type(node).__name__ for node in graph.nodes[1:]]


def assert_refused(network: Network, shape: Shape, message: str, module: str = "") -> None:
    """Check the whole message about one operation; `{}` in it stands for the place."""
    # torch.export records the lines of methods named forward only.
    line = Network.forward.__code__.co_firstlineno + 1
    where = f"module {module}" if module else "the network itself"
    place = f"torch_equivalence.py:{line} in forward, {where}"
    with pytest.raises(UnsupportedOperator) as caught:
        import_module(network, shape, name="net")
    assert caught.value.found == f"net: 1 operation cannot be compiled\n    {message.format(place)}"
    assert caught.value.accepted == ACCEPTED
