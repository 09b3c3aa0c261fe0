"""Pooling: by windows, adaptive, and over whole axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.torch_call import Call, Handler
from fpgaflow.frontend.torch_values import Value
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.nodes import AveragePool, Clamp, MaxPool, Relu, Shape, Subsample

Pool = type[MaxPool] | type[AveragePool]
Places = NDArray[np.int64]


class _Window(NamedTuple):
    """Kernel, stride, padding, and whether an average counts the padding."""

    kernel: Size
    stride: Size
    padding: Padding = Padding()
    include: bool = True


def _max_pool(call: Call) -> Value:
    if call.size("dilation") != Size(1, 1):
        raise call.refused("it has dilation", "use dilation=1")
    return _window_pool(call, MaxPool)


def _average_pool(call: Call) -> Value:
    if call.number("divisor_override") is not None:
        raise call.refused("it has divisor_override", "leave divisor_override=None")
    return _window_pool(call, AveragePool)


def _window_pool(call: Call, pool: Pool) -> Value:
    value = call.value()
    height, width = _result_size(call)
    kernel = call.size("kernel_size")
    stride = call.size("stride", kernel)
    own = call.size("padding", Size(0, 0))
    include = pool is AveragePool and call.flag("count_include_pad")
    border = Padding()
    if value.border is not None:
        border, include = _taken_in(call, value, pool, own, include), True
    source = call.map_node(Value(node=value.node, layout=value.layout))
    rows, columns = call.builder.shape(source)[:2]
    top, left = own.height + border.top, own.width + border.left
    # ceil_mode reaches further down and to the right than the padding does.
    bottom = (height - 1) * stride.height + kernel.height - rows - top
    right = (width - 1) * stride.width + kernel.width - columns - left
    beyond = (bottom > own.height + border.bottom, right > own.width + border.right)
    padding = Padding(
        top, left, max(bottom, own.height + border.bottom), max(right, own.width + border.right)
    )
    if pool is AveragePool and any(beyond):
        # PyTorch never counts what ceil_mode adds, but may count padding: two kinds in one window.
        if include and any((top, left, own.height, own.width, *border)):
            raise call.refused(
                "ceil_mode reaches beyond padding that counts", "use count_include_pad=False"
            )
        include = False
    if max(padding[::2]) >= kernel.height or max(padding[1::2]) >= kernel.width:
        raise call.refused(
            f"a window {kernel} fits into the padding {padding}", "pad less than the window's size"
        )
    if kernel == Size(1, 1) and not any(padding):
        return _subsample(call, source, stride)
    return _add_pool(call, pool, source, _Window(kernel, stride, padding, include))


def _result_size(call: Call) -> Size:
    shape = call.shape()
    if len(shape) != 3:
        raise call.refused("only two-dimensional pooling is known")
    return Size(*shape[1:])


def _taken_in(call: Call, value: Value, pool: Pool, own: Size, include: bool) -> Padding:
    """Return the border that becomes the pooling's own padding; refused where values differ."""
    assert value.border is not None
    fill = value.border.fill
    if pool is MaxPool:
        # The graph's padding never wins; nor does a zero among values that are not negative.
        if fill == -np.inf or (fill == 0 and _never_negative(call, value)):
            return value.border.padding
    elif fill == 0 and (include or own == Size(0, 0)):
        return value.border.padding
    raise call.refused(
        f"its input is padded with {fill}, which it would have to read as data",
        "use the pooling's own padding=",
    )


def _never_negative(call: Call, value: Value) -> bool:
    node = call.builder.node(value.node)
    return isinstance(node, Relu) or (isinstance(node, Clamp) and node.low >= 0)


def _subsample(call: Call, source: str, stride: Size) -> Value:
    if stride == Size(1, 1):
        return Value(node=source, layout=Layout(shape=call.shape()))
    return call.result(
        Subsample(name=call.new_name(), inputs=(source,), source=call.place.source, stride=stride)
    )


def _add_pool(
    call: Call, pool: Pool, source: str, window: _Window, layout: Layout | None = None
) -> Value:
    name = call.new_name()
    place = call.place.source
    if pool is MaxPool:
        node = MaxPool(
            name=name,
            inputs=(source,),
            source=place,
            kernel=window.kernel,
            stride=window.stride,
            padding=window.padding,
        )
    else:
        node = AveragePool(
            name=name,
            inputs=(source,),
            source=place,
            kernel=window.kernel,
            stride=window.stride,
            padding=window.padding,
            # Without padding both say the same; the default is kept.
            count_include_pad=window.include or not any(window.padding),
        )
    return call.result(node, layout)


def _adaptive_average(call: Call) -> Value:
    return _adaptive(call, AveragePool)


def _adaptive_max(call: Call) -> Value:
    return _adaptive(call, MaxPool)


def _adaptive(call: Call, pool: Pool) -> Value:
    output = _result_size(call)
    source = call.map_node(call.value())
    size = Size(*call.builder.shape(source)[:2])
    if size.height % output.height or size.width % output.width:
        raise call.refused(
            f"the output size {output} does not divide the input's {size}",
            "choose an output size that divides the input's",
        )
    kernel = Size(size.height // output.height, size.width // output.width)
    if kernel == Size(1, 1):
        return Value(node=source, layout=Layout(shape=call.shape()))
    return _add_pool(call, pool, source, _Window(kernel, kernel))


def _mean(call: Call) -> Value:
    return _over_axes(call, AveragePool)


def _amax(call: Call) -> Value:
    return _over_axes(call, MaxPool)


def _over_axes(call: Call, pool: Pool) -> Value:
    """Reduce axes of the model's shape, where they are rows, columns or both of the map."""
    value = call.value()
    source = call.map_node(value) if value.layout.is_map else call.without_border(value)
    shape = call.builder.shape(source)
    rank = len(value.layout.shape) + 1
    axes = sorted({axis % rank for axis in call.integers("dim")} or set(range(rank)))
    if axes[0] == 0 or len(shape) != 3:
        raise call.refused(*_AXES)
    last = np.moveaxis(
        value.layout.places(), [axis - 1 for axis in axes], list(range(-len(axes), 0))
    )
    kept = last.shape[: last.ndim - len(axes)]
    kernel, places = _filled_window(call, last.reshape(*kept, -1), shape)
    order = places.reshape(call.shape())
    layout = Layout(shape=order.shape, order=order).reshaped(order.shape)
    if kernel == Size(1, 1):
        return Value(node=source, layout=layout)
    before = call.builder.node(source)
    if isinstance(before, pool) and before.kernel == before.stride and not any(before.padding):
        # mean(3).mean(2): one window of both sizes, with one rounding.
        kernel = Size(kernel.height * before.kernel.height, kernel.width * before.kernel.width)
        source = before.inputs[0]
    return _add_pool(call, pool, source, _Window(kernel, kernel), layout)


def _filled_window(call: Call, places: Places, shape: Shape) -> tuple[Size, Places]:
    """Return the window that each last axis of `places` fills, and its place in the result."""
    rows, columns, channels = np.unravel_index(places, shape)
    kernel = Size(
        shape[0] if np.ptp(rows, axis=-1).any() else 1,
        shape[1] if np.ptp(columns, axis=-1).any() else 1,
    )
    whole = places.shape[-1] == kernel.height * kernel.width
    if not whole or np.ptp(channels, axis=-1).any():
        raise call.refused(*_AXES)
    result = (shape[0] // kernel.height, shape[1] // kernel.width, shape[2])
    corner = (rows.min(-1) // kernel.height, columns.min(-1) // kernel.width, channels.min(-1))
    return kernel, np.asarray(np.ravel_multi_index(corner, result), np.int64)


_AXES = (
    "it reduces other axes than the rows and columns of a feature map",
    "reduce rows and columns only: x.mean((2, 3))",
)

HANDLERS: Mapping[str, Handler] = {
    "max_pool2d.default": _max_pool,
    "max_pool2d_with_indices.default": _max_pool,
    "avg_pool2d.default": _average_pool,
    "adaptive_avg_pool2d.default": _adaptive_average,
    "_adaptive_avg_pool2d.default": _adaptive_average,
    "adaptive_max_pool2d.default": _adaptive_max,
    "mean.default": _mean,
    "mean.dim": _mean,
    "amax.default": _amax,
}
"""Handlers of this file, by ATen name."""
