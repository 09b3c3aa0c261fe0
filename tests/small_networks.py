"""Real-valued graphs small enough to read, with seeded parameters."""

from __future__ import annotations

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

SAME = Padding(1, 1, 1, 1)


class NetworkBuilder:
    """Adds one node at a time; each method returns the new value's name."""

    def __init__(self, shape: tuple[int, ...] = (8, 8, 3), seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[n.Node] = [n.Input(name="image", shape=shape, source="image")]
        self.parameters: dict[str, Parameter] = {}

    def add(self, node: n.Node) -> str:
        self.nodes.append(node)
        return node.name

    def normal(self, name: str, shape: tuple[int, ...], scale: float = 1.0) -> str:
        # Short decimals: their text and their sums are the same on every machine.
        values = np.round(self.rng.normal(0, scale, shape), 3)
        self.parameters[name] = Parameter(values=values)
        return name

    def conv(self, name: str, value: str, channels: tuple[int, int], **options: object) -> str:
        weight = self.normal(f"{name}.weight", (3, 3, *channels), 0.3)
        node = n.Conv(name=name, inputs=(value,), weight=weight, source=f"net.{name}",
                      **({"padding": SAME} | options))  # fmt: skip
        return self.add(node)

    def linear(self, name: str, value: str, sizes: tuple[int, int]) -> str:
        weight = self.normal(f"{name}.weight", sizes, 0.3)
        bias = self.normal(f"{name}.bias", sizes[1:])
        return self.add(n.Linear(name=name, inputs=(value,), weight=weight, bias=bias))

    def batch_norm(self, name: str, value: str, channels: int) -> str:
        gamma = self.normal(f"{name}.gamma", (channels,))
        beta = self.normal(f"{name}.beta", (channels,))
        mean = self.normal(f"{name}.mean", (channels,))
        variance = f"{name}.variance"
        spread = np.round(self.rng.uniform(0.5, 2, channels), 3)
        self.parameters[variance] = Parameter(values=spread)
        return self.add(
            n.BatchNorm(
                name=name, inputs=(value,), gamma=gamma, beta=beta, mean=mean,
                variance=variance, epsilon=1e-5,
            )
        )  # fmt: skip

    def relu(self, name: str, value: str) -> str:
        return self.add(n.Relu(name=name, inputs=(value,)))

    def graph(self, *outputs: str) -> Graph:
        return Graph(
            name="net", nodes=tuple(self.nodes), parameters=self.parameters, outputs=outputs
        )


def residual_network() -> Graph:
    """A residual block with an option-A shortcut, global pooling and a classifier."""
    net = NetworkBuilder()
    stem = net.relu("relu0", net.batch_norm("bn0", net.conv("conv0", "image", (3, 4)), 4))
    first = net.conv("conv1", stem, (4, 6), stride=Size(2, 2))
    inner = net.relu("relu1", net.batch_norm("bn1", first, 6))
    branch = net.batch_norm("bn2", net.conv("conv2", inner, (6, 6)), 6)
    half = net.add(n.Subsample(name="half", inputs=(stem,), stride=Size(2, 2)))
    wide = net.add(n.PadChannels(name="wide", inputs=(half,), before=1, after=1))
    total = net.add(n.Add(name="total", inputs=(branch, wide)))
    last = net.relu("relu2", total)
    pooled = net.add(
        n.AveragePool(name="pooled", inputs=(last,), kernel=Size(4, 4), stride=Size(4, 4))
    )
    flat = net.add(n.Reshape(name="flat", inputs=(pooled,), shape=(6,)))
    return net.graph(net.linear("classes", flat, (6, 5)))


def dense_network() -> Graph:
    """Two dense layers (batch norm before the convolution) joined by an n-ary concat."""
    net = NetworkBuilder()
    stem = net.conv("conv0", "image", (3, 4))
    first = net.conv("conv1", net.relu("relu1", net.batch_norm("bn1", stem, 4)), (4, 3))
    pair = net.add(n.Concat(name="pair", inputs=(stem, first)))
    second = net.conv("conv2", net.relu("relu2", net.batch_norm("bn2", pair, 7)), (7, 3))
    every = net.add(n.Concat(name="every", inputs=(stem, first, second)))
    last = net.relu("relu3", net.batch_norm("bn3", every, 10))
    pooled = net.add(n.MaxPool(name="pooled", inputs=(last,), kernel=Size(8, 8), stride=Size(8, 8)))
    flat = net.add(n.Reshape(name="flat", inputs=(pooled,), shape=(10,)))
    return net.graph(net.linear("classes", flat, (10, 5)))


def images(count: int = 16, shape: tuple[int, ...] = (8, 8, 3)) -> np.ndarray:
    """Seeded uint8 images [count, *shape]."""
    return np.random.default_rng(7).integers(0, 256, (count, *shape), np.uint8)


def vgg_network() -> Graph:
    """Convolutions and max pooling in a chain, global pooling and a classifier."""
    net = NetworkBuilder()
    value, channels = "image", 3
    for stage, width in enumerate((4, 6, 8)):
        value = net.conv(f"conv{stage}", value, (channels, width))
        value = net.relu(f"relu{stage}", net.batch_norm(f"bn{stage}", value, width))
        if stage < 2:
            pool = n.MaxPool(
                name=f"pool{stage}", inputs=(value,), kernel=Size(2, 2), stride=Size(2, 2)
            )
            value = net.add(pool)
        channels = width
    mean = n.AveragePool(name="mean", inputs=(value,), kernel=Size(2, 2), stride=Size(2, 2))
    flat = net.add(n.Reshape(name="flat", inputs=(net.add(mean),), shape=(8,)))
    return net.graph(net.linear("classes", flat, (8, 5)))
