"""Holds a C-simulation against the interpreter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.csim import CsimResult
from fpgaflow.errors import VerificationFailed
from fpgaflow.interpret.torch_engine import TorchInterpreter
from fpgaflow.ir.graph import Graph


def compare(graph: Graph, pixels: NDArray[np.uint8], result: CsimResult) -> int:
    """Return how many values of each image were compared; all their integers are equal.

    Raises:
        VerificationFailed: naming the first layer, index and both integers.
    """
    found = {**result.traced, **result.outputs}
    names = [name for name in graph.types if name in found]
    expected = TorchInterpreter(graph).run(pixels, keep=names)
    for name in names:
        wrong = np.argwhere(expected[name] != found[name])
        if len(wrong):
            place = tuple(int(part) for part in wrong[0])
            raise VerificationFailed(
                f"C-simulation: layer {name} (from {graph.node(name).source}), image {place[0]}, "
                f"index {list(place[1:])} is {int(found[name][place])}, "
                f"the interpreter says {int(expected[name][place])}; "
                f"{len(wrong)} integers of this layer differ",
                remedy="this is an error in the generated design: please report the network",
            )
    return len(names)
