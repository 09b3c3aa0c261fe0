"""The passes between the frontend and quantization, in their order."""

from __future__ import annotations

from collections.abc import Callable

from fpgaflow.ir.graph import Graph
from fpgaflow.passes.base import Pass, Pipeline
from fpgaflow.passes.fold_batch_norm import FoldBatchNorm
from fpgaflow.passes.fold_input_scale import FoldInputScale
from fpgaflow.passes.merge_affine import MergeAffine
from fpgaflow.passes.normalize_input import NormalizeInput
from fpgaflow.passes.simplify import Simplify

PASSES: dict[str, type[Pass]] = {
    kind.name: kind
    for kind in (NormalizeInput, Simplify, FoldBatchNorm, MergeAffine, FoldInputScale)
}
"""Every pass by its name."""


def canonicalize(
    graph: Graph,
    *,
    mean: tuple[float, ...] = (0.0,),
    std: tuple[float, ...] = (1.0,),
    dump: Callable[[str, Graph], None] | None = None,
) -> Graph:
    """Return the real-valued graph that quantization takes.

    Args:
        graph: what a frontend made; its input is the normalised image.
        mean: mean of the input normalisation, for each channel or one for all, 0 to 1.
        std: standard deviation of it, likewise.
        dump: called with each pass's name and graph.

    Raises:
        InputRefused: when mean or std do not fit the image.
    """
    passes: tuple[Pass, ...] = (
        NormalizeInput(mean=mean, std=std),
        Simplify(),
        FoldBatchNorm(),
        MergeAffine(),
        FoldInputScale(),
    )
    return Pipeline(passes=passes, dump=dump).run(graph)
