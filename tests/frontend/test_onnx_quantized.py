"""QDQ and QONNX models: the quantizers that are kept, and those that are refused."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper

from fpgaflow.errors import InputRefused, UnsupportedOperator
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.text import to_text
from tests.frontend.onnx_models import QONNX, Net, check_agrees
from tests.golden_files import check_golden

ADVICE = (
    "retrain or export with power-of-two scales (in Brevitas the quantizers for fixed point, such "
    "as Int8WeightPerTensorFixedPoint and Int8ActPerTensorFixedPoint), or hand over the float "
    "model and let fpgaflow quantize it"
)


def qdq(net: Net, value: str, scale: float, kind: type = np.int8, name: str | None = None) -> str:
    """Append a QuantizeLinear and its DequantizeLinear."""
    scale_name, zero = net.const(scale), net.const(0, dtype=kind)
    value = net.add("QuantizeLinear", value, scale_name, zero, name=name)
    return net.add("DequantizeLinear", value, scale_name, zero)


def stored(net: Net, codes: object, scale: object, kind: type = np.int8, axis: int = 0) -> str:
    """Append the DequantizeLinear of integers that are stored."""
    zero = net.const(np.zeros(np.shape(scale)), dtype=kind)
    return net.add(
        "DequantizeLinear", net.const(codes, dtype=kind), net.const(scale), zero, axis=axis
    )


def fake_quantizers(graph: object) -> list[FixedType]:
    return [node.target for node in graph.nodes if isinstance(node, n.FakeQuantize)]


def qdq_network() -> Net:
    net = Net(shape=("N", 3, 6, 6))
    codes = net.rng.integers(-128, 128, (4, 3, 3, 3))
    value = qdq(net, "x", 2.0**-5)
    weight = stored(net, codes, 2.0**-7)
    bias = stored(net, net.rng.integers(-4000, 4000, 4), 2.0**-12, np.int32)
    value = net.add("Relu", net.add("Conv", value, weight, bias))
    value = qdq(net, value, 2.0**-4, np.uint8)
    value = net.add("Flatten", net.add("MaxPool", value, kernel_shape=[4, 4]))
    weight = net.random(4, 5)
    value = net.add("MatMul", value, qdq(net, weight, 2.0**-6))
    net.nodes.append(helper.make_node("Identity", [value], ["y"], "/Identity"))
    return net


def test_qdq_network_exactly() -> None:
    graph = check_agrees(qdq_network().model("y"), exact=True)
    assert [str(target) for target in fake_quantizers(graph)] == [
        "s8.3 AP_RND_CONV AP_SAT",
        "u8.4 AP_RND_CONV AP_SAT",
    ]
    check_golden("frontend/onnx_qdq.txt", to_text(graph))


def test_quantized_weights_and_bias_stay_integers() -> None:
    net = qdq_network()
    graph = import_onnx(net.model("y"), name="net")
    conv = next(node for node in graph.nodes if isinstance(node, n.Conv))
    weight = graph.parameters[conv.weight]
    assert weight.element == FixedType(width=8, integer=1)
    assert weight.integers.dtype == np.int64
    bias = graph.parameters[str(conv.bias)]
    assert bias.element == FixedType(width=32, integer=20)


@pytest.mark.parametrize(
    ("kind", "width", "signed"),
    [(np.int8, 8, True), (np.uint8, 8, False), (np.int16, 16, True), (np.uint16, 16, False)],
)
def test_activation_formats(kind: type, width: int, signed: bool) -> None:
    net = Net(shape=("N", 2, 4, 4), opset=21)
    graph = check_agrees(net.model(qdq(net, "x", 0.25, kind)), exact=True)
    assert fake_quantizers(graph) == [
        FixedType(width=width, integer=width - 2, signed=signed, rounding=Rounding.EVEN)
    ]


def test_ties_round_to_even_and_saturate() -> None:
    net = Net(shape=("N", 5))
    model = net.model(qdq(net, "x", 1.0))
    images = np.array([[0.5, 1.5, -0.5, 200.0, -200.0], [2.5, -2.5, -1.5, 127.5, -128.5]])
    check_agrees(model, images=images, exact=True)


def test_four_bit_weights() -> None:
    net = Net(shape=("N", 3), opset=21)
    codes = [[-8, 7], [3, -1], [0, 5]]
    net.initializers.append(
        helper.make_tensor("w", TensorProto.INT4, (3, 2), np.reshape(codes, -1).tolist())
    )
    weight = net.add("DequantizeLinear", "w", net.const(0.5))
    graph = import_onnx(net.model(net.add("MatMul", "x", weight)), name="net")
    parameter = graph.parameters["MatMul_1_weight"]
    assert parameter.integers.tolist() == codes
    assert parameter.element == FixedType(width=4, integer=3)


def test_one_quantizer_read_through_two_dequantizers() -> None:
    net = Net(shape=("N", 2, 4, 4))
    scale, zero = net.const(0.25), net.const(0, dtype=np.int8)
    codes = net.add("QuantizeLinear", "x", scale, zero)
    first, second = (net.add("DequantizeLinear", codes, scale, zero) for _ in range(2))
    graph = check_agrees(net.model(net.add("Add", first, second)), exact=True)
    assert len(fake_quantizers(graph)) == 1


def test_scales_per_channel_share_the_finest_grid() -> None:
    net = Net(shape=("N", 3, 5, 5))
    codes = net.rng.integers(-127, 128, (2, 3, 1, 1))
    weight = stored(net, codes, [2.0**-4, 2.0**-7])
    value = net.add("Conv", qdq(net, "x", 2.0**-5), weight)
    graph = check_agrees(net.model(value), exact=True)
    parameter = graph.parameters[graph.nodes[-1].parameters[0]]
    assert parameter.element is not None
    assert parameter.element.fraction == 7
    assert parameter.element.width <= 11


def test_scales_per_channel_too_far_apart() -> None:
    net = Net(shape=("N", 3, 5, 5))
    net.const(np.full((2, 3, 1, 1), 100), "w", np.int8)
    scale, zero = net.const([2.0**-3, 2.0**-13]), net.const([0, 0], dtype=np.int8)
    weight = net.add("DequantizeLinear", "w", scale, zero, axis=0, name="/dq")
    with pytest.raises(InputRefused) as error:
        import_onnx(net.model(net.add("Conv", "x", weight)), name="net")
    assert str(error.value) == (
        "model net, DequantizeLinear \"/dq\": initializer 'w': scales from 2^-13 to "
        "2^-3 need 18 bits on one grid\n"
        "  accepted: up to 16 bits for all channels together\n"
        "  what to do: export with one scale per tensor, or with scales closer to each other"
    )


def test_scale_of_a_channel_of_zeros_does_not_count() -> None:
    net = Net(shape=("N", 2, 3, 3))
    weight = stored(net, [[[[3]], [[5]]], [[[0]], [[0]]]], [2.0**-3, 2.0**-40])
    graph = check_agrees(net.model(net.add("Conv", "x", weight)))
    assert graph.parameters["Conv_1_weight"].element == FixedType(width=8, integer=5)


def test_scale_that_is_no_power_of_two() -> None:
    net = Net()
    value = qdq(net, "x", 0.0123, name="/act/QuantizeLinear")
    with pytest.raises(InputRefused) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value) == (
        'model net, QuantizeLinear "/act/QuantizeLinear": scale 0.0123 is not a power of '
        "two; the nearest is 2^-6 = 0.015625\n"
        "  accepted: quantizers with power-of-two scales and zero point 0\n"
        f"  what to do: {ADVICE}"
    )


def test_scale_of_one_channel_that_is_no_power_of_two() -> None:
    net = Net()
    weight = stored(net, np.ones((4, 3, 1, 1)), [0.5, 0.3, 0.25, 0.7])
    with pytest.raises(InputRefused, match=r"scale 0\.3\d* of channel 1 \(2 of 4 are like it\)"):
        import_onnx(net.model(net.add("Conv", "x", weight)), name="net")


def test_zero_point() -> None:
    net = Net()
    value = net.add("Relu", "x")
    scale, zero = net.const(0.5), net.const(128, dtype=np.uint8)
    value = net.add("QuantizeLinear", value, scale, zero, name="q")
    value = net.add("DequantizeLinear", value, scale, zero)
    with pytest.raises(InputRefused) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value) == (
        'model net, QuantizeLinear "q": zero point 128\n'
        "  accepted: quantizers with power-of-two scales and zero point 0\n"
        f"  what to do: quantize symmetrically: {ADVICE}"
    )


def test_quantizer_of_image_pixels() -> None:
    net = Net()
    value = qdq(net, "x", 1 / 255, np.uint8, name="q")
    with pytest.raises(InputRefused) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value) == (
        'model net, QuantizeLinear "q": quantizes the input image with scale 1/255\n'
        "  accepted: a model whose input is the normalised image itself\n"
        "  what to do: export without the quantizer of the input: fpgaflow's hardware reads the "
        "uint8 pixels, and --mean and --std say how the network's input is normalised (mean 0 and "
        "std 1 for pixel/255)"
    )


def test_arithmetic_on_codes_is_unsupported() -> None:
    net = Net()
    scale, zero = net.const(0.5), net.const(0, dtype=np.int8)
    codes = net.add("QuantizeLinear", "x", scale, zero)
    value = net.add("MaxPool", codes, kernel_shape=[2, 2])
    value = net.add("DequantizeLinear", value, scale, zero)
    with pytest.raises(UnsupportedOperator, match="computes on the integers behind"):
        import_onnx(net.model(value), name="net")


def test_integer_operators_are_refused_by_name() -> None:
    net = Net()
    scale, zero = net.const(0.5), net.const(0, dtype=np.int8)
    codes = net.add("QuantizeLinear", "x", scale, zero)
    weight = net.const(np.ones((4, 3, 1, 1)), dtype=np.int8)
    value = net.add(
        "QLinearConv", codes, scale, zero, weight, scale, zero, scale, zero, name="/conv"
    )
    value = net.add("DequantizeLinear", value, scale, zero)
    with pytest.raises(UnsupportedOperator) as error:
        import_onnx(net.model(value), name="net")
    assert '    QLinearConv "/conv": there is no hardware for this operator' in str(error.value)
    assert "export in the QDQ format (onnxruntime: quant_format=QuantFormat.QDQ)" in str(
        error.value
    )


# QCDQ: a Clip says how many bits of the integer type are used

LIMITS = [(-8, 7, Overflow.SATURATE), (-7, 7, Overflow.SATURATE_SYMMETRIC)]


@pytest.mark.parametrize(("low", "high", "overflow"), LIMITS)
def test_clipped_codes_of_activations(low: int, high: int, overflow: Overflow) -> None:
    net = Net(shape=("N", 2, 4, 4))
    scale, zero = net.const(0.25), net.const(0, dtype=np.int8)
    value = net.add("QuantizeLinear", "x", scale, zero)
    limits = [net.const(limit, dtype=np.int8) for limit in (low, high)]
    value = net.add("DequantizeLinear", net.add("Clip", value, *limits), scale, zero)
    graph = check_agrees(net.model(value), exact=True)
    assert fake_quantizers(graph) == [
        FixedType(width=4, integer=2, rounding=Rounding.EVEN, overflow=overflow)
    ]


@pytest.mark.parametrize("is_stored", [True, False])
@pytest.mark.parametrize(("low", "high", "overflow"), LIMITS)
def test_clipped_codes_of_weights(low: int, high: int, overflow: Overflow, is_stored: bool) -> None:
    net = Net(shape=("N", 6))
    scale, zero = net.const(0.25), net.const(0, dtype=np.int8)
    limits = [net.const(limit, dtype=np.int8) for limit in (low, high)]
    if is_stored:
        codes = net.const(net.rng.integers(-20, 20, (6, 5)), dtype=np.int8)
    else:
        codes = net.add("QuantizeLinear", net.random(6, 5), scale, zero)
    weight = net.add("DequantizeLinear", net.add("Clip", codes, *limits), scale, zero)
    graph = check_agrees(net.model(net.add("MatMul", "x", weight)))
    (parameter,) = graph.parameters.values()
    assert parameter.element is not None
    assert (parameter.element.width, parameter.element.fraction) == (4, 2)
    assert parameter.element.overflow is overflow


def test_clipped_codes_of_no_number_of_bits() -> None:
    net = Net()
    scale, zero = net.const(0.25), net.const(0, dtype=np.int8)
    limits = [net.const(limit, dtype=np.int8) for limit in (-5, 6)]
    value = net.add("Clip", net.add("QuantizeLinear", "x", scale, zero), *limits)
    value = net.add("DequantizeLinear", value, scale, zero)
    with pytest.raises(UnsupportedOperator, match="limits integers to -5 and 6"):
        import_onnx(net.model(value), name="net")


# QONNX


def quant(net: Net, value: str, scale: object, bits: float = 8, domain: str = QONNX, **kw) -> str:
    attributes = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND", **kw}
    inputs = [net.const(scale), net.const(0.0), net.const(bits)]
    return net.add("Quant", value, *inputs, domain=domain, **attributes)


@pytest.mark.parametrize("domain", [QONNX, "onnx.brevitas", "finn.custom_op.general"])
def test_qonnx_network(domain: str) -> None:
    net = Net(shape=("N", 3, 6, 6))
    value = quant(net, "x", 2.0**-5, domain=domain)
    weight = quant(
        net, net.random(4, 3, 3, 3), np.full((4, 1, 1, 1), 0.25), 4, narrow=1, domain=domain
    )
    value = net.add("Relu", net.add("Conv", value, weight))
    value = quant(net, value, 2.0**-3, 6, signed=0, domain=domain)
    graph = import_onnx(net.model(value), name="net")
    assert fake_quantizers(graph) == [
        FixedType(width=8, integer=3, rounding=Rounding.EVEN),
        FixedType(width=6, integer=3, signed=False, rounding=Rounding.EVEN),
    ]
    (parameter,) = graph.parameters.values()
    assert parameter.element is not None
    assert (parameter.element.width, parameter.element.integer) == (4, 2)
    assert np.abs(parameter.integers).max() <= 7
    if domain == QONNX:
        check_golden("frontend/onnx_qonnx.txt", to_text(graph))


@pytest.mark.parametrize(
    ("mode", "rounding", "expected"),
    [
        ("ROUND", Rounding.EVEN, [0, 2, -2, 1, -1]),
        ("HALF_EVEN", Rounding.EVEN, [0, 2, -2, 1, -1]),
        ("HALF_UP", Rounding.INFINITY, [1, 2, -2, 1, -1]),
        ("HALF_DOWN", Rounding.ZERO, [0, 1, -1, 1, -1]),
        ("FLOOR", Rounding.TRUNCATE, [0, 1, -2, 0, -1]),
        ("DOWN", Rounding.TRUNCATE_ZERO, [0, 1, -1, 0, 0]),
    ],
)
def test_qonnx_rounding(mode: str, rounding: Rounding, expected: list[int]) -> None:
    values = [0.5, 1.5, -1.5, 0.75, -0.75]
    net = Net(shape=("N", 5))
    graph = import_onnx(net.model(quant(net, "x", 1.0, rounding_mode=mode)), name="net")
    assert [target.rounding for target in fake_quantizers(graph)] == [rounding]
    found = run_real(graph, np.array([values]))[graph.outputs[0]].numpy()
    assert found.tolist() == [expected]
    net = Net(shape=("N", 1))
    weight = quant(net, net.const([values]), 1.0, rounding_mode=mode)
    graph = import_onnx(net.model(net.add("MatMul", "x", weight)), name="net")
    assert graph.parameters["MatMul_1_weight"].integers.tolist() == [expected]


def test_qonnx_narrow_range_saturates_symmetrically() -> None:
    net = Net(shape=("N", 2))
    graph = import_onnx(net.model(quant(net, "x", 1.0, 4, narrow=1)), name="net")
    assert fake_quantizers(graph)[0].overflow is Overflow.SATURATE_SYMMETRIC
    found = run_real(graph, np.array([[100.0, -100.0]]))[graph.outputs[0]].numpy()
    assert found.tolist() == [[7, -7]]


@pytest.mark.parametrize(
    ("attributes", "bits", "found"),
    [
        ({"rounding_mode": "CEIL"}, 8, "rounding mode CEIL"),
        ({"signed": 0, "narrow": 1}, 8, "an unsigned narrow range"),
        ({}, 1, "signed integers of 1 bits"),
        ({}, 3.5, r"signed integers of 3\.5 bits"),
    ],
)
def test_qonnx_that_is_unsupported(attributes: dict[str, object], bits: float, found: str) -> None:
    net = Net()
    with pytest.raises(UnsupportedOperator, match=found):
        import_onnx(net.model(quant(net, "x", 1.0, bits, **attributes)), name="net")


def test_bipolar_quant_and_trunc_are_refused_by_name() -> None:
    net = Net()
    value = net.add("BipolarQuant", "x", net.const(1.0), domain=QONNX, name="/bq")
    rest = [net.const(number) for number in (1.0, 0.0, 8.0, 4.0)]
    value = net.add("Trunc", value, *rest, domain=QONNX, name="/tr")
    with pytest.raises(UnsupportedOperator) as error:
        import_onnx(net.model(value), name="net")
    assert str(error.value).startswith(
        "model net: 2 nodes cannot become part of the graph\n"
        '    BipolarQuant "/bq": there is no hardware for this operator of domain '
        "qonnx.custom_op.general\n"
        '    Trunc "/tr": there is no hardware for this operator of domain qonnx.custom_op.general'
    )


def test_activation_scales_per_channel_are_unsupported() -> None:
    net = Net()
    value = quant(net, "x", np.reshape([0.5, 0.25, 0.5], (1, 3, 1, 1)))
    with pytest.raises(UnsupportedOperator, match="activations with a scale per channel"):
        import_onnx(net.model(value), name="net")
