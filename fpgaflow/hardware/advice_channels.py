"""A fixed-point graph with fewer channels: as narrow as pruning would make it.

Only sizes count, so the first channels of each group stay, and formats remain as they are. Channels
are followed through the graph as numbered atoms: what an addition joins is one atom, what a
concatenation puts side by side stays apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fpgaflow.hardware.streams import live_nodes
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

Labels = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The channels of a graph's values.

    Attributes:
        labels: for each value the atom of each channel.
        groups: for each convolution whose channels no other layer makes or needs, their number.
    """

    labels: Mapping[str, Labels]
    groups: dict[str, int]


def find_channels(graph: Graph) -> Channels:
    """Follow the channels of a graph; its groups are those that `fpgaflow prune` may take from.

    These are made by one convolution alone: between the two of a residual block, what a dense layer
    adds, and all of a plain chain but the results.
    """
    tracer = _Tracer(graph)
    for node in graph.nodes:
        tracer.follow(node)
    return tracer.found()


def keep_channels(graph: Graph, found: Channels, keep: Mapping[str, int]) -> Graph:
    """Return the graph with fewer channels.

    Args:
        graph: a graph.
        found: from `find_channels` of it.
        keep: for groups that lose channels how many stay. None may stay where concatenations alone
            read the value.
    """
    gone = [found.labels[name][count:] for name, count in keep.items()]
    dropped = np.concatenate(gone) if gone else np.zeros(0, np.intp)
    masks = {name: ~np.isin(labels, dropped) for name, labels in found.labels.items()}
    return _Cutter(graph, masks).graph()


class _Tracer:
    """Numbers channels; joined ones get one number in the end."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._parent: list[int] = []
        self._made: dict[str, Labels] = {}
        self._fixed: set[int] = set()
        self._labels: dict[str, Labels] = {}

    def follow(self, node: n.Node) -> None:
        """Number the channels of one value; its inputs' are numbered already."""
        labels = self._number(node)
        self._labels[node.name] = labels
        if node.name in self._graph.outputs:
            self._fix(labels)

    def found(self) -> Channels:
        """Return what was found, joined atoms under one number."""
        roots = np.array([self._root(atom) for atom in range(len(self._parent))], np.intp)
        fixed = {self._root(atom) for atom in self._fixed}
        makers: dict[int, set[str]] = {}
        for name, labels in self._made.items():
            for atom in roots[labels].tolist():
                makers.setdefault(atom, set()).add(name)
        groups = {
            name: len(labels)
            for name, labels in self._made.items()
            if isinstance(self._graph.node(name), n.Conv)
            and all(makers[a] == {name} and a not in fixed for a in roots[labels].tolist())
        }
        return Channels(
            labels={name: roots[labels] for name, labels in self._labels.items()}, groups=groups
        )

    def _number(self, node: n.Node) -> Labels:
        channels = self._graph.types[node.name].channels
        read = [self._labels[name] for name in node.inputs]
        match node:
            case n.Input():
                labels = self._fix(self._fresh(channels))
            case n.Conv(groups=1) | n.Linear():
                self._made[node.name] = self._fresh(channels)
                labels = self._made[node.name]
            case n.Conv() if node.groups != channels or node.groups != len(read[0]):
                self._fix(read[0])
                labels = self._fix(self._fresh(channels))
            case n.Add():
                self._join(read[0], read[1])
                labels = read[0]
            case n.Concat():
                labels = np.concatenate(read)
            case n.PadChannels():
                before, after = self._fresh(node.before), self._fresh(node.after)
                # Zeros that are added to nothing are no convolution's; they stay.
                labels = np.concatenate([self._fix(before), read[0], self._fix(after)])
            case n.Reshape():
                labels = self._reshape(node, read[0])
            case _:
                labels = read[0]
        return labels

    def _reshape(self, node: n.Reshape, read: Labels) -> Labels:
        if node.shape[-1] == len(read):
            return read
        if len(node.shape) == 1:
            return np.tile(read, node.shape[0] // len(read))
        self._fix(read)
        return self._fix(self._fresh(node.shape[-1]))

    def _fresh(self, count: int) -> Labels:
        first = len(self._parent)
        self._parent.extend(range(first, first + count))
        return np.arange(first, first + count)

    def _fix(self, labels: Labels) -> Labels:
        self._fixed.update(labels.tolist())
        return labels

    def _join(self, left: Labels, right: Labels) -> None:
        for a, b in zip(left.tolist(), right.tolist(), strict=True):
            low, high = sorted((self._root(a), self._root(b)))
            self._parent[high] = low

    def _root(self, atom: int) -> int:
        while self._parent[atom] != atom:
            self._parent[atom] = self._parent[self._parent[atom]]
            atom = self._parent[atom]
        return atom


class _Cutter:
    """Cuts every node to the channels that stay."""

    def __init__(self, graph: Graph, masks: Mapping[str, Mask]) -> None:
        self._source = graph
        self._masks = masks
        self._parameters: dict[str, Parameter] = {}
        self._nodes: list[n.Node] = []
        self._renamed: dict[str, str] = {}

    def graph(self) -> Graph:
        """Return the graph, without what no output depends on any more."""
        for node in self._source.nodes:
            self._add(node)
        cut = replace(self._source, nodes=tuple(self._nodes), parameters=self._parameters)
        live = live_nodes(cut)
        return cut.with_nodes(node for node in cut.nodes if node.name in live)

    def _add(self, node: n.Node) -> None:
        mask = self._masks[node.name]
        inputs = [name for name in node.inputs if self._masks[name].any()]
        if not mask.any():
            return
        renamed = tuple(self._renamed.get(name, name) for name in inputs)
        if isinstance(node, n.Concat) and len(renamed) == 1 < len(node.inputs):
            # What is left of a concatenation is its one operand, in one format with it.
            self._renamed[node.name] = renamed[0]
            return
        self._nodes.append(self._cut(replace(node, inputs=renamed), node, mask))

    def _cut(self, cut: n.Node, node: n.Node, mask: Mask) -> n.Node:
        read = self._masks[node.inputs[0]] if node.inputs else mask
        match cut:
            case n.Conv(groups=1) | n.Linear():
                return self._weighted(cut, read, mask)
            case n.Conv():
                each = np.ones(self._source.parameters[cut.weight].values.shape[2], bool)
                groups = cut.groups if read.all() else int(read.sum())
                return self._weighted(replace(cut, groups=groups), each, mask)
            case n.Affine():
                scale, shift = (self._own(node, name, mask) for name in (cut.scale, cut.shift))
                return replace(cut, scale=scale, shift=shift)
            case n.PadChannels():
                first, last = cut.before, len(mask) - cut.after
                return replace(cut, before=int(mask[:first].sum()), after=int(mask[last:].sum()))
            case n.Reshape():
                return replace(cut, shape=(*cut.shape[:-1], int(mask.sum())))
            case _:
                return cut

    def _weighted(self, cut: n.Conv | n.Linear, read: Mask, mask: Mask) -> n.Node:
        weight = self._source.parameters[cut.weight]
        values = weight.values[..., read, :][..., mask]
        bias = None if cut.bias is None else self._own(cut, cut.bias, mask)
        name = self._store(cut, cut.weight, replace(weight, values=values))
        return replace(cut, weight=name, bias=bias)

    def _own(self, node: n.Node, name: str, mask: Mask) -> str:
        parameter = self._source.parameters[name]
        if parameter.values.shape != mask.shape:
            return self._store(node, name, parameter)
        return self._store(node, name, replace(parameter, values=parameter.values[mask]))

    def _store(self, node: n.Node, name: str, parameter: Parameter) -> str:
        # Two uses of a module may lose different channels.
        own = name if name not in self._parameters else f"{name} of {node.name}"
        self._parameters[own] = parameter
        return own
