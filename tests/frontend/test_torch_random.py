"""Random networks mean the same as graphs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from tests.frontend.torch_equivalence import assert_same

Step = Callable[[list[torch.Tensor]], torch.Tensor]


class Program(nn.Module):
    """Steps that each read earlier values and append one; a linear layer at the end."""

    def __init__(self, steps: list[Step], layers: list[nn.Module], last: nn.Module) -> None:
        super().__init__()
        self.steps = steps
        self.layers = nn.ModuleList(layers)
        self.last = last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values = [x]
        for step in self.steps:
            values.append(step(values))
        return self.last(torch.relu(values[-1].flatten(1)))


@dataclass
class Writer:
    """Draws a program, knowing the shape of every value."""

    draw: Callable[[st.SearchStrategy[int]], int]
    shapes: list[tuple[int, int, int]]
    steps: list[Step] = field(default_factory=list)
    layers: list[nn.Module] = field(default_factory=list)

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def add(self, step: Step, shape: tuple[int, int, int]) -> None:
        self.steps.append(step)
        self.shapes.append(shape)

    def layer(self, layer: nn.Module, read: int) -> None:
        """Append a layer on an earlier value, its shape found by running it."""
        self.layers.append(layer)
        layer.eval()
        shape = layer(torch.zeros(1, *self.shapes[read])).shape[1:]
        self.add(lambda values: layer(values[read]), tuple(shape))

    def conv(self, read: int) -> None:
        channels, height, width = self.shapes[read]
        groups = self.number(1, 2) if channels % 2 == 0 else 1
        kernel = (min(self.number(1, 3), height), min(self.number(1, 3), width))
        self.layer(
            nn.Conv2d(
                channels,
                groups * self.number(1, 3),
                kernel,
                stride=self.number(1, 2),
                padding=self.number(0, 1),
                groups=groups,
                bias=bool(self.number(0, 1)),
            ),
            read,
        )

    def norm(self, read: int) -> None:
        self.layer(nn.BatchNorm2d(self.shapes[read][0]), read)

    def clamp(self, read: int) -> None:
        kinds = (nn.ReLU(), nn.ReLU6(), nn.Hardtanh(-0.5, 0.75), nn.Dropout(), nn.Identity())
        self.layer(kinds[self.number(0, len(kinds) - 1)], read)

    def pool(self, read: int) -> None:
        if min(self.shapes[read][1:]) < 3:
            return self.norm(read)
        kernel, ceil = self.number(2, 3), bool(self.number(0, 1))
        padding = self.number(0, 1)
        average = nn.AvgPool2d(kernel, 2, padding, ceil, count_include_pad=False)
        kinds = (nn.MaxPool2d(kernel, 2, padding, ceil_mode=ceil), average)
        return self.layer(kinds[self.number(0, 1)], read)

    def join(self, read: int) -> None:
        size = self.shapes[read][1:]
        parts = [i for i, shape in enumerate(self.shapes) if shape[1:] == size]
        chosen = [read, *(parts[self.number(0, len(parts) - 1)] for _ in range(2))]
        channels = sum(self.shapes[i][0] for i in chosen)
        self.add(lambda values: torch.cat([values[i] for i in chosen], 1), (channels, *size))

    def sum(self, read: int) -> None:
        same = [i for i, shape in enumerate(self.shapes) if shape == self.shapes[read]]
        other = same[self.number(0, len(same) - 1)]
        self.add(lambda values: values[read] + values[other], self.shapes[read])

    def shortcut(self, read: int) -> None:
        channels, height, width = self.shapes[read]
        before, after = self.number(0, 2), self.number(0, 2)
        self.add(
            lambda values: F.pad(values[read][:, :, ::2, ::2], (0, 0, 0, 0, before, after)),
            (before + channels + after, -(-height // 2), -(-width // 2)),
        )


@st.composite
def programs(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, int, int]]:
    shape = (draw(st.integers(1, 4)), draw(st.integers(3, 8)), draw(st.integers(3, 8)))
    writer = Writer(draw=draw, shapes=[shape])
    operations = [
        writer.conv,
        writer.conv,
        writer.norm,
        writer.clamp,
        writer.pool,
        writer.join,
        writer.sum,
        writer.shortcut,
    ]
    for _ in range(draw(st.integers(1, 10))):
        last = len(writer.shapes) - 1
        # Mostly the latest value, so that the network is deep.
        read = last if draw(st.booleans()) else draw(st.integers(0, last))
        operations[draw(st.integers(0, len(operations) - 1))](read)
    channels, height, width = writer.shapes[-1]
    last_layer = nn.Linear(channels * height * width, 3)
    return Program(writer.steps, writer.layers, last_layer), shape


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(programs())
def test_random_networks(program: tuple[nn.Module, tuple[int, int, int]]) -> None:
    assert_same(*program)
