"""Which values share a format.

Values that an operation passes on unchanged (max pooling, reshaping, subsampling, padding of
channels) and values that a concat joins live in one format: a group. A ReLU is absorbed by the
node before it, as the unsigned format of that node's output, and a quantizer that came with the
model pins the format of the value it reads.

The groups that additions join make a cluster: their formats share the fraction, so that an
addition aligns nothing and rounds its operands once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph

PASS_THROUGH = (n.MaxPool, n.Reshape, n.Subsample, n.PadChannels)
"""Operations whose output holds nothing but numbers of their input, and zeros."""

ROUNDING = (n.Conv, n.Linear, n.Affine, n.Add, n.AveragePool)
"""Operations that compute: their cast can be the ReLU that follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """A partition of the graph's values.

    Attributes:
        leader: for each value the name that stands for its group.
        pins: formats that are given, by leader.
        absorbed: nodes that vanish into their producer, with the value that replaces them.
        clusters: leaders of groups that share a fraction; a group without additions is alone.
    """

    leader: Mapping[str, str]
    pins: Mapping[str, FixedType]
    absorbed: Mapping[str, str]
    clusters: tuple[tuple[str, ...], ...]

    def members(self, leader: str) -> tuple[str, ...]:
        """Return the values of a group, in the graph's order."""
        return tuple(name for name, other in self.leader.items() if other == leader)


def find_groups(graph: Graph, given: Mapping[str, FixedType]) -> Groups:
    """Partition the graph's values.

    Args:
        graph: a canonical real-valued graph.
        given: values whose format is known beforehand (the input, exact normalisation).
    """
    union = _Union([node.name for node in graph.nodes])
    absorbed: dict[str, str] = {}
    consumers = graph.consumers()
    for node in graph.nodes:
        if isinstance(node, PASS_THROUGH):
            union.join(node.inputs[0], node.name)
        elif _absorbs(graph, node, consumers):
            union.join(node.inputs[0], node.name)
            absorbed[node.name] = node.inputs[0]
    pins = {union.find(name): element for name, element in given.items()}
    for node in graph.nodes:
        if isinstance(node, n.FakeQuantize):
            pins[union.find(node.name)] = _pinned(graph, node)
    for node in graph.nodes:
        if isinstance(node, n.Concat):
            _join_concat(union, node, pins)
    leader = {node.name: union.find(node.name) for node in graph.nodes}
    clusters = _clusters(graph, leader, pins)
    return Groups(leader=leader, pins=pins, absorbed=absorbed, clusters=clusters)


def _clusters(
    graph: Graph, leader: Mapping[str, str], pins: Mapping[str, FixedType]
) -> tuple[tuple[str, ...], ...]:
    union = _Union(list(dict.fromkeys(leader.values())))
    for node in graph.nodes:
        free = {leader[name] for name in node.inputs} - pins.keys()
        if isinstance(node, n.Add) and len(free) > 1:
            union.join(*free)
    clusters: dict[str, list[str]] = {}
    for name in dict.fromkeys(leader.values()):
        clusters.setdefault(union.find(name), []).append(name)
    return tuple(tuple(names) for names in clusters.values())


def _absorbs(graph: Graph, node: n.Node, consumers: Mapping[str, tuple[n.Node, ...]]) -> bool:
    """Whether a ReLU or quantizer can be the output format of the node that it reads."""
    if not isinstance(node, (n.Relu, n.FakeQuantize)):
        return False
    name = node.inputs[0]
    producer = graph.node(name)
    computes = isinstance(producer, ROUNDING)
    if isinstance(node, n.FakeQuantize) and isinstance(producer, n.Relu):
        computes = _absorbs(graph, producer, consumers)
    return computes and len(consumers[name]) == 1 and name not in graph.outputs


def _pinned(graph: Graph, node: n.FakeQuantize) -> FixedType:
    """Return the format that a quantizer gives; behind a ReLU the sign bit holds nothing."""
    target = node.target
    if not target.signed or not isinstance(graph.node(node.inputs[0]), n.Relu):
        return target
    return replace(target, width=target.width - 1, integer=target.integer - 1, signed=False)


def _join_concat(union: _Union, node: n.Concat, pins: Mapping[str, FixedType]) -> None:
    """Join a concat with its operands, but for those whose format is given: they are cast."""
    for name in node.inputs:
        if union.find(name) not in pins and union.find(node.name) not in pins:
            union.join(name, node.name)


class _Union:
    """Disjoint sets of names; the first name of a set leads it."""

    def __init__(self, names: list[str]) -> None:
        self._parent = {name: name for name in names}
        self._rank = {name: position for position, name in enumerate(names)}

    def find(self, name: str) -> str:
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name

    def join(self, first: str, second: str) -> None:
        a, b = sorted((self.find(first), self.find(second)), key=self._rank.__getitem__)
        self._parent[b] = a
