"""Holds what was simulated against the interpreter."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.csim import CsimResult
from fpgaflow.errors import VerificationFailed
from fpgaflow.interpret.torch_engine import TorchInterpreter
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.graph import Graph


def compare(graph: Graph, pixels: NDArray[np.uint8], result: CsimResult) -> int:
    """Return how many values of each image were compared; all their integers are equal.

    Raises:
        VerificationFailed: naming the first layer, index and both integers.
    """
    remedy = "this is an error in the generated design: please report the network"
    return hold_equal(
        graph, pixels, {**result.traced, **result.outputs}, by="C-simulation", remedy=remedy
    )


def hold_equal(
    graph: Graph,
    pixels: NDArray[np.uint8],
    found: Mapping[str, Integers],
    *,
    by: str,
    remedy: str,
) -> int:
    """Return how many values of each image were compared; all their integers are equal.

    Args:
        graph: the fixed-point graph.
        pixels: uint8 [n, *input shape].
        found: integers of nodes' values, [n, *shape], by name.
        by: who computed them.
        remedy: what to do where one differs.

    Raises:
        VerificationFailed: naming the first layer, index and both integers.
    """
    names = [name for name in graph.types if name in found]
    expected = TorchInterpreter(graph).run(pixels, keep=names)
    for name in names:
        wrong = np.argwhere(expected[name] != found[name])
        if len(wrong):
            place = tuple(int(part) for part in wrong[0])
            raise VerificationFailed(
                f"{by}: layer {name} (from {graph.node(name).source}), image {place[0]}, "
                f"index {list(place[1:])} is {int(found[name][place])}, "
                f"the interpreter says {int(expected[name][place])}; "
                f"{len(wrong)} integers of this layer differ",
                remedy=remedy,
            )
    return len(names)
