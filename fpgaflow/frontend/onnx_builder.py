"""Collects the nodes and parameters of the graph while an ONNX model is imported."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.names import UniqueNames
from fpgaflow.frontend.onnx_tensors import MAX_ELEMENTS
from fpgaflow.frontend.onnx_values import Constant, Tensor
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import REAL, verify
from fpgaflow.ir.types import Parameter

MAX_VALUE_ELEMENTS = 1 << 23
"""Elements of one image's value; VGG-16 at 224x224 has 3.2 million."""


class Builder:
    """The graph under construction.

    Every node passes through `emit`, which knows all shapes; sizes are bounded before anything
    of that size is made.
    """

    def __init__(self, name: str) -> None:
        """Start an empty graph of that name."""
        self.name = name
        self.nodes: dict[str, n.Node] = {}
        self.shapes: dict[str, n.Shape] = {}
        self.parameters: dict[str, Parameter] = {}
        self._names = UniqueNames()
        self._elements = 0

    def charge(self, elements: int, place: str) -> None:
        """Count memory that the import takes; refuse beyond `MAX_ELEMENTS` numbers in all."""
        self._elements += elements
        if self._elements > MAX_ELEMENTS:
            raise InputRefused(
                f"{place}: the model's constants come to more than {MAX_ELEMENTS} numbers",
                accepted=f"up to {MAX_ELEMENTS} numbers, constants that nodes share counted each "
                "time",
            )

    def fresh(self, text: str) -> str:
        """Return a node name that is free."""
        return self._names.take(text)

    def parameter(self, name: str, constant: Constant) -> str:
        """Store a constant (already in the graph's layout) under `name`.

        Raises:
            InputRefused: NaN or infinite values, naming the tensor they came from.
        """
        values = constant.values
        place = f"model {self.name}, {constant.label}"
        self.charge(values.size, place)
        if values.dtype != np.float64:
            raise InputRefused(
                f"{place}: integers where weights belong",
                accepted="real numbers, or integers behind a DequantizeLinear",
            )
        bad = int(np.count_nonzero(~np.isfinite(values)))
        if bad:
            raise InputRefused(
                f"{place}: {bad} of {values.size} values are NaN or infinite",
                accepted="finite weights",
                remedy="train again, or restore an earlier checkpoint: a network with such "
                "weights computes nothing",
            )
        real = np.asarray(values, np.float64)
        element = constant.element
        if element is None:
            self.parameters[name] = Parameter(values=real)
        else:
            codes = np.rint(np.ldexp(real, element.fraction)).astype(np.int64)
            self.parameters[name] = Parameter(values=codes, element=element)
        return name

    def emit(self, node: n.Node, layout: Layout) -> Tensor:
        """Append a node and return its value, which the model sees as `layout`."""
        inputs = tuple(self.shapes[name] for name in node.inputs)
        parameters = tuple(self.parameters[name].values.shape for name in node.parameters)
        shape = tuple(map(int, node.infer_shape(inputs, parameters)))
        self.check_size(shape, node.source)
        assert prod(shape) == layout.elements, f"{node.name} and its layout differ in size"
        self.nodes[node.name] = node
        self.shapes[node.name] = shape
        return Tensor(node=node.name, shape=shape, layout=layout)

    def check_size(self, shape: n.Shape, place: str) -> None:
        """Refuse a shape with nothing in it, or too much."""
        if min(shape, default=0) < 1 or prod(shape) > MAX_VALUE_ELEMENTS:
            raise InputRefused(
                f"{place}: has shape {list(shape)}",
                accepted=f"1 to {MAX_VALUE_ELEMENTS} numbers an image",
            )

    def in_natural_shape(self, tensor: Tensor, name: str = "", source: str = "") -> Tensor:
        """Return the tensor with its node in the natural shape of its layout.

        Args:
            tensor: the value.
            name: for the Reshape, where one is needed; made from the value's when empty.
            source: where the Reshape comes from; the value's when empty.
        """
        shape = tensor.layout.graph_shape
        if tensor.shape == shape:
            return tensor
        before = self.nodes[tensor.node]
        if isinstance(before, n.Reshape) and self.shapes[before.inputs[0]] == shape:
            return Tensor(node=before.inputs[0], shape=shape, layout=tensor.layout)
        node = n.Reshape(
            name=name or self.fresh(f"{tensor.node}_{'flat' if len(shape) == 1 else 'map'}"),
            inputs=(tensor.node,),
            source=source or before.source,
            shape=shape,
        )
        return self.emit(node, tensor.layout)

    def subsampled(self, tensor: Tensor, node: n.Subsample) -> Tensor:
        """Append a Subsample, taken together with one that it follows."""
        before = self.nodes[tensor.node]
        if isinstance(before, n.Subsample):
            stride = Size(
                node.stride.height * before.stride.height, node.stride.width * before.stride.width
            )
            node = replace(node, inputs=before.inputs, stride=stride)
        height, width, channels = node.infer_shape((self.shapes[node.inputs[0]],), ())
        return self.emit(node, Layout(shape=(channels, height, width)))

    def finish(self, outputs: tuple[str, ...]) -> Graph:
        """Return the verified graph, without the nodes that no output needs."""
        needed = set(outputs)
        for node in reversed(self.nodes.values()):
            if node.name in needed or isinstance(node, n.Input):
                needed.update((node.name, *node.inputs))
        nodes = tuple(node for node in self.nodes.values() if node.name in needed)
        used = dict.fromkeys(name for node in nodes for name in node.parameters)
        graph = Graph(
            name=self.name,
            nodes=nodes,
            parameters={name: self.parameters[name] for name in used},
            outputs=tuple(dict.fromkeys(outputs)),
        )
        verify(graph, REAL, after="the ONNX import")
        return graph
