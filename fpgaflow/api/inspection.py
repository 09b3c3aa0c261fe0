"""What is in a model file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.network import InputShape, read_network
from fpgaflow.hardware.cost import count_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedLayer:
    """One operation of a network.

    Attributes:
        name: what --layers calls it.
        operation: its kind, e.g. `max-pool`.
        shape: of its output, channels last.
        macs: multiply-accumulates for one image.
        parameters: trained numbers.
        source: its place in the user's model.
    """

    name: str
    operation: str
    shape: tuple[int, ...]
    macs: int
    parameters: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A network as its file describes it.

    Attributes:
        file: the file's name.
        sha256: of its bytes.
        architecture: what it was recognised as.
        input_shape: of one image, channels last.
        macs: multiply-accumulates of convolutions and fully connected layers for one image.
        parameters: trained numbers.
        layers: in the order of computation.
    """

    file: str
    sha256: str | None
    architecture: str
    input_shape: tuple[int, ...]
    macs: int
    parameters: int
    layers: tuple[InspectedLayer, ...]


def inspect_model(
    path: str | Path, *, arch: str | None = None, input_shape: InputShape | None = None
) -> Inspection:
    """Read a model file and describe the network in it.

    Args:
        path: the file.
        arch: for weights that are not recognised; a zoo name or "module:function".
        input_shape: (channels, height, width) or (n,), where the file does not tell.

    Raises:
        InputRefused: the file cannot be used.
        UnsupportedOperator: the network holds an operation that cannot be compiled.
    """
    network = read_network(path, arch=arch, input_shape=input_shape)
    graph, cost = network.graph, count_cost(network.graph)
    return Inspection(
        file=str(path),
        sha256=network.sha256,
        architecture=network.architecture,
        input_shape=graph.input.shape,
        macs=cost.macs,
        parameters=cost.parameters,
        layers=tuple(
            InspectedLayer(
                name=node.name,
                operation=spent.operation,
                shape=graph.types[node.name].shape,
                macs=spent.macs,
                parameters=spent.parameters,
                source=node.source,
            )
            for node, spent in zip(graph.nodes, cost.nodes, strict=True)
        ),
    )
