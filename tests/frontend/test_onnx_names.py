"""Names of nodes, from what exporters write."""

from __future__ import annotations

import pytest
from onnx import helper

from fpgaflow.frontend.onnx_names import module_path, readable_name


@pytest.mark.parametrize(
    ("name", "operator", "path"),
    [
        ("/layer1/layer1.0/conv1/Conv", "Conv", "layer1.0.conv1"),
        ("/layer1/layer1.0/Add", "Add", "layer1.0.add"),
        ("/layer1/layer1.0/relu_1/Relu", "Relu", "layer1.0.relu_1"),
        ("/layer1/layer1.0/Relu_1", "Relu", "layer1.0.relu_1"),
        ("/avgpool/GlobalAveragePool", "GlobalAveragePool", "avgpool"),
        ("/act/Clip", "Clip", "act.clip"),
        ("/Flatten", "Flatten", "Flatten"),
        ("Conv_17", "Conv", "Conv_17"),
        ("", "Conv", ""),
    ],
)
def test_module_path(name: str, operator: str, path: str) -> None:
    assert module_path(name, operator) == path


def test_layer_is_named_after_its_weights() -> None:
    node = helper.make_node("Conv", ["x", "layer1.0.conv1.weight"], ["y"], "node_Conv_351")
    assert readable_name(node) == "layer1.0.conv1"


def test_numbered_node_is_named_after_its_scopes() -> None:
    node = helper.make_node("Relu", ["x"], ["y"], "node_relu_1")
    entry = node.metadata_props.add()
    entry.key = "pkg.torch.onnx.name_scopes"
    entry.value = "['', 'layer1', 'layer1.0', 'relu_1']"
    assert readable_name(node) == "layer1.0.relu_1"


def test_unnamed_node_is_named_after_its_result() -> None:
    assert readable_name(helper.make_node("Relu", ["x"], ["features"])) == "features"
