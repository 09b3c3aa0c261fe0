"""ONNX models made here, node by node, and their comparison with onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.ir.graph import Graph

QONNX = "qonnx.custom_op.general"


@dataclass
class Net:
    """An ONNX graph under construction; its input is `x`."""

    shape: tuple[int | str, ...] = ("N", 3, 8, 8)
    opset: int = 17
    seed: int = 0
    input_type: int = TensorProto.FLOAT
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: list[onnx.TensorProto] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def add(self, op: str, *inputs: str, name: str | None = None, domain: str = "", **kw) -> str:
        """Append a node and return the name of its output."""
        kw = {key: value for key, value in kw.items() if value is not None}
        output = f"v{len(self.nodes)}"
        title = f"/{op}_{len(self.nodes)}" if name is None else name
        self.nodes.append(helper.make_node(op, inputs, [output], title, domain=domain, **kw))
        return output

    def const(self, values: object, name: str | None = None, dtype: type = np.float32) -> str:
        """Add an initializer and return its name."""
        name = name or f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def ints(self, *values: int) -> str:
        return self.const(values, dtype=np.int64)

    def random(self, *shape: int, name: str | None = None) -> str:
        return self.const(self.rng.normal(0, 0.5, shape), name)

    def conv(self, value: str, inputs: int, outputs: int, kernel: int = 3, **kw) -> str:
        kw = {"pads": [kernel // 2] * 4, **kw}
        weight = self.random(outputs, inputs, kernel, kernel)
        return self.add("Conv", value, weight, self.random(outputs), **kw)

    def batch_norm(self, value: str, channels: int, **kw) -> str:
        rest = [self.random(channels) for _ in range(3)]
        variance = self.const(self.rng.uniform(0.5, 2, channels))
        return self.add("BatchNormalization", value, *rest, variance, **kw)

    def model(self, *outputs: str, extra_inputs: tuple[str, ...] = ()) -> onnx.ModelProto:
        """Return the model that gives these values."""
        inputs = [helper.make_tensor_value_info("x", self.input_type, list(self.shape))]
        by_name = {tensor.name: tensor for tensor in self.initializers}
        inputs += [
            helper.make_tensor_value_info(name, by_name[name].data_type, by_name[name].dims)
            for name in extra_inputs
        ]
        results = [helper.make_tensor_value_info(o, self.input_type, None) for o in outputs]
        graph = helper.make_graph(self.nodes, "g", inputs, results, self.initializers)
        opsets = [helper.make_opsetid("", self.opset)]
        domains = dict.fromkeys(node.domain for node in self.nodes if node.domain)
        opsets += [helper.make_opsetid(domain, 1) for domain in domains]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def onnx_result(model: onnx.ModelProto, images: NDArray[np.generic]) -> list[NDArray[np.generic]]:
    """Return what onnxruntime computes, without its optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": images})


def images_for(graph: Graph, *, batch: int = 2, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, (batch, *graph.input.shape))


def check_agrees(
    model: onnx.ModelProto,
    *,
    batch: int = 2,
    exact: bool = False,
    images: NDArray[np.generic] | None = None,
    last: bool = False,
) -> Graph:
    """Import, and compare every output with onnxruntime's.

    onnxruntime accumulates in float32, the graph in float64, so results differ by some float32
    rounding of values of size 1 to 100; with `exact` all sums fit 24 bits and none is rounded.
    `last` says that the model itself is channels-last.
    """
    graph = import_onnx(model, name="net")
    images = images_for(graph, batch=batch) if images is None else images
    images = np.float32(images)
    first = images.transpose(0, 3, 1, 2) if images.ndim == 4 and not last else images
    expected = onnx_result(model, np.ascontiguousarray(first))
    values = run_real(graph, images, dtype=torch.float64)
    for name, result in zip(graph.outputs, expected, strict=True):
        found = values[name].numpy()
        wanted = result.transpose(0, 2, 3, 1) if result.ndim == 4 and not last else result
        assert found.shape == wanted.shape
        if exact:
            np.testing.assert_array_equal(found, wanted)
        else:
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)
    return graph
