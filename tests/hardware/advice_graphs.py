"""LeNet-5 and a densely connected network, of seeded weights, to be too large for a board."""

from __future__ import annotations

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import U8, Builder


def lenet() -> Graph:
    """Return two convolutions, each pooled, and three fully connected layers."""
    b = Builder((28, 28, 1))
    value, wide = "image", 1
    for number, channels in enumerate((6, 16), start=1):
        value = b.conv(f"conv{number}", value, (wide, channels), kernel=5)
        value = b.add(
            n.MaxPool(
                name=f"pool{number}",
                inputs=(value,),
                element=U8,
                kernel=Size(2, 2),
                stride=Size(2, 2),
            )
        )
        wide = channels
    value = b.add(n.Reshape(name="flat", inputs=(value,), shape=(784,), element=U8))
    for number, sizes in enumerate(((784, 120), (120, 84), (84, 10)), start=1):
        value = b.linear(f"fc{number}", value, sizes)
        if number < 3:
            value = b.add(n.Relu(name=f"relu{number}", inputs=(value,), element=U8))
    return b.graph("lenet5", value)


def dense(layers: int = 4, growth: int = 6) -> Graph:
    """Return one dense block: each layer reads all channels before it, and adds some."""
    b = Builder((8, 8, 1))
    value, wide = b.conv("stem", "image", (1, 8)), 8
    for number in range(1, layers + 1):
        new = b.conv(f"layer{number}", value, (wide, growth))
        value = b.add(n.Concat(name=f"cat{number}", inputs=(value, new), element=U8))
        wide += growth
    return b.graph("dense", b.head(value, 8, wide, 10))
