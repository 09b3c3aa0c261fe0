"""Turns a fixed-point graph into stages, one rule per operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from fpgaflow.backend.spatial import lower_windows
from fpgaflow.backend.spatial.lowering import Lowering, element_of, with_room
from fpgaflow.backend.spatial.stages import (
    AddStage,
    ConcatStage,
    DenseStage,
    Design,
    FlattenStage,
    InputStage,
    Shape,
)
from fpgaflow.backend.spatial.streams import Stream
from fpgaflow.hardware.folding import Folding
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import clamp_limits
from fpgaflow.ir.room import needs_room, sum_type


def lower(graph: Graph, folding: Folding) -> Design:
    """Return the stages of a legal fixed-point graph, not yet fanned out.

    Nodes that no output depends on are left out.
    """
    lowering = Lowering(graph, folding)
    live = _live(graph)
    for position, node in enumerate(graph.nodes):
        if node.name not in live:
            continue
        lowering.position = position
        lowering.builder.layer = node.name
        stream = _RULES[type(node)](lowering, node)
        lowering.builder.bind(node.name, graph.types[node.name].shape, stream)
    outputs = _outputs(lowering)
    builder = lowering.builder
    return Design(stages=tuple(builder.stages), outputs=outputs, taps=builder.taps)


def _live(graph: Graph) -> set[str]:
    live = set(graph.outputs) | {graph.input.name}
    for node in reversed(graph.nodes):
        if node.name in live:
            live.update(node.inputs)
    return live


def _outputs(lowering: Lowering) -> tuple[str, ...]:
    """Return a stream of its own for each output.

    A value that is read elsewhere too, or returned twice, gets a stage between: hls4ml takes only
    layers with a single output as outputs, so neither a clone nor the input itself.
    """
    builder = lowering.builder
    streams = [builder.values[name] for name in lowering.graph.outputs]
    readers = Counter(name for stage in builder.stages for name in stage.inputs)
    readers.update(stream.name for stream in streams)
    first = builder.values[lowering.graph.input.name].name
    layers = {stage.name: stage.layer for stage in builder.stages}
    outputs: list[str] = []
    for index, stream in enumerate(streams):
        name = stream.name
        if readers[name] > 1 or name == first:
            builder.layer = layers[name]
            name = builder.cast(f"output{index}", stream, stream.element).name
        outputs.append(name)
    return tuple(outputs)


def _input(lowering: Lowering, node: n.Input) -> Stream:
    name = lowering.name(node)
    return lowering.builder.add(
        InputStage(
            name=name, inputs=(), outputs=(name,), shape=node.shape, element=element_of(node)
        )
    )


def _linear(lowering: Lowering, node: n.Linear) -> Stream:
    stream = lowering.operand(node)
    parameters = lowering.graph.parameters
    length = parameters[node.weight].values.shape[0]
    if stream.shape != (length,):
        flat = lowering.name(node, "flat")
        stream = lowering.builder.add(
            FlattenStage(
                name=flat,
                inputs=(stream.name,),
                outputs=(flat,),
                shape=(length,),
                element=stream.element,
            )
        )
    assert node.accumulator is not None
    name = lowering.name(node)
    return lowering.builder.add(
        DenseStage(
            name=name,
            inputs=(stream.name,),
            outputs=(name,),
            shape=lowering.graph.types[node.name].shape,
            element=element_of(node),
            weight=parameters[node.weight],
            bias=None if node.bias is None else parameters[node.bias],
            accumulator=with_room(node.accumulator, element_of(node)),
            folding=lowering.folding.layers[node.name],
        )
    )


def _affine(lowering: Lowering, node: n.Affine) -> Stream:
    stream = lowering.packed(node, 0)
    return lowering.builder.kernel(
        lowering.name(node),
        "affine",
        stream,
        header="affine.h",
        shape=stream.shape,
        element=element_of(node),
        constants={"n_packets": stream.packets},
        weight=lowering.graph.parameters[node.scale],
        bias=lowering.graph.parameters[node.shift],
        counted=("weight", "bias"),
    )


def _relu(lowering: Lowering, node: n.Relu) -> Stream:
    stream = lowering.operand(node)
    return lowering.builder.kernel(
        lowering.name(node),
        "relu",
        stream,
        header="elementwise.h",
        shape=stream.shape,
        element=element_of(node),
        constants={"n_packets": stream.packets},
    )


def _clamp(lowering: Lowering, node: n.Clamp) -> Stream:
    stream = lowering.operand(node)
    element = element_of(node)
    low, high = clamp_limits(node)
    return lowering.builder.kernel(
        lowering.name(node),
        "clamp",
        stream,
        header="elementwise.h",
        shape=stream.shape,
        element=element,
        constants={"n_packets": stream.packets, "low": low, "high": high},
    )


def _cast(lowering: Lowering, node: n.Cast) -> Stream:
    return lowering.builder.cast(lowering.name(node), lowering.operand(node), element_of(node))


def _add(lowering: Lowering, node: n.Add) -> Stream:
    left, right = lowering.operand(node, 0), lowering.operand(node, 1)
    if left.shape != right.shape:
        left, right = lowering.packed(node, 0), lowering.packed(node, 1)
    element = element_of(node)
    total = sum_type(left.element, right.element)
    narrow = needs_room(total, element)
    name = lowering.name(node, "sum" if narrow else "")
    added = lowering.builder.add(
        AddStage(
            name=name,
            inputs=(left.name, right.name),
            outputs=(name,),
            shape=left.shape,
            element=total if narrow else element,
        )
    )
    return lowering.builder.cast(lowering.name(node), added, element) if narrow else added


def _concat(lowering: Lowering, node: n.Concat) -> Stream:
    """Chain the operands two by two: hls4ml joins no more at once."""
    streams = [lowering.packed(node, i) for i in range(len(node.inputs))]
    element = element_of(node)
    for i, stream in enumerate(streams):
        if needs_room(stream.element, element):
            name = lowering.name(node, f"operand{i}")
            streams[i] = lowering.builder.cast(name, stream, element)
    joined = streams[0]
    if len(streams) == 1:
        return lowering.builder.cast(lowering.name(node), joined, element)
    for index, stream in enumerate(streams[1:], start=1):
        last = index == len(streams) - 1
        name = lowering.name(node, "" if last else f"part{index}")
        joined = lowering.builder.add(
            ConcatStage(
                name=name,
                inputs=(joined.name, stream.name),
                outputs=(name,),
                shape=(*joined.shape[:-1], joined.shape[-1] + stream.shape[-1]),
                element=element,
            )
        )
    return joined


def _reshape(lowering: Lowering, node: n.Reshape) -> Stream:
    """Keep the stream where its packets may stay as they are: a vector may come in any packing."""
    stream = lowering.operand(node)
    element = element_of(node)
    if len(node.shape) == 1 or stream.shape == node.shape:
        if stream.element == element:
            return stream
        return lowering.builder.cast(lowering.name(node), stream, element)
    return lowering.builder.repack(lowering.name(node), stream, node.shape, element)


def _subsample(lowering: Lowering, node: n.Subsample) -> Stream:
    stream = lowering.operand(node)
    shape = lowering.graph.types[node.name].shape
    return lowering.subsample(
        lowering.name(node), stream, stride=node.stride, shape=shape, element=element_of(node)
    )


def _pad_channels(lowering: Lowering, node: n.PadChannels) -> Stream:
    stream = lowering.operand(node)
    shape: Shape = lowering.graph.types[node.name].shape
    return lowering.builder.kernel(
        lowering.name(node),
        "pad_channels",
        stream,
        header="pad_channels.h",
        shape=shape,
        element=element_of(node),
        constants={"n_packets": stream.packets, "before": node.before},
    )


# A rule takes the node class of its key, which a type for the whole table cannot say.
_RULES: dict[type[n.Node], Callable[[Lowering, Any], Stream]] = {
    n.Input: _input,
    n.Conv: lower_windows.conv,
    n.Linear: _linear,
    n.Affine: _affine,
    n.Relu: _relu,
    n.Clamp: _clamp,
    n.Cast: _cast,
    n.Add: _add,
    n.Concat: _concat,
    n.MaxPool: lower_windows.max_pool,
    n.AveragePool: lower_windows.average_pool,
    n.Reshape: _reshape,
    n.Subsample: _subsample,
    n.PadChannels: _pad_channels,
}
