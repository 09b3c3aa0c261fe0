"""Small networks whose lines of code stand in golden files: append, do not insert."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    """A residual block with an option-A shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.pad = outputs - inputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def shortcut(self, x: torch.Tensor) -> torch.Tensor:
        if not self.pad:
            return x
        half = x[:, :, :: self.stride, :: self.stride]
        return F.pad(half, (0, 0, 0, 0, self.pad // 2, self.pad - self.pad // 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x)
        return F.relu(y)


class Residual(nn.Module):
    """A residual network of two blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.layers = nn.Sequential(Block(4, 4, 1), Block(4, 8, 2))
        self.fc = nn.Linear(8, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layers(self.conv(x))
        return self.fc(F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1))


class Dense(nn.Module):
    """Dense connections, transition and a flattened map into a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.BatchNorm2d(3), nn.BatchNorm2d(5)])
        self.convs = nn.ModuleList([nn.Conv2d(3, 2, 3, padding=1), nn.Conv2d(5, 2, 3, padding=1)])
        self.pool = nn.AvgPool2d(2)
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(7 * 9, 6), nn.Dropout(), nn.ReLU6())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for norm, conv in zip(self.norms, self.convs, strict=True):
            x = torch.cat([x, conv(F.relu(norm(x)))], dim=1)
        return self.classifier(self.pool(x))


class Refused(nn.Module):
    """A network with several operations that no graph holds."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.gates = nn.Sequential(nn.Sigmoid(), nn.SiLU())
        self.fc = nn.Linear(4, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        first, _ = x.chunk(2, dim=1)
        gate = self.gates(x)
        for _ in range(4):
            gate = F.gelu(gate)
        x = x * x.clamp(min=0.5)
        x = torch.cat([x, first, gate, F.max_pool2d(x, 3, 1, 1, dilation=1)], 1)
        return F.softmax(self.fc(x.mean((2, 3))[:, :4]), dim=1)


class Branching(nn.Module):
    """A network whose way depends on the image."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.sum() > 0:
            return x + 1
        return x


class TwoInputs(nn.Module):
    """A network of two images."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class Counting(nn.Module):
    """A network that keeps state."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen += 1
        return x + self.seen
