"""Stock hls4ml on a network of ours, as its users get it: the peer of `compile.py`.

Default settings (ap_fixed<16,6> everywhere, reuse factor 1, Latency), the Vitis backend with
`io_stream`, through `ModelGraph.from_layer_list`: its PyTorch converter refuses the option-A
shortcut, so that users have to rewrite it as a 1×1 convolution; so does this.
"""

from __future__ import annotations

import contextlib
import io
import time
from pathlib import Path
from typing import Any

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.base import Pipeline
from fpgaflow.passes.fold_batch_norm import FoldBatchNorm
from fpgaflow.passes.simplify import Simplify

Layer = dict[str, Any]


def time_hls4ml(network: Graph, part: str, clock_mhz: float, folder: Path) -> dict[str, float]:
    """Convert, write and compile a network with hls4ml; return the seconds of each step.

    Args:
        network: real-valued, as a frontend made it: the normalised image comes in.
        part: the device.
        clock_mhz: the clock.
        folder: takes the project.
    """
    from hls4ml.model.graph import ModelGraph

    graph = Pipeline(passes=(Simplify(), FoldBatchNorm())).run(network)
    config = {
        "Backend": "Vitis",
        "ProjectName": "myproject",
        "OutputDir": str(folder),
        "Part": part,
        "ClockPeriod": 1000 / clock_mhz,
        "IOType": "io_stream",
        "HLSConfig": {
            "Model": {"Precision": "ap_fixed<16,6>", "ReuseFactor": 1, "Strategy": "Latency"}
        },
    }
    seconds: dict[str, float] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        started = time.perf_counter()
        model = ModelGraph.from_layer_list(config, layer_list(graph))
        seconds["convert"] = time.perf_counter() - started
        started = time.perf_counter()
        model.write()
        seconds["write"] = time.perf_counter() - started
        started = time.perf_counter()
        model.config.backend.compile(model)
        seconds["compile"] = time.perf_counter() - started
    return seconds


def layer_list(graph: Graph) -> list[Layer]:
    """Return hls4ml's layers of a residual network without batch norms."""
    layers: list[Layer] = []
    # Values that have no layer of their own, and a name that hls4ml keeps for itself.
    skipped: dict[str, str] = {graph.input.name: "image"}
    for node in graph.nodes:
        if isinstance(node, (n.Reshape, n.Subsample)):
            skipped[node.name] = skipped.get(node.inputs[0], node.inputs[0])
            continue
        layer = {
            "name": skipped.get(node.name, node.name),
            "inputs": [skipped.get(name, name) for name in node.inputs],
            "outputs": [skipped.get(node.name, node.name)],
            "data_format": "channels_last",
        }
        layers.append(layer | _attributes(graph, node))
    return layers


def _attributes(graph: Graph, node: n.Node) -> Layer:
    match node:
        case n.Input():
            layer: Layer = {"class_name": "InputLayer", "input_shape": list(node.shape)}
        case n.Conv():
            layer = _convolution(graph, node)
        case n.PadChannels():
            layer = _shortcut(graph, node)
        case n.Relu():
            elements = graph.types[node.name].elements
            layer = {"class_name": "Activation", "activation": "relu", "n_in": elements}
        case n.Add():
            layer = {"class_name": "Merge", "op": "add"}
        case n.AveragePool():
            layer = _global_pooling(graph, node)
        case n.Linear():
            layer = _dense(graph, node)
        case _:
            raise AssertionError(f"a residual network has no {type(node).__name__}")
    return layer


def _convolution(graph: Graph, node: n.Conv) -> Layer:
    bias = None if node.bias is None else graph.parameters[node.bias].real
    source, result = graph.input_types(node)[0].shape, graph.types[node.name].shape
    layer = _conv(source, result, graph.parameters[node.weight].real, bias, node.stride.height)
    for side, zeros in zip(node.padding._fields, node.padding, strict=True):
        layer[f"pad_{side}"] = zeros
    return layer


def _global_pooling(graph: Graph, node: n.AveragePool) -> Layer:
    height, width, channels = graph.input_types(node)[0].shape
    assert (height, width) == tuple(node.kernel), "a global pooling"
    return {
        "class_name": "GlobalAveragePooling2D",
        "in_height": height,
        "in_width": width,
        "n_filt": channels,
    }


def _dense(graph: Graph, node: n.Linear) -> Layer:
    weight = graph.parameters[node.weight].real
    assert node.bias is not None, "a classifier has a bias"
    return {
        "class_name": "Dense",
        "n_in": weight.shape[0],
        "n_out": weight.shape[1],
        "weight_data": weight,
        "bias_data": graph.parameters[node.bias].real,
    }


def _shortcut(graph: Graph, node: n.PadChannels) -> Layer:
    """Return option A as its users write it: a strided 1×1 convolution with an identity."""
    before = graph.node(node.inputs[0])
    assert isinstance(before, n.Subsample), "option A subsamples, then pads"
    shape = graph.input_types(before)[0].shape
    channels, filters = shape[2], graph.types[node.name].channels
    weight = np.zeros((1, 1, channels, filters))
    weight[0, 0, np.arange(channels), node.before + np.arange(channels)] = 1
    return _conv(shape, graph.types[node.name].shape, weight, None, before.stride.height)


def _conv(
    source: tuple[int, ...],
    result: tuple[int, ...],
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: int,
) -> Layer:
    height, width, channels, filters = weight.shape
    return {
        "class_name": "Conv2D",
        "in_height": source[0],
        "in_width": source[1],
        "n_chan": channels,
        "out_height": result[0],
        "out_width": result[1],
        "n_filt": filters,
        "filt_height": height,
        "filt_width": width,
        "stride_height": stride,
        "stride_width": stride,
        "pad_top": 0,
        "pad_left": 0,
        "pad_bottom": 0,
        "pad_right": 0,
        "weight_data": weight,
        "bias_data": bias,
    }
