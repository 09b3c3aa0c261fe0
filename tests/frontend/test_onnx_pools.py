"""Pooling: the graph computes what onnxruntime does."""

from __future__ import annotations

import pytest

from fpgaflow.errors import UnsupportedOperator
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size
from tests.frontend.onnx_models import Net, check_agrees

WINDOWS = [
    {"kernel_shape": [2, 2], "strides": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 2], "strides": [2, 3], "pads": [0, 1, 2, 0]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1},
    {"kernel_shape": [2, 2], "strides": [3, 3], "ceil_mode": 1},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1},
    {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
    {"kernel_shape": [2, 2], "strides": [1, 1], "auto_pad": "SAME_LOWER"},
    {"kernel_shape": [1, 1], "strides": [2, 2]},
    {"kernel_shape": [3, 3]},
]


@pytest.mark.parametrize("size", [(8, 8), (7, 9)])
@pytest.mark.parametrize("attributes", WINDOWS)
@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_windows(op: str, attributes: dict[str, object], size: tuple[int, int]) -> None:
    net = Net(shape=("N", 3, *size), opset=19)
    check_agrees(net.model(net.add(op, "x", **attributes)))


@pytest.mark.parametrize("ceil", [0, 1])
def test_average_counts_padding(ceil: int) -> None:
    net = Net(shape=("N", 3, 9, 9), opset=19)
    value = net.add(
        "AveragePool",
        "x",
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1, 1, 1, 1],
        count_include_pad=1,
        ceil_mode=ceil,
    )
    node = check_agrees(net.model(value)).nodes[-1]
    assert isinstance(node, n.AveragePool)
    assert node.count_include_pad


def test_average_counts_padding_but_not_what_ceil_mode_adds() -> None:
    net = Net(shape=("N", 3, 8, 8), opset=19)
    value = net.add(
        "AveragePool",
        "x",
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1, 1, 1, 1],
        count_include_pad=1,
        ceil_mode=1,
        name="pool",
    )
    with pytest.raises(UnsupportedOperator) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value) == (
        "model net: 1 node cannot become part of the graph\n"
        '    AveragePool "pool": ceil_mode with counted padding: windows that reach beyond the '
        "padding\n"
        "  accepted: ceil_mode with count_include_pad = 0, or without padding\n"
        "  what to do: choose a padding by which the windows come out even"
    )


@pytest.mark.parametrize("op", ["GlobalAveragePool", "GlobalMaxPool"])
def test_global(op: str) -> None:
    net = Net(shape=("N", 3, 5, 4))
    node = check_agrees(net.model(net.add(op, "x"))).nodes[-1]
    assert isinstance(node, (n.AveragePool, n.MaxPool))
    assert node.kernel == Size(5, 4)


@pytest.mark.parametrize("keep", [0, 1])
@pytest.mark.parametrize("opset", [13, 18])
@pytest.mark.parametrize("axes", [[2, 3], [-1, -2], [3]])
@pytest.mark.parametrize("op", ["ReduceMean", "ReduceMax"])
def test_reductions(op: str, axes: list[int], opset: int, keep: int) -> None:
    net = Net(shape=("N", 3, 5, 4), opset=opset)
    if opset == 13:
        value = net.add(op, "x", axes=axes, keepdims=keep)
    else:
        value = net.add(op, "x", net.ints(*axes), keepdims=keep)
    if axes == [3] and not keep:
        value = net.add("Unsqueeze", value, net.ints(3))
    if axes != [3] and not keep:
        value = net.add("MatMul", value, net.random(3, 2))
    check_agrees(net.model(value))


def test_mean_of_means_is_one_window() -> None:
    net = Net(shape=("N", 3, 5, 4), opset=13)
    value = net.add("ReduceMean", "x", axes=[3], keepdims=0)
    value = net.add("ReduceMean", value, axes=[2], keepdims=0)
    graph = check_agrees(net.model(net.add("MatMul", value, net.random(3, 2))))
    pools = [node for node in graph.nodes if isinstance(node, n.AveragePool)]
    assert [pool.kernel for pool in pools] == [Size(5, 4)]


def test_mean_of_folded_pixels() -> None:
    net = Net(shape=("N", 3, 5, 4), opset=13)
    value = net.add("Reshape", "x", net.ints(0, 3, -1))
    value = net.add("ReduceMean", value, axes=[2], keepdims=0)
    check_agrees(net.model(net.add("MatMul", value, net.random(3, 2))))


def test_mean_over_channels_is_unsupported() -> None:
    net = Net(shape=("N", 3, 5, 4), opset=13)
    value = net.add("ReduceMean", "x", axes=[1], name="mean")
    with pytest.raises(UnsupportedOperator, match=r'"mean": reduces axes \[1\] of a value'):
        import_onnx(net.model(value), name="net")


def padded(net: Net, value: str, fill: float) -> str:
    return net.add("Pad", value, net.ints(0, 0, 1, 1, 0, 0, 1, 1), net.const(fill))


def test_zero_border_of_max_pool_after_relu() -> None:
    net = Net()
    value = padded(net, net.add("Relu", net.conv("x", 3, 4)), 0.0)
    value = net.add("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2])
    node = check_agrees(net.model(value)).nodes[-1]
    assert isinstance(node, n.MaxPool)
    assert node.padding == Padding(1, 1, 1, 1)


def test_zero_border_of_max_pool_where_values_may_be_negative() -> None:
    net = Net()
    value = net.add("MaxPool", padded(net, "x", 0.0), kernel_shape=[3, 3])
    with pytest.raises(UnsupportedOperator, match="a border of 0 around values that may be"):
        import_onnx(net.model(value), name="net")


def test_infinite_border_of_max_pool() -> None:
    net = Net()
    value = net.add("MaxPool", padded(net, "x", -float("inf")), kernel_shape=[3, 3])
    check_agrees(net.model(value))


def test_zero_border_of_average_pool_counts() -> None:
    net = Net()
    value = net.add("AveragePool", padded(net, "x", 0.0), kernel_shape=[3, 3])
    check_agrees(net.model(value))


def test_indices_of_max_pool_are_unsupported() -> None:
    net = Net()
    value = net.add("MaxPool", "x", kernel_shape=[2, 2], name="pool")
    net.nodes[-1].output.append("indices")
    with pytest.raises(UnsupportedOperator, match='"pool": more than its first output is used'):
        import_onnx(net.model(value, "indices"), name="net")
