"""Fixed-point graphs made by hand, small enough to count on paper, and a residual network."""

from __future__ import annotations

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.geometry import Padding, Size, reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

U8 = FixedType(width=8, integer=3, signed=False)
S8 = FixedType(width=8, integer=4)
W8 = FixedType(width=8, integer=1)
ACCUMULATOR = FixedType(width=22, integer=10)
LOGITS = FixedType(width=16, integer=8)


class Builder:
    """Collects nodes and parameters; weights come from a fixed seed."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.random = np.random.default_rng(7)
        self.nodes: list[n.Node] = [n.Input(name="image", shape=shape, element=UINT8)]
        self.parameters: dict[str, Parameter] = {}

    def weight(self, name: str, *shape: int) -> str:
        values = self.random.integers(-128, 128, shape)
        self.parameters[name] = Parameter(values=values, element=W8)
        return name

    def bias(self, name: str, size: int) -> str:
        self.parameters[name] = Parameter(values=np.zeros(size), element=ACCUMULATOR)
        return name

    def conv(
        self,
        name: str,
        value: str,
        channels: tuple[int, int],
        *,
        kernel: int = 3,
        stride: int = 1,
        element: FixedType = U8,
    ) -> str:
        around = kernel // 2
        self.nodes.append(
            n.Conv(
                name=name,
                inputs=(value,),
                source=f"{name}, model.py:12",
                element=element,
                weight=self.weight(f"{name}_weight", kernel, kernel, *channels),
                bias=self.bias(f"{name}_bias", channels[1]),
                stride=Size(stride, stride),
                padding=Padding(around, around, around, around),
                accumulator=ACCUMULATOR,
            )
        )
        return name

    def add(self, node: n.Node) -> str:
        self.nodes.append(node)
        return node.name

    def linear(self, name: str, value: str, sizes: tuple[int, int]) -> str:
        return self.add(
            n.Linear(
                name=name,
                inputs=(value,),
                element=LOGITS,
                weight=self.weight(f"{name}_weight", *sizes),
                bias=self.bias(f"{name}_bias", sizes[1]),
                accumulator=ACCUMULATOR,
            )
        )

    def head(self, value: str, size: int, channels: int, classes: int) -> str:
        pool = self.add(
            n.AveragePool(
                name="pool",
                inputs=(value,),
                element=U8,
                kernel=Size(size, size),
                stride=Size(size, size),
                reciprocal=reciprocal_type(size * size, exact=(size * size).bit_count() == 1),
            )
        )
        flat = self.add(n.Reshape(name="flat", inputs=(pool,), shape=(channels,), element=U8))
        return self.linear("fc", flat, (channels, classes))

    def graph(self, name: str, *outputs: str) -> Graph:
        return Graph(
            name=name, nodes=tuple(self.nodes), parameters=self.parameters, outputs=outputs
        )


def tiny_residual() -> Graph:
    """One residual block on 4x4 pixels of 2 channels."""
    b = Builder((4, 4, 2))
    stem = b.conv("stem", "image", (2, 3))
    branch = b.conv("branch", stem, (3, 3), element=S8)
    joined = b.add(n.Add(name="joined", inputs=(branch, stem), element=U8))
    return b.graph("tiny", b.head(joined, 4, 3, 5))


def resnet(depth: int, *, size: int = 32, channels: int = 3, widths: tuple[int, ...]) -> Graph:
    """A CIFAR residual network with option-A shortcuts; weights from a fixed seed."""
    b = Builder((size, size, channels))
    value, width = b.conv("stem", "image", (channels, widths[0])), widths[0]
    for stage, wide in enumerate(widths, start=1):
        for block in range((depth - 2) // (2 * len(widths))):
            stride = 2 if stage > 1 and block == 0 else 1
            name = f"layer{stage}_{block}"
            inner = b.conv(f"{name}_conv1", value, (width, wide), stride=stride)
            outer = b.conv(f"{name}_conv2", inner, (wide, wide), element=S8)
            if stride == 2:
                half = b.add(
                    n.Subsample(name=f"{name}_half", inputs=(value,), stride=Size(2, 2), element=U8)
                )
                pad = (wide - width) // 2
                value = b.add(
                    n.PadChannels(
                        name=f"{name}_pad", inputs=(half,), before=pad, after=pad, element=U8
                    )
                )
            value = b.add(n.Add(name=f"{name}_add", inputs=(outer, value), element=U8))
            width = wide
    return b.graph(f"resnet{depth}", b.head(value, size // 2 ** (len(widths) - 1), width, 10))


def resnet20() -> Graph:
    return resnet(20, widths=(16, 32, 64))
