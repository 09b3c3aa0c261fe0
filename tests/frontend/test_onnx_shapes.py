"""Reshapes, axes, slices, joins: the graph computes what onnxruntime does."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, numpy_helper

from fpgaflow.errors import UnsupportedOperator
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.text import to_text
from tests.frontend.onnx_models import Net, check_agrees
from tests.golden_files import check_golden


@pytest.mark.parametrize("target", [(0, -1), (-1, 60), (-1, 3, 20), (0, 0, -1), (-1, 60, 1)])
def test_reshape_and_product(target: tuple[int, ...]) -> None:
    net = Net(shape=("N", 3, 4, 5))
    value = net.add("Reshape", "x", net.ints(*target))
    value = net.add("MatMul", net.add("Flatten", value), net.random(60, 7))
    check_agrees(net.model(value))


def test_reshape_with_a_batch_of_one() -> None:
    net = Net(shape=(1, 3, 4, 5))
    value = net.add("Reshape", "x", net.ints(1, 60))
    check_agrees(net.model(net.add("MatMul", value, net.random(60, 7))), batch=1)


def test_reshape_by_computed_shape() -> None:
    net = Net(shape=("N", 3, 4, 5))
    batch = net.add("Gather", net.add("Shape", "x"), net.const(0, dtype=np.int64), axis=0)
    batch = net.add("Unsqueeze", batch, net.ints(0))
    target = net.add("Concat", batch, net.ints(-1), axis=0)
    value = net.add("Reshape", "x", target)
    check_agrees(net.model(net.add("MatMul", value, net.random(60, 7))))


def test_reshape_by_sliced_shape() -> None:
    net = Net(shape=("N", 3, 4, 5))
    sizes = net.add("Slice", net.add("Shape", "x"), net.ints(0), net.ints(2))
    pixels = net.add("Constant", value=numpy_helper.from_array(np.array([20])))
    value = net.add("Reshape", "x", net.add("Concat", sizes, pixels, axis=0))
    value = net.add("ReduceMean", value, axes=[2], keepdims=0)
    check_agrees(net.model(net.add("MatMul", value, net.random(3, 7))))


def test_vector_unfolded_to_an_image() -> None:
    net = Net(shape=("N", 20))
    value = net.add("Reshape", "x", net.ints(-1, 1, 4, 5))
    check_agrees(net.model(net.conv(value, 1, 3)))


def test_batch_moved_is_unsupported() -> None:
    net = Net(shape=("N", 3, 4, 5))
    value = net.add("Reshape", "x", net.ints(-1, 20), name="/Reshape")
    with pytest.raises(UnsupportedOperator) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value) == (
        "model net: 1 node cannot become part of the graph\n"
        '    Reshape "/Reshape": reshapes [N, 3, 4, 5] to [-1, 20]\n'
        "  accepted: shapes that keep the batch as their first axis\n"
        "  what to do: reshape with x.flatten(1) or x.view(x.size(0), ...), and export again with "
        "a batch of one image or a dynamic batch"
    )


@pytest.mark.parametrize("opset", [11, 13])
def test_squeeze_and_unsqueeze(opset: int) -> None:
    net = Net(opset=opset)
    value = net.add("GlobalAveragePool", "x")
    if opset == 11:
        value = net.add("Squeeze", value, axes=[2, 3])
        value = net.add("Unsqueeze", net.add("Relu", value), axes=[2, 3])
    else:
        value = net.add("Squeeze", value, net.ints(-1, -2))
        value = net.add("Unsqueeze", net.add("Relu", value), net.ints(2, 3))
    check_agrees(net.model(net.conv(value, 3, 5, 1)))


def test_channels_last_model() -> None:
    net = Net(shape=("N", 6, 8, 3))
    value = net.add("Transpose", "x", perm=[0, 3, 1, 2])
    value = net.conv(value, 3, 4)
    value = net.add("Transpose", value, perm=[0, 2, 3, 1])
    value = net.add("Mul", net.add("Add", value, net.random(4)), net.random(1, 1, 1, 4))
    value = net.add("Relu", value)
    value = net.add("Concat", value, value, axis=3)
    value = net.add("Transpose", value, perm=[0, 3, 1, 2])
    value = net.conv(value, 8, 4, strides=[2, 2])
    value = net.add("Transpose", value, perm=[0, 2, 3, 1])
    mean = net.add("ReduceMean", value, axes=[1, 2], keepdims=0)
    flat = net.add("Reshape", value, net.ints(-1, 48))
    first = net.add("MatMul", mean, net.random(4, 5))
    second = net.add("MatMul", flat, net.random(48, 5))
    graph = check_agrees(net.model(first, second), last=True)
    check_golden("frontend/onnx_channels_last.txt", to_text(graph))


def test_channels_last_output() -> None:
    net = Net(shape=("N", 6, 8, 3))
    value = net.conv(net.add("Transpose", "x", perm=[0, 3, 1, 2]), 3, 4)
    value = net.add("Transpose", value, perm=[0, 2, 3, 1])
    check_agrees(net.model(value), last=True)


def option_a(net: Net, value: str) -> str:
    """x[:, :, ::2, ::2] padded with two channels before and after, as torch exports it."""
    far = net.ints(2**63 - 1)
    for axis in (2, 3):
        value = net.add("Slice", value, net.ints(0), far, net.ints(axis), net.ints(2))
    return net.add("Pad", value, net.ints(0, 2, 0, 0, 0, 2, 0, 0), net.const(0.0))


def test_option_a_shortcut() -> None:
    net = Net(shape=("N", 4, 7, 8))
    value = net.conv("x", 4, 8, strides=[2, 2])
    value = net.add("Add", value, option_a(net, "x"))
    graph = check_agrees(net.model(value))
    assert [type(node) for node in graph.nodes[2:]] == [n.Subsample, n.PadChannels, n.Add]
    subsample = graph.nodes[2]
    assert isinstance(subsample, n.Subsample)
    assert subsample.stride == Size(2, 2)
    check_golden("frontend/onnx_option_a.txt", to_text(graph))


def test_option_a_shortcut_joined_with_zeros() -> None:
    net = Net(shape=("N", 4, 8, 8))
    value = net.add("Slice", "x", net.ints(0, 0), net.ints(8, 8), net.ints(2, 3), net.ints(2, 2))
    shape = net.ints(1, 2, 4, 4)
    zero = numpy_helper.from_array(np.zeros(1, np.float32))
    zeros = net.add("ConstantOfShape", shape, value=zero)
    graph = check_agrees(net.model(net.add("Concat", zeros, value, zeros, axis=1)), batch=1)
    pad = graph.nodes[-1]
    assert isinstance(pad, n.PadChannels)
    assert (pad.before, pad.after) == (2, 2)


def test_crop_is_unsupported() -> None:
    net = Net()
    value = net.add("Slice", "x", net.ints(1), net.ints(7), net.ints(2), name="/Slice")
    with pytest.raises(UnsupportedOperator, match=r"takes \[1:7:1\] of axis 2"):
        import_onnx(net.model(value), name="net")


def test_dense_block() -> None:
    net = Net(shape=("N", 4, 6, 6))
    features = ["x"]
    for _ in range(3):
        value = net.add("Concat", *features, axis=1) if len(features) > 1 else features[0]
        channels = 4 + 2 * (len(features) - 1)
        value = net.add("Relu", net.batch_norm(value, channels))
        features.append(net.conv(value, channels, 2))
    value = net.add("Concat", *features, features[0], axis=-3)
    graph = check_agrees(net.model(value))
    assert len(graph.nodes[-1].inputs) == 5


def test_joined_vectors_of_flattened_maps() -> None:
    net = Net(shape=("N", 2, 3, 4))
    small = net.add("MaxPool", "x", kernel_shape=[2, 2])
    value = net.add("Concat", net.add("Flatten", "x"), net.add("Flatten", small), axis=1)
    check_agrees(net.model(net.add("MatMul", value, net.random(36, 3))))


def test_join_along_rows_is_unsupported() -> None:
    net = Net()
    value = net.add("Concat", "x", "x", axis=2)
    with pytest.raises(UnsupportedOperator, match="along axis 2"):
        import_onnx(net.model(value), name="net")


def test_sum_of_three() -> None:
    net = Net()
    other = net.add("Relu", "x")
    check_agrees(net.model(net.add("Sum", "x", other, "x")))


def test_mixed_sum_of_pooled_and_product() -> None:
    net = Net()
    pooled = net.add("Flatten", net.add("GlobalMaxPool", "x"))
    product = net.add("MatMul", pooled, net.random(3, 3))
    check_agrees(net.model(net.add("Add", pooled, product)))


def test_nodes_in_any_order() -> None:
    net = Net()
    value = net.add("Relu", net.conv("x", 3, 4))
    model = net.model(value)
    nodes = list(reversed(model.graph.node))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    graph = import_onnx(model, name="net")
    assert [type(node) for node in graph.nodes] == [n.Input, n.Conv, n.Relu]


def test_dead_nodes_are_left_out() -> None:
    net = Net()
    value = net.add("Relu", "x")
    net.add("Einsum", "x", equation="...->...")
    assert len(import_onnx(net.model(value), name="net").nodes) == 2


def test_double_precision_model() -> None:
    net = Net(input_type=TensorProto.DOUBLE)
    weight = net.const(net.rng.normal(0, 1, (4, 3, 1, 1)), dtype=np.float64)
    graph = import_onnx(net.model(net.add("Conv", "x", weight)), name="net")
    assert graph.types[graph.outputs[0]].shape == (8, 8, 4)
