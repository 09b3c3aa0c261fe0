"""A fixed-point graph with fewer blocks, as `fpgaflow fuse` would leave it.

A residual block whose shortcut is the identity becomes that identity; a dense layer's channels
vanish from every later concatenation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from fpgaflow.hardware.advice_channels import find_channels, keep_channels
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.rewrite import drop_nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a network that can be left out.

    Attributes:
        name: its module path where the graph knows it, else its last node.
        channels: the fewest output channels of any convolution in it.
        joins: the addition or the convolution that ends it.
        skip: the value that takes a residual block's place; None for a dense layer.
        nodes: those between the two; of a dense layer the last one alone.
    """

    name: str
    channels: int
    joins: str
    skip: str | None
    nodes: tuple[str, ...]


def removal_order(graph: Graph) -> tuple[Block, ...]:
    """Return the blocks that fusion can remove, in its order: the thinnest first.

    The last block of a stage stays.
    """
    consumers = graph.consumers()
    blocks = [
        block
        for node in graph.nodes
        for block in (_residual(graph, consumers, node), _dense(graph, consumers, node))
        if block is not None
    ]
    left = {_stage(block.name): _siblings(graph, _stage(block.name)) for block in blocks}
    order: list[Block] = []
    for block in sorted(blocks, key=lambda block: block.channels):
        stage = left[_stage(block.name)]
        if len(stage) != 1:
            stage.discard(block.name)
            order.append(block)
    return tuple(order)


def without_blocks(graph: Graph, blocks: Sequence[Block]) -> Graph:
    """Return the graph with some blocks left out; formats remain as they are."""
    renamed: dict[str, str] = {}
    gone: set[str] = set()
    for block in blocks:
        if block.skip is not None:
            renamed[block.joins] = block.skip
            gone.update(block.nodes)
    joined = drop_nodes(graph, renamed)
    left = joined.with_nodes(node for node in joined.nodes if node.name not in gone)
    dense = {block.joins: 0 for block in blocks if block.skip is None}
    return keep_channels(left, find_channels(left), dense) if dense else left


def _residual(
    graph: Graph, consumers: Mapping[str, tuple[n.Node, ...]], node: n.Node
) -> Block | None:
    """Return the block that an addition ends, if its other operand is the block's own input."""
    if not isinstance(node, n.Add):
        return None
    first, second = node.inputs
    for skip, branch in ((first, second), (second, first)):
        between = _between(graph, consumers, skip, branch)
        convs = [one for one in between if isinstance(one, n.Conv)]
        if convs:
            return Block(
                name=_path(convs) or node.name,
                channels=min(graph.types[conv.name].channels for conv in convs),
                joins=node.name,
                skip=skip,
                nodes=tuple(one.name for one in between),
            )
    return None


def _between(
    graph: Graph, consumers: Mapping[str, tuple[n.Node, ...]], skip: str, branch: str
) -> tuple[n.Node, ...]:
    """Return the nodes behind `skip` up to `branch`, none where they are no chain."""
    found: list[n.Node] = []
    name = branch
    while name != skip:
        node = graph.node(name)
        if len(node.inputs) != 1 or len(consumers[name]) != 1 or name in graph.outputs:
            return ()
        found.append(node)
        name = node.inputs[0]
    return () if isinstance(graph.node(skip), n.Input) else tuple(found)


def _dense(graph: Graph, consumers: Mapping[str, tuple[n.Node, ...]], node: n.Node) -> Block | None:
    """Return the layer whose convolution adds its channels to concatenations alone."""
    readers = consumers[node.name]
    if not isinstance(node, n.Conv) or node.groups != 1 or node.name in graph.outputs:
        return None
    if not readers or not all(isinstance(reader, n.Concat) for reader in readers):
        return None
    if not all(_adds_to(graph, reader, node) for reader in readers):
        return None
    return Block(
        name=_path([node]) or node.name,
        channels=graph.types[node.name].channels,
        joins=node.name,
        skip=None,
        nodes=(node.name,),
    )


def _adds_to(graph: Graph, concat: n.Node, node: n.Conv) -> bool:
    """Whether a concatenation holds what a dense layer read, so that something stays."""
    behind, seen = [node.inputs[0]], set[str]()
    while behind:
        name = behind.pop()
        if name in concat.inputs:
            return True
        if name not in seen:
            seen.add(name)
            behind.extend(graph.node(name).inputs)
    return False


def _path(convs: Sequence[n.Conv]) -> str:
    """Return the module path that holds convolutions; empty where their sources name none."""
    paths = [conv.source.split(",")[0].split(".")[:-1] for conv in convs]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*paths, strict=False))
    return ".".join(parts[0] for parts in shared)


def _stage(name: str) -> str:
    return name.rpartition(".")[0]


def _siblings(graph: Graph, stage: str) -> set[str]:
    """Return the blocks of a stage, those that cannot be removed among them."""
    start = f"{stage}."
    if not stage:
        return set()
    paths = [node.source.split(",")[0] for node in graph.nodes]
    inside = [path[len(start) :].split(".")[0] for path in paths if path.startswith(start)]
    return {start + own for own in inside if own}
