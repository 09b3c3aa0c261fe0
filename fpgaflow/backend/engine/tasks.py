"""The program's tasks in order, and the buffers that they read and write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fpgaflow.backend.engine.homes import View
from fpgaflow.backend.engine.lowering import Lowering
from fpgaflow.backend.engine.network import Done, Layer, Value
from fpgaflow.engine.config import BEAT_BYTES
from fpgaflow.engine.frames import FrameLayout, MapLayout
from fpgaflow.engine.isa import Region
from fpgaflow.ir.nodes import Input, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """Room in the banks, at the same address in each.

    Attributes:
        plane_bytes: of a plane in a bank.
        bank_bytes: of all planes, a multiple of 8.
        banks: that hold something of it.
    """

    plane_bytes: int
    bank_bytes: int
    banks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A whole buffer between the banks and memory.

    Attributes:
        node: why.
        root: the buffer.
        to_memory: a `STORE`; otherwise a `LOAD`.
        region: of memory.
        offset: in the region.
    """

    node: Node
    root: str
    to_memory: bool
    region: Region
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One instruction, or the two of a wide output.

    Attributes:
        work: what is done.
        reads: buffers.
        writes: the buffer that is changed, or none.
    """

    work: Layer | Move
    reads: tuple[str, ...]
    writes: tuple[str, ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """All buffers that have to be in the banks, each once."""
        return tuple(dict.fromkeys((*self.reads, *self.writes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What placement starts from.

    Attributes:
        tasks: in order.
        buffers: by the name of their root.
        frame: where the input and the outputs lie.
        trace: where each value lies in the spill region, when it was asked for.
        trace_bytes: of the spill region that the trace takes.
    """

    tasks: tuple[Task, ...]
    buffers: Mapping[str, Buffer]
    frame: FrameLayout
    trace: tuple[MapLayout, ...]
    trace_bytes: int


def make_schedule(state: Lowering, views: Mapping[str, View], *, trace: bool) -> Schedule:
    """Return the tasks of a lowered graph.

    Args:
        state: lowered, its homes found.
        views: where each value lies.
        trace: store each value into the spill region after it was computed.
    """
    scheduler = _Scheduler(state=state, views=views, buffers=_buffers(state, views))
    for item in state.items:
        if isinstance(item, Layer):
            scheduler.layer(item)
        elif isinstance(item, Done):
            scheduler.done(item, trace=trace)
    return scheduler.schedule()


@dataclass(slots=True, kw_only=True)
class _Scheduler:
    state: Lowering
    views: Mapping[str, View]
    buffers: Mapping[str, Buffer]
    tasks: list[Task] = field(default_factory=list[Task])
    inputs: list[MapLayout] = field(default_factory=list[MapLayout])
    outputs: dict[str, MapLayout] = field(default_factory=dict[str, MapLayout])
    traced: list[MapLayout] = field(default_factory=list[MapLayout])
    ends: dict[Region, int] = field(default_factory=lambda: dict.fromkeys(Region, 0))

    def layer(self, layer: Layer) -> None:
        """Take a layer."""
        reads = tuple(dict.fromkeys(self.views[name].root for name in layer.inputs))
        writes = (self.views[layer.output].root,)
        self.tasks.append(Task(work=layer, reads=reads, writes=writes))

    def done(self, item: Done, *, trace: bool) -> None:
        """Load the input; store an output, and whatever the trace shows."""
        if isinstance(item.node, Input):
            self.inputs.append(self._layout(item, 0))
            load = self._move(item, Region.FRAME, 0, to_memory=False)
            self.tasks.append(Task(work=load, reads=(), writes=(load.root,)))
        if item.node.name in self.state.graph.outputs:
            self.outputs[item.node.name] = self._store(item, Region.FRAME)
        if trace:
            self.traced.append(self._store(item, Region.SPILL))

    def schedule(self) -> Schedule:
        """Return what was taken."""
        source = self.inputs[0]
        frame = FrameLayout(
            input=source,
            outputs=tuple(self.outputs[name] for name in self.state.graph.outputs),
            input_bytes=source.banks * source.bank_bytes,
            output_bytes=self.ends[Region.FRAME],
        )
        return Schedule(
            tasks=tuple(self.tasks),
            buffers=self.buffers,
            frame=frame,
            trace=tuple(self.traced),
            trace_bytes=self.ends[Region.SPILL],
        )

    def _store(self, item: Done, region: Region) -> MapLayout:
        layout = self._layout(item, self.ends[region])
        self.ends[region] += layout.bank_bytes * layout.banks
        move = self._move(item, region, layout.offset, to_memory=True)
        self.tasks.append(Task(work=move, reads=(move.root,), writes=()))
        return layout

    def _move(self, item: Done, region: Region, offset: int, *, to_memory: bool) -> Move:
        root = self.views[item.value].root
        return Move(node=item.node, root=root, to_memory=to_memory, region=region, offset=offset)

    def _layout(self, item: Done, offset: int) -> MapLayout:
        value, view = self.state.values[item.value], self.views[item.value]
        buffer = self.buffers[view.root]
        return MapLayout(
            name=item.node.name,
            shape=self.state.graph.types[item.node.name].shape,
            map_shape=value.shape,
            element=self.state.element(item.node),
            offset=offset,
            banks=buffer.banks,
            bank_bytes=buffer.bank_bytes,
            band_rows=value.band_rows,
            row_pitch=value.shape[1] * view.pitch,
            pixel_pitch=view.pitch,
            channel=view.channel,
            planes=tuple(plane * buffer.plane_bytes for plane in range(value.planes)),
        )


def _buffers(state: Lowering, views: Mapping[str, View]) -> dict[str, Buffer]:
    slack = dict.fromkeys((view.root for view in views.values()), 0)
    for item in state.items:
        if isinstance(item, Layer):
            # A row's address of the operand further into its pixels starts later.
            least = min(views[name].channel for name in item.inputs)
            for view in (views[name] for name in item.inputs):
                slack[view.root] = max(slack[view.root], view.channel - least)
    return {root: _buffer(state.values[root], extra) for root, extra in slack.items()}


def _buffer(value: Value, slack: int) -> Buffer:
    _, width, channels = value.shape
    plane = _aligned(value.rows * width * channels)
    return Buffer(
        plane_bytes=plane, bank_bytes=plane * value.planes + _aligned(slack), banks=value.banks
    )


def _aligned(size: int) -> int:
    return -(-size // BEAT_BYTES) * BEAT_BYTES


def last_uses(tasks: Iterable[Task]) -> dict[str, int]:
    """Return the index of the last task that needs each buffer."""
    return {root: index for index, task in enumerate(tasks) for root in task.roots}
