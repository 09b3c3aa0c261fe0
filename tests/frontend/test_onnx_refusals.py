"""Models that are malformed, too large, or beyond the graph: exact messages, never a traceback."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from fpgaflow.errors import FpgaflowError, InputRefused, UnsupportedOperator
from fpgaflow.frontend.checkpoint_onnx import load_onnx
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.frontend.onnx_operators import ACCEPTED, OPERATORS, REMEDIES
from tests.frontend.onnx_models import QONNX, Net


def refusal(model: onnx.ModelProto, kind: type[FpgaflowError] = InputRefused) -> str:
    with pytest.raises(kind) as error:
        import_onnx(model, name="net")
    return str(error.value)


def test_all_unsupported_nodes_are_named() -> None:
    net = Net()
    value = net.add("LeakyRelu", net.conv("x", 3, 4), name="/act/LeakyRelu")
    value = net.add("Sigmoid", net.add("Relu", value), name="/gate/Sigmoid")
    value = net.add("Resize", value, name="")
    value = net.conv(value, 4, 4, dilations=[2, 2])
    value = net.add("Softmax", value, name="/Softmax")
    assert refusal(net.model(value), UnsupportedOperator) == (
        "model net: 4 nodes cannot become part of the graph\n"
        '    LeakyRelu "/act/LeakyRelu": there is no hardware for this operator\n'
        '    Sigmoid "/gate/Sigmoid": there is no hardware for this operator\n'
        '    Resize "v4": there is no hardware for this operator\n'
        '    Softmax "/Softmax": there is no hardware for this operator\n'
        f"  accepted: {ACCEPTED}\n"
        "  what to do: train with ReLU, ReLU6 or a clamp instead\n"
        "    express it with accepted operators, or remove it\n"
        "    export the model without it: the hardware returns the scores before it, whose order "
        "is the same, and `fpgaflow run` computes the confidences"
    )


def test_accepted_and_refused_operators_are_disjoint() -> None:
    assert not OPERATORS.keys() & REMEDIES.keys()
    assert list(OPERATORS) == sorted(OPERATORS)
    assert list(REMEDIES) == sorted(REMEDIES)


def test_local_functions_are_unsupported() -> None:
    net = Net()
    value = net.add("Block", "x", domain="pkg.torch", name="block")
    assert '"block": there is no hardware for this operator of domain pkg.torch' in refusal(
        net.model(value), UnsupportedOperator
    )


def test_no_graph() -> None:
    assert refusal(onnx.ModelProto()) == (
        "model net: no graph\n  accepted: an ONNX model with a graph"
    )


def test_several_inputs() -> None:
    net = Net()
    model = net.model(net.add("Relu", "x"))
    model.graph.input.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1]))
    assert refusal(model) == (
        "model net: 2 inputs (x, mask)\n"
        "  accepted: one input, the image\n"
        "  what to do: export the part of the network that turns one image into its result"
    )


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        (("N", 3, "H", "W"), "[N, 3, H, W]"),
        ((1, 3, 8), "[1, 3, 8]"),
        ((1, 3, 0, 8), "[1, 3, 0, 8]"),
        ((1, 3, -1, 8), "[1, 3, -1, 8]"),
    ],
)
def test_shape_of_the_input(shape: tuple[int | str, ...], written: str) -> None:
    net = Net(shape=shape)
    assert refusal(net.model(net.add("Relu", "x"))) == (
        f"model net, input 'x': shape {written}\n"
        "  accepted: [batch, channels, height, width] or [batch, features], all but the batch "
        "fixed\n"
        "  what to do: export with an example input of the size that the hardware will see, and "
        "only the batch dynamic"
    )


@pytest.mark.parametrize("batch", ["N", -1, 0, 1, 7])
def test_any_batch(batch: int | str) -> None:
    net = Net(shape=(batch, 3, 4, 4))
    value = net.add("MatMul", net.add("Flatten", "x"), net.random(48, 2))
    assert import_onnx(net.model(value), name="net").types["MatMul_1"].shape == (2,)


def test_integer_input() -> None:
    net = Net(input_type=TensorProto.UINT8)
    assert refusal(net.model(net.add("Cast", "x", to=TensorProto.FLOAT))).startswith(
        "model net, input 'x': values of type UINT8\n"
        "  accepted: real numbers (the normalised image)"
    )


def test_huge_input() -> None:
    net = Net(shape=("N", 3, 100000, 100000))
    assert refusal(net.model(net.add("Relu", "x"))) == (
        "model net, input 'x': has shape [3, 100000, 100000]\n"
        "  accepted: 1 to 8388608 numbers an image"
    )


@pytest.mark.parametrize(("opset", "found"), [(6, 6), (99, 99)])
def test_opsets(opset: int, found: int) -> None:
    net = Net()
    model = net.model(net.add("Relu", "x"))
    model.opset_import[0].version = opset
    assert refusal(model).startswith(f"model net: ONNX opset {found}\n  accepted: opsets 7 to ")


def test_value_that_nothing_gives() -> None:
    net = Net()
    assert refusal(net.model(net.add("Relu", "missing", name="/Relu"))) == (
        "model net, Relu \"/Relu\": reads 'missing', which nothing gives\n"
        "  accepted: inputs that a node, an initializer or the model's input gives\n"
        "  what to do: export the model again; it is not a legal ONNX graph"
    )


def test_output_that_nothing_gives() -> None:
    net = Net()
    net.add("Relu", "x")
    assert "the model's output: reads 'other', which nothing gives" in refusal(net.model("other"))


def test_cycle() -> None:
    net = Net()
    net.add("Add", "x", "v1", name="/Add")
    net.add("Relu", "v0")
    assert refusal(net.model("v1")) == (
        'model net, Relu "/Relu_1": reads its own result, through other nodes\n'
        "  accepted: networks without cycles"
    )


def test_value_given_twice() -> None:
    net = Net()
    value = net.add("Relu", "x")
    net.add("Relu", "x", name="/again")
    net.nodes[-1].output[0] = value
    assert "model net, Relu \"/again\": gives 'v0', which is given already" in refusal(
        net.model(value)
    )


def test_external_data() -> None:
    net = Net()
    value = net.conv("x", 3, 4)
    tensor = net.initializers[0]
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    assert refusal(net.model(value)) == (
        "model net, initializer 'c0': the values are in another file\n"
        "  accepted: models that hold their weights themselves\n"
        "  what to do: save it as one file: onnx.save(onnx.load(path), path, "
        "save_as_external_data=False)"
    )


def test_weights_that_do_not_fill_their_shape() -> None:
    net = Net()
    value = net.conv("x", 3, 4)
    net.initializers[0].dims[0] = 5
    assert refusal(net.model(value)) == (
        "model net, initializer 'c0': 108 values for shape [5, 3, 3, 3]\n"
        "  accepted: 135 values\n"
        "  what to do: export the model again; the file is damaged"
    )


@pytest.mark.parametrize("dims", [[-1, 3, 3, 3], [1 << 40, 1 << 40]])
def test_impossible_shapes_of_weights(dims: list[int]) -> None:
    net = Net()
    value = net.conv("x", 3, 4)
    net.initializers[0].ClearField("dims")
    net.initializers[0].dims.extend(dims)
    assert refusal(net.model(value)).startswith(f"model net, initializer 'c0': shape {dims}")


def test_text_weights() -> None:
    net = Net()
    net.initializers.append(helper.make_tensor("w", TensorProto.STRING, [1], [b"hello"]))
    assert "initializer 'w': values of type STRING" in refusal(net.model(net.add("Conv", "x", "w")))


def test_integer_weights_without_a_dequantizer() -> None:
    net = Net()
    weight = net.const(np.ones((4, 3, 1, 1)), "w", np.int8)
    assert refusal(net.model(net.add("Conv", "x", weight))) == (
        "model net, initializer 'w': integers where weights belong\n"
        "  accepted: real numbers, or integers behind a DequantizeLinear"
    )


def test_constants_that_grow_without_end() -> None:
    net = Net()
    value = net.const(np.zeros(1 << 10))
    for _ in range(40):
        value = net.add("Concat", value, value, axis=0)
    text = refusal(net.model(net.add("Add", "x", value)))
    assert "the model's constants come to more than 67108864 numbers" in text


def test_constant_of_a_huge_shape() -> None:
    net = Net()
    value = net.add("ConstantOfShape", net.ints(1 << 40, 1 << 40))
    assert "come to more than 67108864 numbers" in refusal(net.model(net.add("Add", "x", value)))


def test_attribute_of_another_type() -> None:
    net = Net()
    value = net.add("MaxPool", "x", kernel_shape=2.0, name="/pool")
    assert refusal(net.model(value)) == (
        'model net, MaxPool "/pool": attribute kernel_shape is of type 1\n  accepted: integers'
    )


def test_missing_input() -> None:
    net = Net()
    assert refusal(net.model(net.add("Conv", "x", name="/conv"))) == (
        'model net, Conv "/conv": input 2 is missing\n'
        "  accepted: a constant (initializer or Constant node)"
    )


def test_flattened_map_as_output() -> None:
    net = Net()
    assert refusal(net.model(net.add("Flatten", "x"))) == (
        "model net, output 'v0': a feature map flattened to [N, 192]\n"
        "  accepted: feature maps and vectors\n"
        "  what to do: end the model with the feature map, before it is flattened: the graph's "
        "order is [h, w, c]"
    )


def test_product_of_two_computed_values() -> None:
    net = Net()
    value = net.add("Mul", "x", net.add("Relu", "x"), name="/Mul")
    assert '    Mul "/Mul": multiplies two computed values' in refusal(
        net.model(value), UnsupportedOperator
    )


# Fuzzing


def seeds() -> list[bytes]:
    """Small models that between them use every handler."""
    first = Net(shape=("N", 2, 4, 4))
    value = first.add("Relu", first.batch_norm(first.conv("x", 2, 4), 4))
    value = first.add("Concat", value, first.add("Clip", value, "", first.const(6.0)), axis=1)
    value = first.add("Pad", value, first.ints(0, 0, 1, 1, 0, 0, 1, 1))
    value = first.add("AveragePool", value, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    value = first.add("Slice", value, first.ints(0), first.ints(9), first.ints(2), first.ints(2))
    shape = first.add("Concat", first.ints(0), first.ints(-1), axis=0)
    value = first.add("Reshape", value, shape)
    value = first.add("Gemm", value, first.random(48, 3), first.random(3))
    second = Net(shape=("N", 4, 4, 2))
    value2 = second.add("Transpose", "x", perm=[0, 3, 1, 2])
    scale, zero = second.const(0.25), second.const(0, dtype=np.int8)
    value2 = second.add("QuantizeLinear", value2, scale, zero)
    value2 = second.add("DequantizeLinear", value2, scale, zero)
    weight = second.const(np.ones((2, 2, 1, 1)), dtype=np.int8)
    weight = second.add("DequantizeLinear", weight, second.const([0.5, 0.25]), "", axis=0)
    value2 = second.add("Conv", value2, weight)
    rest = [second.const(number) for number in (0.5, 0.0, 4.0)]
    value2 = second.add("Quant", value2, *rest, domain=QONNX, signed=1, narrow=0)
    value2 = second.add("Squeeze", second.add("GlobalMaxPool", value2), second.ints(2, 3))
    value2 = second.add("Sub", second.add("Mul", value2, second.random(2)), second.random(2))
    models = [first.model(value), second.model(value2)]
    for model in models:
        # ONNX's checker asks for a shape of the output.
        model.graph.output[0].type.tensor_type.shape.dim.add().dim_param = "N"
        model.graph.output[0].type.tensor_type.shape.dim.add()
    return [model.SerializeToString() for model in models]


SEEDS = seeds()


def attempt(data: bytes) -> None:
    """Load and import; any error but ours, and any warning, fails the test."""
    try:
        import_onnx(load_onnx(data, "fuzz.onnx"), name="fuzz")
    except FpgaflowError:
        return


def test_seeds_are_models() -> None:
    for data in SEEDS:
        import_onnx(load_onnx(data, "seed.onnx"), name="seed")


@settings(max_examples=250, deadline=None, derandomize=True)
@given(data=st.data())
def test_mutated_bytes(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    attempt(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_mutated_models(data: st.DataObject) -> None:
    """Changes that leave the file whole reach deeper than changed bytes do."""
    model = onnx.ModelProto.FromString(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 3))):
        _mutate(model, data)
    try:
        import_onnx(model, name="fuzz")
    except FpgaflowError:
        return


def _mutate(model: onnx.ModelProto, data: st.DataObject) -> None:
    graph = model.graph
    node = data.draw(st.sampled_from(list(graph.node)))
    names = [name for other in graph.node for name in (*other.input, *other.output)]
    number = data.draw(st.sampled_from([-(2**63), -2, -1, 0, 1, 2, 3, 5, 2**31, 2**63 - 1]))
    kind = data.draw(st.integers(0, 6))
    if kind == 0 and node.input:
        place = data.draw(st.integers(0, len(node.input) - 1))
        node.input[place] = data.draw(st.sampled_from(names))
    elif kind == 1 and node.input:
        del node.input[data.draw(st.integers(0, len(node.input) - 1))]
    elif kind == 2 and node.attribute:
        attribute = data.draw(st.sampled_from(list(node.attribute)))
        attribute.i = number
        if attribute.ints:
            attribute.ints[data.draw(st.integers(0, len(attribute.ints) - 1))] = number
    elif kind == 3:
        node.op_type = data.draw(st.sampled_from([*OPERATORS, *REMEDIES]))
    elif kind == 4:
        tensor = data.draw(st.sampled_from(list(graph.initializer)))
        size = len(tensor.raw_data)
        tensor.raw_data = data.draw(st.binary(min_size=size, max_size=size))
    elif kind == 5:
        tensor = data.draw(st.sampled_from(list(graph.initializer)))
        if tensor.dims:
            tensor.dims[data.draw(st.integers(0, len(tensor.dims) - 1))] = number
        else:
            tensor.data_type = data.draw(st.integers(0, 24))
    else:
        sizes = graph.input[0].type.tensor_type.shape.dim
        sizes[data.draw(st.integers(0, len(sizes) - 1))].dim_value = number
