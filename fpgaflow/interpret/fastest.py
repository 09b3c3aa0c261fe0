"""The exact interpreter, by the fastest engine that is installed: PyTorch's, or NumPy's.

Both give the same integers. A board without PyTorch takes NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from fpgaflow.interpret import numpy_engine
from fpgaflow.interpret.images import Images
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.graph import Graph

Scores = Callable[[Images], Integers]


def fastest_engine() -> str:
    """Return the name of the engine that `prepare_scores` takes: "PyTorch" or "NumPy"."""
    return "PyTorch" if find_spec("torch") is not None else "NumPy"


def prepare_scores(graph: Graph) -> Scores:
    """Return a function from images to the integers of the graph's first output.

    Args:
        graph: legal by `fpgaflow.ir.spec.FIXED`.

    Returns:
        From uint8 [n, *input shape] to int64 [n, *output shape]; it raises InputRefused for what
        is no such array.
    """
    name = graph.outputs[0]
    if fastest_engine() == "PyTorch":
        from fpgaflow.interpret.torch_engine import TorchInterpreter

        interpreter = TorchInterpreter(graph)
        return lambda images: interpreter.run(images)[name]
    return lambda images: numpy_engine.run(graph, images)[name]
