"""An ONNX graph's structure: its one input, who gives and reads each value, and an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import onnx
from onnx import NodeProto, TensorProto

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.onnx_call import node_title
from fpgaflow.frontend.onnx_tensors import REAL_TYPES, type_name

OLDEST_OPSET = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What an ONNX model computes, before looking at any operator.

    Attributes:
        image: name of the model's input.
        shape: the input's shape without the batch.
        batch: the batch size; 1 where it is dynamic.
        nodes: those that the outputs need, each after those it reads.
        readers: how many of these nodes, and outputs, read each value.
        initializers: the constants, by name.
        outputs: names of the model's outputs.
        opsets: version of each operator domain; ONNX's own is "".
    """

    image: str
    shape: tuple[int, ...]
    batch: int
    nodes: tuple[NodeProto, ...]
    readers: Mapping[str, int]
    initializers: Mapping[str, TensorProto]
    outputs: tuple[str, ...]
    opsets: Mapping[str, int]


def structure_of(model: onnx.ModelProto, name: str) -> Structure:
    """Return the structure of a model.

    Args:
        model: the model.
        name: what messages call it.

    Raises:
        InputRefused: no graph, several inputs, an unknown size, a value that nothing gives or
            two nodes give, a cycle, or an opset that is too old or too new.
    """
    place = f"model {name}"
    if not model.HasField("graph") or not (model.graph.node or model.graph.output):
        raise InputRefused(f"{place}: no graph", accepted="an ONNX model with a graph")
    graph = model.graph
    _check_texts(model, place)
    opsets = _opsets(model, place)
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    image, shape, batch = _input(graph, initializers, place)
    outputs = tuple(output.name for output in graph.output)
    if not outputs:
        raise InputRefused(f"{place}: no output", accepted="a model with outputs")
    known = {image, *initializers, *(t.values.name for t in graph.sparse_initializer)}
    nodes = _ordered(graph, known, outputs, place)
    readers = Counter(name for node in nodes for name in node.input)
    readers.update(outputs)
    return Structure(
        image=image,
        shape=shape,
        batch=batch,
        nodes=nodes,
        readers=readers,
        initializers=initializers,
        outputs=outputs,
        opsets=opsets,
    )


def _check_texts(model: onnx.ModelProto, place: str) -> None:
    """Refuse names that are no UTF-8, which protobuf hands out as bytes."""
    graph = model.graph
    texts: list[object] = [entry.domain for entry in model.opset_import]
    texts += [v.name for v in (*graph.input, *graph.output, *graph.initializer)]
    for node in graph.node:
        texts += [node.name, node.op_type, node.domain, *node.input, *node.output]
        texts += [attribute.name for attribute in node.attribute]
        texts += [text for entry in node.metadata_props for text in (entry.key, entry.value)]
    for value in graph.input:
        texts += [size.dim_param for size in value.type.tensor_type.shape.dim]
    bad = next((text for text in texts if not isinstance(text, str)), None)
    if bad is not None:
        raise InputRefused(
            f"{place}: the name {bad!r} is no text",
            accepted="names in UTF-8",
            remedy="export the model again; the file is damaged",
        )


def _opsets(model: onnx.ModelProto, place: str) -> dict[str, int]:
    opsets = {
        "" if entry.domain == "ai.onnx" else entry.domain: entry.version
        for entry in model.opset_import
    }
    newest = onnx.defs.onnx_opset_version()
    version = opsets.get("", 1)
    if not OLDEST_OPSET <= version <= newest:
        raise InputRefused(
            f"{place}: ONNX opset {version}",
            accepted=f"opsets {OLDEST_OPSET} to {newest}",
            remedy="export again with opset_version=17, or convert it with onnx.version_converter",
        )
    return opsets


def _input(
    graph: onnx.GraphProto, initializers: Mapping[str, TensorProto], place: str
) -> tuple[str, tuple[int, ...], int]:
    """Return name, shape without batch, and batch size of the one input."""
    inputs = [value for value in graph.input if value.name not in initializers]
    if len(inputs) != 1:
        names = ", ".join(value.name for value in inputs) or "none"
        raise InputRefused(
            f"{place}: {len(inputs)} inputs ({names})",
            accepted="one input, the image",
            remedy="export the part of the network that turns one image into its result",
        )
    kind = inputs[0].type.tensor_type
    place = f"{place}, input {inputs[0].name!r}"
    if kind.elem_type not in REAL_TYPES:
        raise InputRefused(
            f"{place}: values of type {type_name(kind.elem_type)}",
            accepted="real numbers (the normalised image)",
            remedy="export without the conversion from integers: fpgaflow's hardware reads uint8 "
            "pixels, and --mean and --std say how they are normalised",
        )
    sizes = [d.dim_value if d.HasField("dim_value") else None for d in kind.shape.dim]
    written = [
        d.dim_param or "?" if s is None else s for d, s in zip(kind.shape.dim, sizes, strict=True)
    ]
    shape = tuple(size for size in sizes[1:] if size is not None and size > 0)
    if len(sizes) not in (2, 4) or len(shape) != len(sizes) - 1:
        raise InputRefused(
            f"{place}: shape [{', '.join(map(str, written))}]",
            accepted="[batch, channels, height, width] or [batch, features], all but the batch "
            "fixed",
            remedy="export with an example input of the size that the hardware will see, and only "
            "the batch dynamic",
        )
    batch = sizes[0]
    return inputs[0].name, shape, batch if batch is not None and batch > 0 else 1


def _ordered(
    graph: onnx.GraphProto, known: set[str], outputs: tuple[str, ...], place: str
) -> tuple[NodeProto, ...]:
    """Return the nodes that the outputs need, each after those it reads."""
    givers = _givers(graph, known, place)
    done = _depth_first(graph, givers, known, outputs, place)
    # ONNX asks for such an order in the file; it is kept where it is one.
    kept = sorted(done)
    given = set(known)
    for index in kept:
        node = graph.node[index]
        if not given.issuperset(filter(None, node.input)):
            return tuple(graph.node[index] for index in done)
        given.update(node.output)
    return tuple(graph.node[index] for index in kept)


def _depth_first(
    graph: onnx.GraphProto,
    givers: Mapping[str, int],
    known: set[str],
    outputs: tuple[str, ...],
    place: str,
) -> list[int]:
    """Return the indices of the needed nodes, each after those it reads."""
    done: list[int] = []
    finished: dict[int, bool] = {}
    stack = [
        (_giver(name, givers, known, place, "the model's output"), False)
        for name in reversed(outputs)
    ]
    while stack:
        index, leaving = stack.pop()
        if index is None or finished.get(index, False):
            continue
        node = graph.node[index]
        if leaving:
            finished[index] = True
            done.append(index)
            continue
        if index in finished:
            raise InputRefused(
                f"{place}, {node_title(node)}: reads its own result, through other nodes",
                accepted="networks without cycles",
            )
        finished[index] = False
        stack.append((index, True))
        stack += [
            (_giver(name, givers, known, place, node_title(node)), False)
            for name in filter(None, node.input)
        ]
    return done


def _givers(graph: onnx.GraphProto, known: set[str], place: str) -> dict[str, int]:
    givers: dict[str, int] = {}
    for index, node in enumerate(graph.node):
        for name in filter(None, node.output):
            if name in givers or name in known:
                raise InputRefused(
                    f"{place}, {node_title(node)}: gives {name!r}, which is given already",
                    accepted="each value given once",
                    remedy="export the model again; it is not a legal ONNX graph",
                )
            givers[name] = index
    return givers


def _giver(
    name: str, givers: Mapping[str, int], known: set[str], place: str, reader: str
) -> int | None:
    if name not in givers and name not in known:
        raise InputRefused(
            f"{place}, {reader}: reads {name!r}, which nothing gives",
            accepted="inputs that a node, an initializer or the model's input gives",
            remedy="export the model again; it is not a legal ONNX graph",
        )
    return givers.get(name)


def image_layout(structure: Structure) -> Layout:
    """Return how the model sees its image: channels last where its first nodes turn it first."""
    shape = structure.shape
    readers = [node for node in structure.nodes if structure.image in node.input]
    turned = bool(readers) and all(
        node.op_type == "Transpose" and _perm(node) == [0, 3, 1, 2] for node in readers
    )
    if len(shape) == 3 and turned:
        height, width, channels = shape
        return Layout(shape=(channels, height, width)).transposed((1, 2, 0))
    return Layout(shape=shape)


def _perm(node: NodeProto) -> list[int]:
    return [axis for a in node.attribute if a.name == "perm" for axis in a.ints]
