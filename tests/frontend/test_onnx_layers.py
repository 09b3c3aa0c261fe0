"""Convolutions, products, batch norm and activations: the graph computes what onnxruntime does."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from fpgaflow.errors import InputRefused, UnsupportedOperator
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.text import to_text
from tests.frontend.onnx_models import Net, check_agrees
from tests.golden_files import check_golden


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 17, 21, 22])
def test_residual_network_of_every_opset(opset: int) -> None:
    net = Net(opset=opset)
    value = net.add("Relu", net.batch_norm(net.conv("x", 3, 4), 4))
    value = net.add("Add", value, net.conv(value, 4, 4))
    value = net.add("GlobalAveragePool", net.add("Relu", value))
    value = net.add("Gemm", net.add("Flatten", value), net.random(4, 5), net.random(5))
    check_agrees(net.model(value))


def test_residual_network_as_text() -> None:
    net = Net()
    value = net.conv("x", 3, 4)
    net.nodes[-1].name = "/layer1/layer1.0/conv1/Conv"
    value = net.batch_norm(value, 4, name="/layer1/layer1.0/bn1/BatchNormalization")
    first = net.add("Relu", value, name="/layer1/layer1.0/relu/Relu")
    value = net.add("Add", net.conv(first, 4, 4), first, name="/layer1/layer1.0/Add")
    value = net.add("GlobalAveragePool", value, name="/avgpool/GlobalAveragePool")
    value = net.add("Flatten", value, name="/Flatten")
    value = net.add("Gemm", value, net.random(10, 4), net.random(10), name="/fc/Gemm", transB=1)
    check_golden("frontend/onnx_residual.txt", to_text(check_agrees(net.model(value))))


@pytest.mark.parametrize(
    "attributes",
    [
        {"strides": [2, 1], "pads": [0, 1, 2, 1]},
        {"auto_pad": "SAME_UPPER", "strides": [2, 2], "pads": None},
        {"auto_pad": "SAME_LOWER", "strides": [3, 2], "pads": None},
        {"auto_pad": "VALID", "pads": None},
    ],
)
def test_convolution_windows(attributes: dict[str, object]) -> None:
    net = Net(shape=("N", 3, 9, 8))
    check_agrees(net.model(net.conv("x", 3, 4, **attributes)))


@pytest.mark.parametrize("groups", [2, 4])
def test_grouped_convolution(groups: int) -> None:
    net = Net(shape=(2, 4, 6, 5))
    weight = net.random(8, 4 // groups, 3, 2)
    check_agrees(net.model(net.add("Conv", "x", weight, group=groups)))


def test_pad_before_convolution_joins_its_padding() -> None:
    net = Net(shape=("N", 3, 6, 6))
    padded = net.add("Pad", "x", net.ints(0, 0, 0, 1, 0, 0, 1, 2))
    graph = check_agrees(net.model(net.conv(padded, 3, 4)))
    conv = graph.nodes[-1]
    assert isinstance(conv, n.Conv)
    assert conv.padding == Padding(1, 2, 2, 3)


def test_pad_of_old_opset_with_attributes() -> None:
    net = Net(opset=9)
    padded = net.add("Pad", "x", pads=[0, 0, 1, 1, 0, 0, 1, 1], mode="constant", value=0.0)
    check_agrees(net.model(net.conv(padded, 3, 4, pads=[0] * 4)))


@pytest.mark.parametrize(
    ("transposed", "attributes", "bias"),
    [(1, {}, (5,)), (0, {"alpha": 0.5, "beta": 2.0}, (1, 5)), (0, {}, None), (0, {}, ())],
)
def test_gemm(transposed: int, attributes: dict[str, float], bias: tuple[int, ...] | None) -> None:
    net = Net(shape=("N", 6))
    weight = net.random(*((5, 6) if transposed else (6, 5)))
    inputs = ["x", weight] if bias is None else ["x", weight, net.random(*bias)]
    check_agrees(net.model(net.add("Gemm", *inputs, transB=transposed, **attributes)))


def test_matmul_and_add_is_one_layer() -> None:
    net = Net(shape=("N", 6))
    product = net.add("MatMul", "x", net.random(6, 5))
    graph = check_agrees(net.model(net.add("Add", net.random(5), product)))
    assert [type(node) for node in graph.nodes] == [n.Input, n.Linear]


def test_matmul_read_twice_keeps_its_sum_apart() -> None:
    net = Net(shape=("N", 6))
    product = net.add("MatMul", "x", net.random(6, 5))
    graph = check_agrees(net.model(net.add("Add", product, net.random(5)), product))
    assert [type(node) for node in graph.nodes] == [n.Input, n.Linear, n.Affine]


def test_weights_of_a_layer_behind_a_flatten_follow_the_layout() -> None:
    net = Net(shape=("N", 3, 4, 5))
    value = net.add("Relu", net.add("Flatten", "x"))
    value = net.add("MatMul", value, net.random(60, 7))
    graph = check_agrees(net.model(net.batch_norm(value, 7)))
    assert isinstance(graph.nodes[-1], n.BatchNorm)


def test_batch_norm_of_a_flattened_map() -> None:
    net = Net(shape=("N", 2, 3, 3))
    value = net.batch_norm(net.add("Flatten", "x"), 18)
    check_agrees(net.model(net.add("MatMul", value, net.random(18, 4))))


@pytest.mark.parametrize("opset", [7, 13])
@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [(0.0, 6.0, n.Clamp), (-1.0, 1.0, n.Clamp), (0.0, None, n.Relu), (None, 2.0, n.Clamp)],
)
def test_clip(opset: int, low: float | None, high: float | None, kind: type[n.Node]) -> None:
    net = Net(opset=opset)
    if opset < 11:
        limits = {"min": low, "max": high}
        value = net.add("Clip", "x", **{k: v for k, v in limits.items() if v is not None})
    else:
        names = [net.const(limit) if limit is not None else "" for limit in (low, high)]
        value = net.add("Clip", "x", *names)
    assert type(check_agrees(net.model(value)).nodes[-1]) is kind


def test_clip_without_limits_is_nothing() -> None:
    net = Net()
    value = net.add("Clip", net.conv("x", 3, 4), "", net.const(np.inf))
    assert type(check_agrees(net.model(value)).nodes[-1]) is n.Conv


@pytest.mark.parametrize("shape", [(4, 1, 1), (1, 4, 1, 1), (), (1,), (1, 1, 1)])
@pytest.mark.parametrize("op", ["Add", "Sub", "Mul", "Div"])
def test_constants_per_channel(op: str, shape: tuple[int, ...]) -> None:
    net = Net(shape=("N", 4, 3, 2))
    check_agrees(net.model(net.add(op, "x", net.random(*shape))))


def test_constant_minus_value() -> None:
    net = Net(shape=("N", 4, 3, 2))
    check_agrees(net.model(net.add("Sub", net.random(4, 1, 1), "x")))


def test_convolution_and_constant_is_a_bias() -> None:
    net = Net()
    value = net.add("Conv", "x", net.random(4, 3, 1, 1))
    graph = check_agrees(net.model(net.add("Add", value, net.random(1, 4, 1, 1))))
    assert [type(node) for node in graph.nodes] == [n.Input, n.Conv]


def test_dropped_operators() -> None:
    net = Net(opset=13)
    value = net.add("Dropout", net.add("Identity", "x"))
    value = net.add("Cast", value, to=TensorProto.FLOAT)
    graph = check_agrees(net.model(net.add("Relu", value)))
    assert [type(node) for node in graph.nodes] == [n.Input, n.Relu]


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.float32])
@pytest.mark.parametrize("raw", [True, False])
def test_number_formats(dtype: type, raw: bool) -> None:
    net = Net()
    values = net.rng.normal(0, 1, (4, 3, 1, 1)).astype(dtype)
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    net.initializers.append(
        numpy_helper.from_array(values, "w")
        if raw
        else helper.make_tensor("w", kind, values.shape, values.reshape(-1).tolist())
    )
    graph = import_onnx(net.model(net.add("Conv", "x", "w")), name="net")
    found = graph.parameters["Conv_0_weight"].real
    np.testing.assert_array_equal(found, values.astype(np.float64).transpose(2, 3, 1, 0))


def test_bfloat16_weights() -> None:
    net = Net()
    net.initializers.append(
        helper.make_tensor("w", TensorProto.BFLOAT16, (1, 3, 1, 1), [1.0, -2.5, 0.0078125])
    )
    graph = import_onnx(net.model(net.add("Conv", "x", "w")), name="net")
    assert graph.parameters["Conv_0_weight"].real.reshape(-1).tolist() == [1.0, -2.5, 0.0078125]


def test_initializers_listed_as_inputs() -> None:
    net = Net()
    value = net.conv("x", 3, 4)
    names = tuple(tensor.name for tensor in net.initializers)
    check_agrees(net.model(value, extra_inputs=names))


def test_constant_nodes_as_weights() -> None:
    net = Net()
    weight = numpy_helper.from_array(net.rng.normal(0, 1, (4, 3, 1, 1)).astype(np.float32))
    check_agrees(net.model(net.add("Conv", "x", net.add("Constant", value=weight))))


def test_weights_turned_during_the_import() -> None:
    net = Net(shape=("N", 6))
    weight = net.add("Transpose", net.random(5, 6), perm=[1, 0])
    weight = net.add("Mul", weight, net.const(0.5))
    check_agrees(net.model(net.add("MatMul", "x", weight)))


def test_not_finite_weights() -> None:
    net = Net()
    net.const([[[[1.0]], [[np.nan]], [[np.inf]]]], "features.0.weight")
    with pytest.raises(InputRefused) as error:
        import_onnx(net.model(net.add("Conv", "x", "features.0.weight")), name="net")
    assert str(error.value) == (
        "model net, initializer 'features.0.weight': 2 of 3 values are NaN or infinite\n"
        "  accepted: finite weights\n"
        "  what to do: train again, or restore an earlier checkpoint: a network with such weights "
        "computes nothing"
    )


def test_dilation_is_unsupported() -> None:
    net = Net()
    value = net.conv("x", 3, 4, dilations=[2, 2], name="/aspp/Conv")
    with pytest.raises(UnsupportedOperator) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value) == (
        "model net: 1 node cannot become part of the graph\n"
        '    Conv "/aspp/Conv": dilations [2, 2]\n'
        "  accepted: dilation 1\n"
        "  what to do: replace the dilated layer by a larger dense kernel, and train again"
    )


def test_weights_of_other_channels() -> None:
    net = Net()
    with pytest.raises(InputRefused, match=r"shape \[4, 5, 3, 3\], in 1 groups, for 3 channels"):
        import_onnx(net.model(net.conv("x", 5, 4)), name="net")


def test_window_larger_than_the_map() -> None:
    net = Net(shape=("N", 3, 2, 2))
    with pytest.raises(InputRefused, match=r"has shape \[0, 0, 4\]"):
        import_onnx(net.model(net.conv("x", 3, 4, pads=[0] * 4)), name="net")


def test_stride_and_groups_reach_the_node() -> None:
    net = Net(shape=("N", 4, 8, 8))
    value = net.add("Conv", "x", net.random(4, 1, 3, 3), group=4, strides=[2, 2])
    conv = import_onnx(net.model(value), name="net").nodes[-1]
    assert isinstance(conv, n.Conv)
    assert (conv.stride, conv.groups, conv.bias) == (Size(2, 2), 4, None)
