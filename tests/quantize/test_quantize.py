"""The whole of quantization on small networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.interpret import numpy_engine
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import from_real, to_real
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.text import to_text
from fpgaflow.ir.types import Parameter
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import LayerBits, Settings, quantize
from tests.golden_files import check_golden
from tests.small_networks import SAME, NetworkBuilder, dense_network, images, residual_network

MEAN, STD = (0.5, 0.25, 0.75), (0.25, 0.5, 0.125)
NETWORKS = {"residual": residual_network, "dense": dense_network}


def canonical(graph: Graph) -> Graph:
    return canonicalize(graph, mean=MEAN, std=STD)


def element(graph: Graph, name: str) -> FixedType:
    found = graph.node(name).element
    assert found is not None
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_golden_fixed_point_graph(name: str):
    fixed = quantize(canonical(NETWORKS[name]()), images(), Settings())
    check_golden(f"quantize/{name}.txt", to_text(fixed))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("bits", [2, 5, 8, 16])
def test_the_fixed_network_comes_nearer_with_more_bits(name: str, bits: int):
    graph = canonical(NETWORKS[name]())
    fixed = quantize(graph, images(), Settings(weight_bits=bits, activation_bits=bits))
    output = fixed.outputs[0]
    found = to_real(numpy_engine.run(fixed, images())[output], element(fixed, output))
    expected = run_real(graph, images())[output].numpy()
    error = np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2))
    # Rounding noise halves with each bit; the factor leaves room for what the layers add up to.
    assert error < 16 * 2.0**-bits


def test_a_relu_becomes_the_unsigned_format_of_its_producer():
    fixed = quantize(canonical(residual_network()), images(), Settings())
    assert not any(isinstance(node, n.Relu) for node in fixed.nodes)
    assert not element(fixed, "conv1").signed
    assert element(fixed, "conv2").signed
    assert not element(fixed, "total").signed


def test_a_relu_stays_where_its_input_has_another_reader():
    net = NetworkBuilder()
    value = net.conv("conv", "image", (3, 3))
    value = net.add(n.Add(name="sum", inputs=(value, net.relu("relu", value))))
    fixed = quantize(canonical(net.graph(value)), images(), Settings())
    assert isinstance(fixed.node("relu"), n.Relu)
    assert element(fixed, "conv").signed


def test_operands_of_an_addition_share_the_fraction():
    fixed = quantize(canonical(residual_network()), images(), Settings())
    assert element(fixed, "conv2").fraction == element(fixed, "wide").fraction


def test_a_concat_and_its_operands_share_one_format():
    fixed = quantize(canonical(dense_network()), images(), Settings())
    names = ("conv0", "conv1", "conv2", "pair", "every")
    assert len({element(fixed, name) for name in names}) == 1


def test_a_concat_casts_an_operand_whose_format_is_given():
    net = NetworkBuilder()
    target = FixedType(width=4, integer=1)
    value = net.conv("conv", "image", (3, 3))
    given = net.add(n.FakeQuantize(name="given", inputs=("image",), target=target))
    net.add(n.Concat(name="both", inputs=(given, value)))
    fixed = quantize(canonical(net.graph("both")), images(), Settings())
    assert element(fixed, "given") == target
    assert element(fixed, "both") == element(fixed, "conv") != target


def test_the_mean_is_subtracted_from_the_pixels_and_loses_nothing():
    fixed = quantize(canonical(residual_network()), images(), Settings())
    pixels = images()
    found = numpy_engine.run(fixed, pixels, keep=["normalize"])["normalize"]
    expected = pixels.astype(np.int64) * 8 - np.rint(255 * 8 * np.array(MEAN)).astype(np.int64)
    assert np.array_equal(found, expected)


def test_scores_get_sixteen_bits():
    fixed = quantize(canonical(residual_network()), images(), Settings(activation_bits=4))
    assert element(fixed, "classes").width == 16
    assert element(fixed, "conv1").width == 4


def test_layers_may_have_widths_of_their_own():
    layers = (
        LayerBits(pattern="conv*", weight_bits=5),
        LayerBits(pattern="conv1", weight_bits=3, activation_bits=7),
    )
    fixed = quantize(canonical(residual_network()), images(), Settings(layers=layers))
    widths = {name: kind.element.width for name, kind in fixed.parameters.items() if kind.element}
    assert (widths["conv0.weight"], widths["conv1.weight"]) == (5, 3)
    assert widths["classes.weight"] == 8
    assert element(fixed, "conv1").width == 7
    assert element(fixed, "conv0").width == 8


def test_a_layer_that_is_not_there_is_refused_with_the_nearest_names():
    settings = Settings(layers=(LayerBits(pattern="conv3", weight_bits=5),))
    with pytest.raises(InputRefused) as caught:
        quantize(canonical(residual_network()), images(), settings)
    assert str(caught.value) == (
        "layer settings: no layer is named conv3\n"
        "  accepted: names or patterns of layers, such as conv2, conv1, conv0\n"
        "  what to do: fpgaflow inspect lists the names"
    )


@pytest.mark.parametrize("bits", [1, 17])
def test_widths_outside_the_range_are_refused(bits: int):
    with pytest.raises(InputRefused) as caught:
        Settings(weight_bits=bits)
    assert str(caught.value) == f"--weight-bits: {bits} bits\n  accepted: 2 to 16 bits"


def test_bias_correction_removes_the_mean_error_of_a_layer():
    net = NetworkBuilder()
    graph = canonical(net.graph(net.conv("conv", "image", (3, 8))))
    expected = run_real(graph, images())["conv"].numpy().mean((0, 1, 2))
    errors = {}
    for corrected in (False, True):
        settings = Settings(weight_bits=3, bias_correction=corrected)
        fixed = quantize(graph, images(), settings)
        found = to_real(numpy_engine.run(fixed, images())["conv"], element(fixed, "conv"))
        errors[corrected] = np.abs(found.mean((0, 1, 2)) - expected).max()
    assert errors[True] < 0.01 * errors[False]


def quantized_by_its_maker() -> Graph:
    """A convolution with given weights, a batch norm, a ReLU and quantizers around them."""
    net = NetworkBuilder()
    target = FixedType(width=8, integer=3)
    value = net.add(n.FakeQuantize(name="pixels", inputs=("image",), target=target))
    integers = np.random.default_rng(3).integers(-7, 8, (3, 3, 3, 4))
    weight = Parameter(values=integers, element=FixedType(width=4, integer=1))
    net.parameters["conv.weight"] = weight
    net.add(n.Conv(name="conv", inputs=(value,), weight="conv.weight", padding=SAME))
    value = net.relu("relu", net.batch_norm("bn", "conv", 4))
    value = net.add(n.FakeQuantize(name="act", inputs=(value,), target=replace(target, integer=4)))
    pool = n.MaxPool(name="pool", inputs=(value,), kernel=Size(2, 2), stride=Size(2, 2))
    return net.graph(net.add(pool))


def test_quantizers_that_came_with_the_model_are_kept():
    fixed = quantize(canonical(quantized_by_its_maker()), images(), Settings(activation_bits=3))
    assert element(fixed, "normalize") == FixedType(width=8, integer=3)
    # Behind a ReLU the sign bit holds nothing.
    assert element(fixed, "bn") == FixedType(width=7, integer=3, signed=False)
    assert element(fixed, "conv").width == 16
    weight = fixed.parameters["conv.weight"]
    assert weight.element == FixedType(width=4, integer=1)
    assert not any(isinstance(node, (n.FakeQuantize, n.Relu)) for node in fixed.nodes)


def test_a_model_with_its_own_quantizers_keeps_its_numbers():
    graph = canonical(quantized_by_its_maker())
    fixed = quantize(graph, images(), Settings(bias_correction=False))
    found = numpy_engine.run(fixed, images())["pool"]
    expected = run_real(graph, images())["pool"].double().numpy()
    grid = from_real(expected, element(fixed, "pool"))
    # The batch norm's scale has 16 bits: a value that lies on a rounding boundary may differ.
    assert np.abs(found - grid).max() <= 1
    assert np.mean(found != grid) < 0.02
