"""hls4ml's LeNet-5 as it was co-simulated: Vitis HLS 2023.2, latency strategy, `io_stream`."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from fpgaflow.hardware.dataflow import Dataflow
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Size
from tests.hardware.small_graphs import U8, Builder


class _Lenet(Builder):
    def valid(self, name: str, value: str, channels: tuple[int, int]) -> str:
        weight = self.weight(f"{name}_w", 5, 5, *channels)
        conv = n.Conv(name=name, inputs=(value,), weight=weight, element=U8, accumulator=U8)
        return self.hard_tanh(self.add(conv))

    def hard_tanh(self, value: str) -> str:
        name = f"{value}_tanh"
        return self.add(n.Clamp(name=name, inputs=(value,), low=0, high=1, element=U8))

    def pool(self, name: str, value: str) -> str:
        size = Size(2, 2)
        return self.add(n.MaxPool(name=name, inputs=(value,), kernel=size, stride=size, element=U8))

    def normalized(self, name: str, value: str, sizes: tuple[int, int]) -> str:
        dense = self.linear(name, value, sizes)
        scale, shift = self.weight(f"{name}_scale", sizes[1]), self.bias(f"{name}_shift", sizes[1])
        affine = n.Affine(
            name=f"{name}_norm", inputs=(dense,), scale=scale, shift=shift, element=U8
        )
        return self.hard_tanh(self.add(affine))


def lenet5() -> Dataflow:
    """Return its pipeline; its softmax, 10 cycles by csynth, is left out."""
    b = _Lenet((28, 28, 1))
    value = b.pool("pool1", b.valid("conv1", "image", (1, 6)))
    value = b.pool("pool2", b.valid("conv2", value, (6, 16)))
    value = b.add(n.Reshape(name="flat", inputs=(value,), shape=(256,), element=U8))
    value = b.normalized("fc1", value, (256, 16))
    value = b.normalized("fc2", value, (16, 16))
    graph = b.graph("lenet5", b.linear("fc3", value, (16, 10)))
    once = LayerFolding(reuse_factor=1, strategy="latency", multipliers=0, interval=0)
    names = [node.name for node in graph.nodes if isinstance(node, (n.Conv, n.Linear))]
    folding = Folding(
        layers=MappingProxyType(dict.fromkeys(names, once)), interval=0, multipliers=0
    )
    dataflow = make_dataflow(graph, folding)
    # hls4ml's own pooling is one flat loop, where ours has one for each row.
    return replace(
        dataflow,
        processes=tuple(
            replace(one, rewinds=one.rewinds or one.name.startswith("pool"))
            for one in dataflow.processes
        ),
    )
