"""Small explorations, and ways to disturb them.

The network is an ONNX file, which is read far sooner than PyTorch exports a module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import fpgaflow
from fpgaflow.api.network import read_network
from fpgaflow.api.progress import Unwatched
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.report.explore_schema import Exploration
from tests.api.tiny import tiny_images

FILES = ("explore.csv", "explore.html", "explore.json")


class Watched(Unwatched):
    """Calls a function with each number of finished points; keeps what is said."""

    def __init__(self, update: Callable[[int], None] = lambda _: None) -> None:
        self.lines: list[str] = []
        self.steps: list[str] = []
        self._update = update

    def begin(self, step: str) -> None:
        self.steps.append(step)

    def update(self, done: int, total: int) -> None:
        if self.steps[-1] == "explore":
            self._update(done)

    def say(self, line: str) -> None:
        self.lines.append(line)


def save_network(path: Path, scale: float = 1.0) -> Path:
    """Save a convolution and a fully connected layer for images of 6x6, three classes."""
    rng = np.random.default_rng(3)
    values = {
        "weight": rng.normal(0, scale, (2, 1, 3, 3)),
        "bias": rng.normal(0, scale, 2),
        "matrix": rng.normal(0, 1, (3, 2 * 4 * 4)),
        "shift": rng.normal(0, 0.1, 3),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["image", "weight", "bias"], ["conv"], name="conv"),
            helper.make_node("Relu", ["conv"], ["relu"], name="relu"),
            helper.make_node("Flatten", ["relu"], ["flat"], name="flat"),
            helper.make_node("Gemm", ["flat", "matrix", "shift"], ["scores"], name="fc", transB=1),
        ],
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 6, 6])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3])],
        [numpy_helper.from_array(np.float32(value), name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 10
    onnx.save(model, path)
    return path


def save_files(folder: Path) -> Path:
    """Save tiny.onnx, and images.npz with what the network says of the images as labels."""
    network = read_network(save_network(folder / "tiny.onnx"))
    real = canonicalize(network.graph, mean=(0.0,), std=(1.0,))
    labels = run_real(real, tiny_images())[real.outputs[0]].numpy().argmax(1)
    np.savez(folder / "images.npz", images=tiny_images(), labels=labels)
    return folder


def explore(folder: Path, output: str, **options: object) -> Exploration:
    """Explore tiny.onnx in `folder` at two widths, on two boards at two clocks."""
    given: dict[str, object] = {
        "calibration": folder / "images.npz",
        "calibration_images": 16,
        "bits": (3, (4, 6)),
        "boards": ("pynq-z2", "zcu104"),
        "clocks_mhz": (100.0, 150.0),
        "styles": ("spatial",),
        "workers": 1,
    }
    return fpgaflow.explore(folder / "tiny.onnx", output=folder / output, **(given | options))  # pyright: ignore[reportArgumentType]


def contents(output: Path) -> Mapping[str, bytes]:
    """The three files."""
    return {name: (output / name).read_bytes() for name in FILES}
