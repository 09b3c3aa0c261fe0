"""The exact meaning of the fixed-point graph in NumPy alone: what a board can run.

It is written to be read, and every other computation of the network must agree with it integer
by integer. `torch_engine` gives the same integers faster.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from fpgaflow.interpret.accumulators import check_partial_sums
from fpgaflow.interpret.images import Images, Keep, batches, check_images, kept_names
from fpgaflow.interpret.liveness import last_uses
from fpgaflow.interpret.numpy_ops import exact
from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers, cast
from fpgaflow.ir.graph import Graph

BATCH = 16
"""Images at a time: few enough for the 512 MB of a small board."""


def run(
    graph: Graph,
    images: Images,
    keep: Keep = "outputs",
    *,
    check_accumulators: bool = False,
) -> dict[str, Integers]:
    """Evaluate a fixed-point graph.

    Args:
        graph: legal by `fpgaflow.ir.spec.FIXED`.
        images: raw pixels, uint8 [n, *input shape].
        keep: which values to return.
        check_accumulators: also prove on these images that no partial sum of a convolution or
            linear layer, in whatever order, leaves the accumulator's format.

    Returns:
        The integers of each kept value in its format, int64 [n, *shape], by node name.

    Raises:
        InputRefused: images of another type or shape; an unknown name in `keep`.
        VerificationFailed: a partial sum left its accumulator.
    """
    check_images(graph, images)
    kept = kept_names(graph, keep)
    parts: dict[str, list[Integers]] = {name: [] for name in kept}
    for part in batches(len(images), BATCH):
        values = _run_batch(graph, images[part], kept, check_accumulators=check_accumulators)
        for name in kept:
            parts[name].append(values[name])
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def _run_batch(
    graph: Graph,
    images: Images,
    kept: Collection[str],
    *,
    check_accumulators: bool,
) -> dict[str, Integers]:
    values: dict[str, Integers] = {}
    for node, read_last in zip(graph.nodes, last_uses(graph), strict=True):
        assert node.element is not None, "the graph is real-valued"
        if isinstance(node, n.Input):
            values[node.name] = cast(images.astype(np.int64), 0, node.element)
        else:
            inputs = [values[name] for name in node.inputs]
            if check_accumulators and isinstance(node, (n.Conv, n.Linear)):
                check_partial_sums(graph, node, inputs[0])
            integers, fraction = exact(node, graph, inputs)
            values[node.name] = cast(integers, fraction, node.element)
        for name in set(read_last).difference(kept):
            del values[name]
    return values
