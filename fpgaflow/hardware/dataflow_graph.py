"""A graph's pipeline as a dataflow network: the firings of each stage, as its kernel loops.

Clock cycles are those of `hardware.cycles_loops`, a repacking's one for each number. The network's
ends are stages too: the image comes as fast as the wrapper unpacks it, and results are taken a word
a cycle.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaflow.hardware.cycles_loops import Loop, image_cycles, pool_loop, row_loop, word_loop
from fpgaflow.hardware.dataflow import Dataflow, Flags, Numbers, Process, Role
from fpgaflow.hardware.folding import Folding, Strategy, layer_loop
from fpgaflow.hardware.streams import CLONE_LIMIT, Flow, list_flows
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import TensorType

HELD = 4
"""Firings that a pipelined stage may begin before it delivers the word of one. An assumption: such
a loop reads, rounds and writes in no more steps than these."""

HELD_BY_WINDOW = 16
"""The same for stages that multiply, add or compare the pixels of a window in one pipeline."""

HELD_BY_CALL = 1
"""The same for hls4ml's convolution by the latency strategy: one pixel is done before the next one
begins, all but the last step (csynth: 2,355 cycles for 784 pixels of 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Firings:
    cycles: Numbers
    reads: Flags
    writes: Flags
    held: int = 0
    rewinds: bool = False


def make_dataflow(graph: Graph, folding: Folding) -> Dataflow:
    """Return the dataflow network of a fixed-point graph.

    Its streams are those of `list_streams`, in that order.

    Args:
        graph: a legal fixed-point graph.
        folding: of every convolution and fully connected layer.
    """
    return _Network(graph, folding).build()


class _Network:
    """Collects processes and hands out the streams, and copies of them, to their readers."""

    def __init__(self, graph: Graph, folding: Folding) -> None:
        self._graph = graph
        self._folding = folding
        self._processes: list[Process] = []
        self._widths: list[int] = []
        self._leaves: dict[Flow, deque[int]] = {}
        self._names: dict[str, int] = {}

    def build(self) -> Dataflow:
        flows = list_flows(self._graph)
        for flow in flows.flows:
            inputs = tuple(self._leaves[source].popleft() for source in flow.sources)
            stream = self._stream(flow)
            node = self._graph.node(flow.layer)
            role, _ = _ROLES[flow.role]
            firings = _firings(self, node, flow)
            self._process(_label(flow), flow, inputs, (stream,), firings, role=role)
            self._leaves[flow] = self._clone(flow, stream)
        for flow in flows.results:
            taken = (self._leaves[flow].popleft(),)
            firings = _taken(flow.kind)
            self._process("the output", flow, taken, (), firings, role="output")
        return Dataflow(processes=tuple(self._processes), width_bits=tuple(self._widths))

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def folding(self) -> Folding:
        return self._folding

    def _process(
        self,
        label: str,
        flow: Flow,
        inputs: tuple[int, ...],
        outputs: tuple[int, ...],
        firings: _Firings,
        *,
        role: Role,
    ) -> None:
        count = self._names[label] = self._names.get(label, 0) + 1
        self._processes.append(
            Process(
                name=label if count == 1 else f"{label} {count}",
                inputs=inputs,
                outputs=outputs,
                cycles=firings.cycles,
                reads=firings.reads,
                writes=firings.writes,
                held=firings.held,
                rewinds=firings.rewinds,
                layer=flow.layer,
                role=role,
            )
        )

    def _stream(self, flow: Flow) -> int:
        assert flow.kind.element is not None, f"{flow.layer} has no fixed-point format"
        self._widths.append(flow.kind.channels * flow.kind.element.width)
        return len(self._widths) - 1

    def _clone(self, flow: Flow, stream: int) -> deque[int]:
        """Return a stream for each reader; the first ones are split first, as the backend does."""
        leaves = deque([stream])
        while len(leaves) < flow.readers:
            parent = leaves.popleft()
            count = min(CLONE_LIMIT, flow.readers - len(leaves))
            copies = tuple(self._stream(flow) for _ in range(count))
            firings = _each(_pixels(flow.kind))
            label = f"the copying of {_label(flow)}"
            self._process(label, flow, (parent,), copies, firings, role="copying")
            leaves.extend(copies)
        return leaves


_ROLES: dict[str, tuple[Role, str]] = {
    "value": ("layer", "{}"),
    "padded input": ("padding", "the padding of {}"),
    "kept rows": ("row selection", "the row selection of {}"),
    "repacked": ("repacking", "the repacking of {}"),
    "concat step": ("concat step", "a step of {}"),
    "cast": ("cast", "the cast of {}"),
    "sum": ("sum", "the sum of {}"),
    "output": ("result", "the result of {}"),
}


def _label(flow: Flow) -> str:
    _, text = _ROLES[flow.role]
    return text.format(flow.layer)


def _firings(network: _Network, node: n.Node, flow: Flow) -> _Firings:
    if not flow.sources:
        return _image(flow.kind)
    read = flow.sources[0].kind
    if flow.role == "padded input":
        assert isinstance(node, n.Conv), f"{node.name} has no padding stage"
        around = node.padding
        inside = _inside(read, around)
        loops = 1 + (around.left > 0) + (around.right > 0)
        return _turns(row_loop(loops), inside, np.ones(inside.size, bool), _padded(read, around))
    if flow.role == "kept rows":
        assert isinstance(node, n.Conv), f"{node.name} drops no rows"
        return _kept(read, Size(node.stride.height, 1))
    if flow.role == "repacked":
        return _repacked(read, flow.kind)
    if flow.role == "value":
        return _own(network, node, read, flow.kind)
    return _each(_pixels(read))


def _own(network: _Network, node: n.Node, read: TensorType, written: TensorType) -> _Firings:
    """Return the firings of a node's own stage."""
    if isinstance(node, n.Conv):
        return _conv(network, node, read, written)
    if isinstance(node, n.Linear):
        words = np.arange(_pixels(read))
        loop = _layer_loop(network, node, read)
        # The words are collected before the sums begin, and the result is written after them.
        return _turns(loop, np.ones(words.size, bool), words == words.size - 1, held=0)
    if isinstance(node, (n.MaxPool, n.AveragePool)):
        size = _padded(read, node.padding)
        ends = _ends(size, node.kernel, node.stride, written)
        return _turns(pool_loop(), _inside(read, node.padding), ends, size, held=HELD_BY_WINDOW)
    if isinstance(node, n.Subsample):
        return _kept(read, node.stride)
    return _each(_pixels(read))


def _conv(network: _Network, node: n.Conv, read: TensorType, written: TensorType) -> _Firings:
    kernel = Size(*network.graph.parameters[node.weight].values.shape[:2])
    # Without groups, stages before have put zeros around the map and dropped rows.
    padding = Padding() if node.groups == 1 else node.padding
    size = _padded(read, padding)
    rows_dropped = node.groups == 1 and kernel.height == 1 and kernel.width > 1
    stride = Size(1, node.stride.width) if rows_dropped else node.stride
    ends = _ends(size, kernel, stride, written)
    loop = _layer_loop(network, node, read)
    strategy = network.folding.layers[node.name].strategy
    held = _held_by_conv(node, strategy, kernel)
    # One flat loop, and a pipeline: only hls4ml's latency strategy.
    rewinds = node.groups == 1 and strategy == "latency"
    return _turns(loop, _inside(read, padding), ends, size, held=held, rewinds=rewinds)


def _held_by_conv(node: n.Conv, strategy: Strategy, kernel: Size) -> int:
    if node.groups > 1:
        return HELD_BY_WINDOW
    if strategy == "resource":
        # hls4ml's loop over the pixels is no pipeline.
        return 0
    return HELD_BY_WINDOW if kernel == Size(1, 1) else HELD_BY_CALL


def _layer_loop(network: _Network, node: n.Conv | n.Linear, read: TensorType) -> Loop:
    fold = network.folding.layers[node.name]
    return layer_loop(network.graph, node, read, reuse=fold.reuse_factor, strategy=fold.strategy)


def _turns(
    loop: Loop,
    reads: Flags,
    writes: Flags,
    size: Size | None = None,
    *,
    held: int = HELD,
    rewinds: bool = False,
) -> _Firings:
    """Return the firings that the turns of a loop are; `size` is the map's, row by row."""
    cycles = np.where(writes, loop.writing, loop.quiet).astype(np.int64)
    if size is not None:
        cycles.reshape(size)[:, -1] += loop.row
    cycles[-1] += loop.last
    if cycles.size == 1:
        # A loop of one turn is none.
        held = 0
    return _Firings(cycles=cycles, reads=reads, writes=writes, held=held, rewinds=rewinds)


def _image(kind: TensorType) -> _Firings:
    every = np.ones(_pixels(kind), bool)
    each = image_cycles(kind.channels)
    # The loop takes a turn a cycle, several for a word.
    held = -(-HELD // each) if each * every.size > 1 else 0
    cycles = np.full(every.size, each, np.int64)
    return _Firings(cycles=cycles, reads=~every, writes=every, held=held)


def _taken(kind: TensorType) -> _Firings:
    every = np.ones(_pixels(kind), bool)
    return _turns(Loop(quiet=1, writing=1), every, ~every)


def _each(count: int) -> _Firings:
    every = np.ones(count, bool)
    return _turns(word_loop(count), every, every, rewinds=count > 1)


def _repacked(read: TensorType, written: TensorType) -> _Firings:
    numbers = np.arange(prod(read.shape))
    return _turns(
        word_loop(numbers.size),
        numbers % read.channels == 0,
        numbers % written.channels == written.channels - 1,
        rewinds=True,
    )


def _kept(read: TensorType, stride: Size) -> _Firings:
    height, width, _ = read.shape
    rows, columns = np.arange(height) % stride.height, np.arange(width) % stride.width
    kept = np.logical_and.outer(rows == 0, columns == 0).ravel()
    return _turns(row_loop(), np.ones(kept.size, bool), kept, Size(height, width))


def _inside(read: TensorType, padding: Padding) -> Flags:
    """Return which pixels of the padded map are the map's own."""
    inside = np.zeros(_padded(read, padding), bool)
    height, width, _ = read.shape
    inside[padding.top : padding.top + height, padding.left : padding.left + width] = True
    return inside.ravel()


def _padded(read: TensorType, padding: Padding) -> Size:
    height, width, _ = read.shape
    return Size(height + padding.top + padding.bottom, width + padding.left + padding.right)


def _ends(size: Size, kernel: Size, stride: Size, written: TensorType) -> Flags:
    """Return at which pixels of the padded map a window ends."""
    ends = np.zeros(size, bool)
    height, width, _ = written.shape
    last = Size(kernel.height - 1, kernel.width - 1)
    rows = last.height + stride.height * np.arange(height)
    columns = last.width + stride.width * np.arange(width)
    ends[np.ix_(rows, columns)] = True
    return ends.ravel()


def _pixels(kind: TensorType) -> int:
    return prod(kind.shape[:-1])
