"""ONNX files that other readers take, and this one must too."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fpgaflow.frontend.checkpoint_onnx import load_onnx
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.ir.nodes import MaxPool


def padded_pool_model(output_shape: list[int] | None) -> onnx.ModelProto:
    """A max pool behind a pad of minus infinity, as exporters write PyTorch's padded pooling."""
    constants = [
        numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1]), "pads"),
        numpy_helper.from_array(np.array(-np.inf, np.float32), "fill"),
    ]
    nodes = [
        helper.make_node("Pad", ["image", "pads", "fill"], ["padded"]),
        helper.make_node("MaxPool", ["padded"], ["out"], kernel_shape=[3, 3], strides=[2, 2]),
    ]
    graph = helper.make_graph(
        nodes,
        "pool",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 2, 8, 8])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, output_shape)],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def test_minus_infinity_may_fill_the_border_of_a_max_pool():
    model = load_onnx(padded_pool_model([1, 2, 4, 4]).SerializeToString(), "model.onnx")
    graph = import_onnx(model, name="pool")
    assert any(isinstance(node, MaxPool) and node.padding.top == 1 for node in graph.nodes)


def test_an_output_needs_no_shape():
    data = padded_pool_model(None).SerializeToString()
    model = load_onnx(data, "model.onnx")
    assert model.SerializeToString() == data
