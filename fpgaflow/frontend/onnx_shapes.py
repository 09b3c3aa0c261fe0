"""Operators that only move numbers: reshapes, axes, strided slices, padding."""

from __future__ import annotations

from math import prod

import numpy as np

from fpgaflow.frontend.onnx_call import Call, batched
from fpgaflow.frontend.onnx_joins import pad_channels
from fpgaflow.frontend.onnx_tensors import REAL_TYPES
from fpgaflow.frontend.onnx_values import Constant, Padded, Tensor, Value
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size


def identity(call: Call) -> Value:
    """Import Identity, and Dropout outside training."""
    value = call.input(0)
    if value is None:
        raise call.refused("input 1 is missing")
    return value


def dropout(call: Call) -> Value:
    """Import Dropout: nothing, once trained."""
    if call.scalar(2, 0.0):
        raise call.unsupported(
            "training_mode is on",
            accepted="inference mode",
            remedy="call model.eval() before the export",
        )
    return identity(call)


def cast(call: Call) -> Tensor:
    """Import Cast between real types, which the graph does not distinguish."""
    if call.integer("to", 0) not in REAL_TYPES:
        raise call.unsupported("casts values to integers", accepted="casts between real types")
    return call.tensor(0)


def shape_of(call: Call) -> Constant:
    """Return a value's shape, a constant; a dynamic batch counts as one image."""
    value = call.input(0)
    if isinstance(value, Constant):
        shape = value.values.shape
    else:
        shape = (call.batch, *call.tensor(0).layout.shape)
    end = call.integer("end", len(shape))
    part = shape[slice(call.integer("start", 0), end)]
    return Constant(values=np.array(part, np.int64), label=call.title)


def flatten(call: Call) -> Tensor:
    """Import Flatten of everything but the batch."""
    tensor = call.tensor(0)
    shape = tensor.layout.shape
    axis = call.integer("axis", 1)
    axis = axis + len(shape) + 1 if axis < 0 else axis
    if not 1 <= axis <= len(shape) + 1 or prod(shape[: axis - 1]) != 1:
        raise call.unsupported(f"axis {axis} mixes images", accepted="axis 1")
    return _viewed(call, tensor, (tensor.layout.elements,))


def reshape(call: Call) -> Tensor:
    """Import Reshape to a constant shape."""
    tensor = call.tensor(0)
    target = call.integers_of("shape", 1)
    if target is None:
        raise call.refused("the shape is missing", accepted="a constant shape")
    return _viewed(call, tensor, _target(call, tensor, target)[1:])


def _target(call: Call, tensor: Tensor, target: tuple[int, ...]) -> tuple[int, ...]:
    """Return the target with 0 (copied) and -1 (what is left) put in, batch first."""
    before = (call.batch, *tensor.layout.shape)
    problem = call.unsupported(
        f"reshapes {batched(before[1:])} to {list(target)}",
        accepted="shapes that keep the batch as their first axis",
        remedy="reshape with x.flatten(1) or x.view(x.size(0), ...), and export again with a "
        "batch of one image or a dynamic batch",
    )
    copies = not call.integer("allowzero", 0)
    sizes: list[int] = []
    for place, size in enumerate(target):
        if size < -1 or (size == 0 and (not copies or place >= len(before))):
            raise problem
        sizes.append(before[place] if size == 0 else size)
    if sizes.count(-1) == 1:
        known = -prod(sizes)
        if prod(before) % known:
            raise problem
        sizes[sizes.index(-1)] = prod(before) // known
    if sizes.count(-1) == 2 and sizes[0] == -1:
        return _target(call, tensor, (call.batch, *target[1:]))
    if not sizes or sizes[0] != call.batch or prod(sizes) != prod(before):
        raise problem
    return tuple(sizes)


def _viewed(call: Call, tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return the value in another shape of the model's."""
    if shape == tensor.layout.shape:
        return tensor
    viewed = call.relabelled(tensor, tensor.layout.reshaped(shape))
    if len(shape) == 1 and tensor.shape != shape:
        return call.builder.in_natural_shape(viewed, call.fresh(), call.source)
    return viewed


def squeeze(call: Call) -> Tensor:
    """Import Squeeze."""
    tensor = call.tensor(0)
    shape = (call.batch, *tensor.layout.shape)
    given = call.integers_of("axes", 1)
    if given is None:
        axes = {axis for axis, size in enumerate(shape) if size == 1 and axis > 0}
    else:
        axes = {call.axis(axis, len(shape)) for axis in given}
    if 0 in axes or any(shape[axis] != 1 for axis in axes):
        raise call.unsupported(
            f"squeezes axes {sorted(axes)} of {batched(shape[1:])}",
            accepted="axes of size 1, the batch excepted",
        )
    kept = tuple(size for axis, size in enumerate(shape) if axis not in axes)
    return _viewed(call, tensor, kept[1:])


def unsqueeze(call: Call) -> Tensor:
    """Import Unsqueeze."""
    tensor = call.tensor(0)
    given = call.integers_of("axes", 1) or ()
    rank = len(tensor.layout.shape) + 1 + len(given)
    axes = {call.axis(axis, rank) for axis in given}
    if 0 in axes or len(axes) != len(given):
        raise call.unsupported(f"axes {list(given)}", accepted="axes behind the batch")
    sizes = iter(tensor.layout.shape)
    shape = tuple(1 if axis in axes else next(sizes) for axis in range(1, rank))
    return _viewed(call, tensor, shape)


def transpose(call: Call) -> Tensor:
    """Import Transpose of everything but the batch; only the account of axes changes."""
    tensor = call.tensor(0)
    rank = len(tensor.layout.shape) + 1
    order = call.integers("perm") or tuple(reversed(range(rank)))
    if sorted(order) != list(range(rank)):
        raise call.refused(f"perm {list(order)} for {rank} axes")
    if order[0] != 0:
        raise call.unsupported(f"perm {list(order)} moves the batch", accepted="perm [0, ...]")
    layout = tensor.layout.transposed(tuple(axis - 1 for axis in order[1:]))
    return call.relabelled(tensor, layout)


def slice_of(call: Call) -> Tensor:
    """Import Slice: every stride-th row and column, or everything."""
    tensor = call.tensor(0)
    shape = (call.batch, *tensor.layout.shape)
    stride = [1] * len(shape)
    for axis, start, end, step in _ranges(call, len(shape)):
        size = shape[axis]
        taken = range(size)[slice(start, end, step)] if step else range(0)
        whole = range(0, size, max(step, 1))
        if step < 1 or (taken != whole and axis > 0) or (axis == 0 and (start, step) != (0, 1)):
            raise call.unsupported(
                f"takes [{start}:{end}:{step}] of axis {axis} of {batched(shape[1:])}",
                accepted="every stride-th row and column from the first on",
                remedy="write x[:, :, ::2, ::2], or a convolution or pooling with a stride",
            )
        stride[axis] *= step
    if all(step == 1 for step in stride):
        return tensor
    if len(shape) != 4 or stride[1] != 1:
        raise call.unsupported(
            f"takes every {max(stride)}th of {batched(shape[1:])}",
            accepted="strides along rows and columns of feature maps [N, c, h, w]",
        )
    image = call.map(0)
    step = Size(stride[2], stride[3])
    node = n.Subsample(name=call.fresh(), inputs=(image.node,), source=call.source, stride=step)
    return call.builder.subsampled(image, node)


def _ranges(call: Call, rank: int) -> list[tuple[int, int, int, int]]:
    """Return axis, start, end and step of each sliced axis."""
    starts, ends = call.integers_of("starts", 1), call.integers_of("ends", 2)
    if starts is None or ends is None:
        raise call.refused("starts or ends are missing")
    axes = call.integers_of("axes", 3)
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = call.integers_of("steps", 4) or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise call.refused("starts, ends, axes and steps differ in length")
    axes = tuple(call.axis(axis, rank) for axis in axes)
    return list(zip(axes, starts, ends, steps, strict=True))


def pad(call: Call) -> Tensor | Padded:
    """Import Pad: zeros as channels, or a border for the layer behind."""
    image = call.tensor(0)
    mode = call.text("mode", "constant")
    if mode != "constant":
        raise call.unsupported(f"mode {mode}", accepted="mode constant")
    fill = call.number("value", 0.0) if call.opset < 11 else call.scalar(2, 0.0)
    before, after = _pads(call, len(image.layout.shape) + 1)
    if not any(before) and not any(after):
        return image
    if before[0] or after[0] or min(*before, *after) < 0 or not image.layout.is_map:
        raise call.unsupported(
            f"pads {list(before)} and {list(after)} on {batched(image.layout.shape)}",
            accepted="pads of zero or more on feature maps [N, c, h, w]",
        )
    if before[1] or after[1]:
        if fill != 0 or any(before[2:]) or any(after[2:]):
            raise call.unsupported(
                f"pads {list(before)} and {list(after)} with {fill:g}",
                accepted="channels of zeros, or a border of rows and columns, not both at once",
            )
        return pad_channels(call, image, before[1], after[1])
    image = call.builder.in_natural_shape(image)
    padding = Padding(before[2], before[3], after[2], after[3])
    return Padded(tensor=image, padding=padding, fill=fill, title=call.title)


def _pads(call: Call, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    pads = call.integers_of("pads", 1)
    axes = call.integers_of("axes", 3)
    if pads is None or len(pads) != 2 * (rank if axes is None else len(axes)):
        raise call.refused(f"pads {list(pads or ())} for {rank} axes")
    axes = tuple(range(rank)) if axes is None else axes
    before, after = [0] * rank, [0] * rank
    for place, axis in enumerate(axes):
        before[call.axis(axis, rank)] = pads[place]
        after[call.axis(axis, rank)] = pads[place + len(axes)]
    return tuple(before), tuple(after)


def expand(call: Call) -> Tensor:
    """Import Expand of a computed value to its own shape; constants are folded elsewhere."""
    tensor = call.tensor(0)
    target = call.integers_of("shape", 1) or ()
    shape = (call.batch, *tensor.layout.shape)
    if len(target) > len(shape) or any(
        size not in (1, own) for size, own in zip(reversed(target), reversed(shape), strict=False)
    ):
        raise call.unsupported(
            f"repeats a value {batched(shape[1:])} to {list(target)}", accepted="its own shape"
        )
    return tensor
