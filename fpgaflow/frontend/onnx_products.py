"""Conv, Gemm, MatMul and BatchNormalization."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.onnx_call import Call, batched
from fpgaflow.frontend.onnx_values import Constant, Tensor
from fpgaflow.frontend.onnx_windows import added, check_dilations, padding_of, size_of
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size, window_output


def conv(call: Call) -> Tensor:
    """Import a two-dimensional convolution, with the zero border of a Pad before it."""
    image, border, fill = call.padded_map(0)
    if fill != 0:
        raise call.unsupported(f"padding with {fill}", accepted="padding with zeros")
    weight = call.constant(1)
    if weight.values.ndim != 4:
        raise call.unsupported(
            f"{weight.label} has shape {list(weight.values.shape)}",
            accepted="weights [outputs, inputs / groups, height, width]",
        )
    check_dilations(call)
    groups = call.integer("group", 1)
    kernel = _kernel(call, weight)
    _check_channels(call, weight, image.layout.shape[0], groups)
    stride = size_of(call, "strides", Size(1, 1))
    height, width, _ = image.shape
    bordered = (height + border.top + border.bottom, width + border.left + border.right)
    padding = added(border, padding_of(call, bordered, kernel, stride))
    name = call.fresh()
    node = n.Conv(
        name=name,
        inputs=(image.node,),
        source=call.source,
        weight=call.builder.parameter(
            f"{name}_weight", replace(weight, values=weight.values.transpose(2, 3, 1, 0))
        ),
        bias=_bias(call, name, call.optional_constant(2), weight.values.shape[0]),
        stride=stride,
        padding=padding,
        groups=groups,
    )
    return call.builder.emit(node, _conv_layout(image, weight, stride, padding))


def _conv_layout(image: Tensor, weight: Constant, stride: Size, padding: Padding) -> Layout:
    outputs, _, height, width = weight.values.shape
    size = window_output(image.shape, Size(height, width), stride, padding)
    return Layout(shape=(outputs, *size))


def _kernel(call: Call, weight: Constant) -> Size:
    kernel = Size(*weight.values.shape[2:])
    if size_of(call, "kernel_shape", kernel) != kernel:
        raise call.refused(f"kernel_shape differs from the weights' {kernel}")
    return kernel


def _check_channels(call: Call, weight: Constant, channels: int, groups: int) -> None:
    outputs, inputs = weight.values.shape[:2]
    if not weight.values.size or groups < 1 or inputs * groups != channels or outputs % groups:
        raise call.refused(
            f"{weight.label} has shape {list(weight.values.shape)}, in {groups} groups, for "
            f"{channels} channels",
            accepted="[outputs, channels / groups, height, width]",
        )


def _bias(call: Call, name: str, bias: Constant | None, outputs: int) -> str | None:
    if bias is None:
        return None
    if bias.values.shape != (outputs,):
        raise call.refused(
            f"{bias.label} has shape {list(bias.values.shape)}", accepted=f"a bias [{outputs}]"
        )
    return call.builder.parameter(f"{name}_bias", bias)


def gemm(call: Call) -> Tensor:
    """Import a fully connected layer: alpha · x · B + beta · C."""
    if call.integer("transA", 0):
        raise call.unsupported("transA = 1 mixes images", accepted="transA = 0")
    weight = call.constant(1)
    if call.integer("transB", 0):
        weight = replace(weight, values=weight.values.T)
    bias = call.optional_constant(2)
    if bias is not None:
        outputs = weight.values.shape[-1] if weight.values.ndim else 0
        if bias.values.ndim > 2 or bias.values.shape not in (
            (outputs,),
            (1, outputs),
            (1,),
            (1, 1),
            (),
        ):
            raise call.unsupported(
                f"{bias.label} has shape {list(bias.values.shape)}", accepted=f"a bias [{outputs}]"
            )
        values = np.broadcast_to(bias.values.reshape(-1), (outputs,))
        bias = _times(replace(bias, values=values), call.number("beta", 1.0))
    return _linear(call, _times(weight, call.number("alpha", 1.0)), bias)


def _times(constant: Constant, factor: float) -> Constant:
    if factor == 1:
        return constant
    scaled = np.asarray(np.asarray(constant.values, np.float64) * factor, np.float64)
    return Constant(values=scaled, label=constant.label)


def matmul(call: Call) -> Tensor:
    """Import a product with a constant matrix; an Add of a constant behind it is its bias."""
    if isinstance(call.input(0), Constant):
        raise call.unsupported("a constant times a value", accepted="a value times a constant")
    return _linear(call, call.constant(1), None)


def _linear(call: Call, weight: Constant, bias: Constant | None) -> Tensor:
    vector = call.vector(0)
    if weight.values.ndim != 2 or weight.values.shape[0] != vector.layout.elements:
        raise call.refused(
            f"{weight.label} has shape {list(weight.values.shape)} for "
            f"{vector.layout.elements} inputs",
            accepted=f"[{vector.layout.elements}, outputs]",
        )
    outputs = int(weight.values.shape[1])
    name = call.fresh()
    rows = replace(weight, values=vector.layout.to_graph(weight.values))
    node = n.Linear(
        name=name,
        inputs=(vector.node,),
        source=call.source,
        weight=call.builder.parameter(f"{name}_weight", rows),
        bias=_bias(call, name, bias, outputs),
    )
    return call.builder.emit(node, Layout(shape=(outputs,)))


def with_bias(call: Call, tensor: Tensor, constant: Constant) -> Tensor | None:
    """Return `tensor` with a per-channel constant added as its layer's bias.

    Args:
        call: the Add.
        tensor: a value that nothing but the Add reads.
        constant: [channels], in the graph's order.

    Returns:
        None where the value does not come from a layer without a bias.
    """
    node = call.builder.nodes[tensor.node]
    if not isinstance(node, (n.Conv, n.Linear)) or node.bias is not None:
        return None
    bias = call.builder.parameter(f"{node.name}_bias", constant)
    call.builder.nodes[node.name] = replace(node, bias=bias)
    return tensor


def batch_norm(call: Call) -> Tensor:
    """Import batch normalisation with the statistics of training."""
    if call.integer("training_mode", 0) or call.opset < 7 or not call.integer("spatial", 1):
        raise call.unsupported(
            "normalises with the statistics of the batch, or per element",
            accepted="inference mode, per channel",
            remedy="call model.eval() before the export",
        )
    tensor = call.tensor(0)
    layout = tensor.layout
    if not layout.is_map and len(layout.shape) != 1:
        raise call.unsupported(
            f"reads a value of shape {batched(layout.shape)}",
            accepted="feature maps [N, c, h, w] and vectors [N, features]",
        )
    tensor = call.builder.in_natural_shape(tensor)
    name = call.fresh()
    names: list[str] = []
    for position, role in enumerate(("gamma", "beta", "mean", "variance"), start=1):
        constant = call.constant(position)
        if constant.values.shape != layout.shape[:1]:
            raise call.refused(
                f"{constant.label} has shape {list(constant.values.shape)}",
                accepted=f"[{layout.shape[0]}]",
            )
        if not layout.is_map:
            constant = replace(constant, values=layout.to_graph(constant.values))
        names.append(call.builder.parameter(f"{name}_{role}", constant))
    epsilon = call.number("epsilon", 1e-5)
    smallest = float(call.builder.parameters[names[3]].real.min())
    if not np.isfinite(epsilon) or smallest + epsilon <= 0:
        raise call.refused(
            f"the smallest variance is {smallest:g}, epsilon {epsilon:g}",
            accepted="variance + epsilon above zero",
        )
    gamma, beta, mean, variance = names
    node = n.BatchNorm(
        name=name,
        inputs=(tensor.node,),
        source=call.source,
        gamma=gamma,
        beta=beta,
        mean=mean,
        variance=variance,
        epsilon=epsilon,
    )
    return call.builder.emit(node, layout)
