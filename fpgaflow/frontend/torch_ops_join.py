"""Concatenation, padding and slicing: what DenseNet and the option-A shortcut are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch

from fpgaflow.frontend.layout import Layout, joined_vectors
from fpgaflow.frontend.torch_call import Call, Handler
from fpgaflow.frontend.torch_values import Border, Constant, Operand, Value
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.nodes import Concat, Node, PadChannels, Shape, Subsample


@dataclass(slots=True, kw_only=True)
class _Part:
    """An operand of a concatenation and the channels of zeros next to it."""

    value: Value
    before: int = 0
    after: int = 0


def _cat(call: Call) -> Operand:
    parts = _parts(call, cast("Sequence[Operand]", call.arguments["tensors"]))
    layouts = [part.value.layout for part in parts]
    # hstack has no dim: it joins along dimension 1.
    axis = (call.integers("dim") or (1,))[0] % (len(layouts[0].shape) + 1)
    if axis == 1 and len(layouts[0].shape) == 1:
        return _cat_vectors(call, parts)
    if axis != 1 or len(layouts[0].shape) != 3:
        raise call.refused(
            f"it joins shape {list(layouts[0].shape)} along dimension {axis}",
            "join feature maps along their channels, or vectors: dim=1",
        )
    sources = [_pad_channels(call, call.map_node(p.value), p.before, p.after) for p in parts]
    if len(sources) == 1:
        return Value(node=sources[0], layout=Layout(shape=call.shape()))
    node = Concat(name=call.new_name(), inputs=tuple(sources), source=call.place.source)
    return call.result(node)


def _parts(call: Call, operands: Sequence[Operand]) -> list[_Part]:
    parts: list[_Part] = []
    leading = 0
    for operand in operands:
        if isinstance(operand, Value):
            parts.append(_Part(value=operand, before=leading))
            leading = 0
            continue
        if not isinstance(operand, Constant) or operand.tensor.any() or operand.tensor.ndim < 2:
            raise call.refused("it joins a constant that is not zero")
        if parts:
            parts[-1].after += operand.tensor.shape[1]
        else:
            leading += operand.tensor.shape[1]
    return parts


def _cat_vectors(call: Call, parts: list[_Part]) -> Value:
    if any(part.before or part.after for part in parts):
        raise call.refused("it joins zeros to a vector")
    values = [part.value for part in parts]
    layout = joined_vectors([value.layout for value in values])
    inputs = tuple(call.vector_node(value) for value in values)
    if len(inputs) == 1:
        return Value(node=inputs[0], layout=layout)
    node = Concat(name=call.new_name(), inputs=inputs, source=call.place.source)
    return call.result(node, layout)


def _pad_channels(call: Call, source: str, before: int, after: int) -> str:
    if not before and not after:
        return source
    name = call.new_name("" if call.kind == "pad" else "zeros")
    node: Node = PadChannels(
        name=name, inputs=(source,), source=call.place.source, before=before, after=after
    )
    return call.builder.add(node)


def _pad(call: Call) -> Value:
    value = call.value()
    sides = call.integers("pad")
    if not any(sides):
        return value
    mode, fill = call.arguments.get("mode", "constant"), call.number("value") or 0.0
    if mode != "constant":
        raise call.refused(f"its mode is {mode!r}", "pad with zeros")
    if min(sides) < 0:
        raise call.refused("a negative padding crops")
    left, right, top, bottom, before, after, *batch = (*sides, *[0] * (8 - len(sides)))
    if len(value.layout.shape) != 3 or any(batch):
        raise call.refused(f"it pads shape {list(value.layout.shape)}", "pad feature maps only")
    border = _widened(call, value, Padding(top, left, bottom, right), fill)
    if not before and not after:
        return Value(node=value.node, layout=value.layout, border=border)
    if fill != 0 or (border is not None and border.fill != 0):
        raise call.refused(f"it pads channels with {fill:g}", "pad channels with zeros")
    source = call.map_node(Value(node=value.node, layout=value.layout))
    channels, height, width = value.layout.shape
    return Value(
        node=_pad_channels(call, source, before, after),
        layout=Layout(shape=(before + channels + after, height, width)),
        border=border,
    )


def _widened(call: Call, value: Value, padding: Padding, fill: float) -> Border | None:
    if not any(padding):
        return value.border
    if value.border is None:
        return Border(padding=padding, fill=fill)
    if value.border.fill != fill:
        raise call.refused("it pads twice with different values")
    sides = (a + b for a, b in zip(value.border.padding, padding, strict=True))
    return Border(padding=Padding(*sides), fill=fill)


def _slice(call: Call) -> Value:
    value = call.value()
    shape = (torch.iinfo(torch.int64).max, *_padded_shape(value))
    axis = call.integers("dim")[0] % len(shape)
    step = (call.integers("step") or (1,))[0]
    start, stop = (call.arguments.get(name) for name in ("start", "end"))
    taken = range(*slice(cast("int | None", start), cast("int | None", stop)).indices(shape[axis]))
    if taken.start != 0 or len(taken) != shape[axis]:
        raise call.refused(
            f"it takes a part of dimension {axis}",
            "slice with a step over whole rows and columns only: x[:, :, ::2, ::2]",
        )
    if step == 1:
        return value
    if axis not in (2, 3) or len(shape) != 4:
        raise call.refused(f"it takes dimension {axis} with step {step}")
    stride = Size(step, 1) if axis == 2 else Size(1, step)
    return _subsampled(call, call.map_node(value), stride)


def _padded_shape(value: Value) -> Shape:
    if value.border is None:
        return value.layout.shape
    channels, height, width = value.layout.shape
    padding = value.border.padding
    return (
        channels,
        height + padding.top + padding.bottom,
        width + padding.left + padding.right,
    )


def _subsampled(call: Call, source: str, stride: Size) -> Value:
    before = call.builder.node(source)
    if isinstance(before, Subsample):
        # x[:, :, ::2, ::2] arrives as two slices; they are one subsampling.
        source = before.inputs[0]
        stride = Size(stride.height * before.stride.height, stride.width * before.stride.width)
    node = Subsample(
        name=call.new_name(), inputs=(source,), source=call.place.source, stride=stride
    )
    return call.result(node)


def _zeros_like(call: Call) -> Constant:
    return Constant(tensor=torch.zeros(1, *call.shape()))


HANDLERS: Mapping[str, Handler] = {
    "cat.default": _cat,
    "concat.default": _cat,
    "concatenate.default": _cat,
    "hstack.default": _cat,
    "pad.default": _pad,
    "constant_pad_nd.default": _pad,
    "slice.Tensor": _slice,
    "zeros_like.default": _zeros_like,
    "new_zeros.default": _zeros_like,
}
"""Handlers of this file, by ATen name."""
