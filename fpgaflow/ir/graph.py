"""The graph: a topological tuple of nodes with read-only parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fpgaflow.ir.nodes import Input, Node
from fpgaflow.ir.types import Parameter, TensorType


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A network of one image in, one value (or more) out.

    Attributes:
        name: the network's name.
        nodes: in topological order; every input of a node stands before it.
        parameters: the constants, by name; read-only.
        outputs: names of the values that the network returns.
        types: the type of each value, by node name; computed, read-only.

    Building a graph infers every shape; `fpgaflow.ir.spec.verify` says whether it is legal.
    """

    name: str
    nodes: tuple[Node, ...]
    parameters: Mapping[str, Parameter]
    outputs: tuple[str, ...]
    types: Mapping[str, TensorType] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Freeze the parameters and infer the types."""
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        types: dict[str, TensorType] = {}
        for node in self.nodes:
            assert node.name not in types, f"two nodes are named {node.name}"
            assert all(name in types for name in node.inputs), f"{node.name} reads a later value"
            shapes = tuple(types[name].shape for name in node.inputs)
            parameters = tuple(self.parameters[name].values.shape for name in node.parameters)
            shape = node.infer_shape(shapes, parameters)
            types[node.name] = TensorType(shape=tuple(map(int, shape)), element=node.element)
        assert all(name in types for name in self.outputs), "an output is not a node"
        object.__setattr__(self, "types", MappingProxyType(types))

    @property
    def input(self) -> Input:
        """The graph's one input node."""
        return next(node for node in self.nodes if isinstance(node, Input))

    def node(self, name: str) -> Node:
        """Return the node of that name; KeyError when there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def consumers(self) -> Mapping[str, tuple[Node, ...]]:
        """Return, for each value, the nodes that read it, once for each reading."""
        readers: dict[str, list[Node]] = {node.name: [] for node in self.nodes}
        for node in self.nodes:
            for name in node.inputs:
                readers[name].append(node)
        return MappingProxyType({name: tuple(nodes) for name, nodes in readers.items()})

    def input_types(self, node: Node) -> tuple[TensorType, ...]:
        """Return the types of the values that a node reads, in order."""
        return tuple(self.types[name] for name in node.inputs)

    def with_nodes(
        self,
        nodes: Iterable[Node],
        parameters: Mapping[str, Parameter] | None = None,
        outputs: tuple[str, ...] | None = None,
    ) -> Graph:
        """Return a graph of other nodes, dropping the parameters that none of them reads."""
        nodes = tuple(nodes)
        pool = self.parameters if parameters is None else parameters
        used = dict.fromkeys(name for node in nodes for name in node.parameters)
        return replace(
            self,
            nodes=nodes,
            parameters={name: pool[name] for name in used},
            outputs=self.outputs if outputs is None else outputs,
        )

    @property
    def is_fixed(self) -> bool:
        """Whether every value has a fixed-point format."""
        return all(node.element is not None for node in self.nodes)
