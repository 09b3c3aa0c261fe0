"""Collects nodes and parameters while a model is walked, and makes the graph of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.frontend.names import UniqueNames
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Input, Node, Shape
from fpgaflow.ir.spec import REAL, verify
from fpgaflow.ir.types import Parameter


class GraphBuilder:
    """A graph in the making."""

    def __init__(self) -> None:
        """Start empty."""
        self._nodes: dict[str, Node] = {}
        self._shapes: dict[str, Shape] = {}
        self._parameters: dict[str, Parameter] = {}
        self._aliases: dict[str, list[str]] = {}
        self._names = UniqueNames()

    def new_name(self, text: str) -> str:
        """Return a free name made from `text`."""
        return self._names.take(text)

    def parameter(self, text: str, values: NDArray[np.float64]) -> str:
        """Store a real parameter and return its name.

        The same text with equal values, as from a module that is called twice, gives the same
        parameter; with other values (another layout) it gives a second one.
        """
        for name in self._aliases.get(text, []):
            if np.array_equal(self._parameters[name].values, values):
                return name
        name = self._names.take(text)
        self._parameters[name] = Parameter(values=values)
        self._aliases.setdefault(text, []).append(name)
        return name

    def add(self, node: Node) -> str:
        """Append a node and return its name."""
        inputs = tuple(self._shapes[name] for name in node.inputs)
        parameters = tuple(self._parameters[name].values.shape for name in node.parameters)
        self._shapes[node.name] = tuple(map(int, node.infer_shape(inputs, parameters)))
        self._nodes[node.name] = node
        return node.name

    def node(self, name: str) -> Node:
        """Return a node by name."""
        return self._nodes[name]

    def shape(self, name: str) -> Shape:
        """Return a value's shape in the graph, channels-last."""
        return self._shapes[name]

    def finish(self, name: str, outputs: tuple[str, ...]) -> Graph:
        """Return the verified graph, without the nodes that no output needs.

        Raises:
            InputRefused: a node breaks a rule of the real-valued graph.
        """
        needed = set(outputs)
        for node in reversed(self._nodes.values()):
            if node.name in needed or isinstance(node, Input):
                needed.update((node.name, *node.inputs))
        nodes = tuple(node for node in self._nodes.values() if node.name in needed)
        used = dict.fromkeys(name for node in nodes for name in node.parameters)
        parameters = {name: self._parameters[name] for name in used}
        graph = Graph(name=name, nodes=nodes, parameters=parameters, outputs=outputs)
        verify(graph, REAL, after="the import")
        return graph
