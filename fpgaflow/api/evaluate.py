"""Runs a network on images: the fixed-point graph exactly, a real-valued one in floating point."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.predictions import Predictions
from fpgaflow.errors import InputRefused
from fpgaflow.ir.arithmetic import Integers, to_real
from fpgaflow.ir.graph import Graph


def run_fixed(graph: Graph, pixels: NDArray[np.uint8]) -> dict[str, Integers]:
    """Return the integers of a fixed-point graph's outputs, by node name.

    PyTorch computes them where it is installed, NumPy elsewhere; the integers are the same.
    """
    if find_spec("torch") is None:
        from fpgaflow.interpret.numpy_engine import run

        return run(graph, pixels)
    from fpgaflow.interpret.torch_engine import TorchInterpreter

    return TorchInterpreter(graph).run(pixels)


def predict(
    graph: Graph, pixels: NDArray[np.uint8], class_names: tuple[str, ...] | None
) -> Predictions:
    """Return a network's scores.

    Args:
        graph: fixed-point, or real-valued and canonical; it takes raw pixels.
        pixels: uint8 [n, *input shape].
        class_names: where known.

    Raises:
        InputRefused: the network does not give one vector of scores.
    """
    name = graph.outputs[0]
    kind = graph.types[name]
    if len(graph.outputs) != 1 or len(kind.shape) != 1:
        raise InputRefused(
            f"{graph.name} gives {', '.join(str(graph.types[o]) for o in graph.outputs)}",
            accepted="one vector of scores, one for each class",
        )
    if graph.is_fixed:
        assert kind.element is not None, "a fixed-point graph"
        logits = to_real(run_fixed(graph, pixels)[name], kind.element)
    else:
        logits = _run_real(graph, pixels)
    names = class_names if class_names is not None and len(class_names) == kind.channels else None
    return Predictions(logits=logits, class_names=names)


def _run_real(graph: Graph, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    from fpgaflow.interpret.torch_real import run_real

    batch = 64
    parts = [
        run_real(graph, pixels[start : start + batch])[graph.outputs[0]].double().numpy()
        for start in range(0, len(pixels), batch)
    ]
    return np.concatenate(parts)
