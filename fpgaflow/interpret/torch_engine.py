"""The fixed-point graph on PyTorch: the integers of `numpy_engine`, fast."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fpgaflow.interpret.images import Images, Keep, batches, check_images, kept_names
from fpgaflow.interpret.liveness import last_uses
from fpgaflow.interpret.torch_exact import exact_backends, exact_thread
from fpgaflow.interpret.torch_ops import Step, channels_first, channels_last, lower
from fpgaflow.interpret.torch_threads import compute_parts
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Node

BATCH = 64
"""Images at a time: enough to keep the cores busy, few enough to stay in their caches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    node: Node
    step: Step
    read_last: tuple[str, ...]


class TorchInterpreter:
    """A fixed-point graph prepared for repeated evaluation.

    Floating point is used only where the layer's own weights and its input's format prove every
    partial sum exact: float32 up to 2^24, float64 up to 2^53, int64 beyond.
    """

    def __init__(self, graph: Graph) -> None:
        """Prepare every operation of a graph that is legal by `fpgaflow.ir.spec.FIXED`."""
        self._graph = graph
        self._steps = tuple(
            _Prepared(node=node, step=lower(node, graph), read_last=read_last)
            for node, read_last in zip(graph.nodes, last_uses(graph), strict=True)
        )

    @property
    def graph(self) -> Graph:
        """The graph that is evaluated."""
        return self._graph

    def run(
        self, images: Images, keep: Keep = "outputs", *, batch: int = BATCH
    ) -> dict[str, Integers]:
        """Evaluate the graph.

        Args:
            images: raw pixels, uint8 [n, *input shape].
            keep: which values to return.
            batch: images evaluated at a time, by all cores together; the result does not
                depend on it.

        Returns:
            The integers of each kept value in its format, int64 [n, *shape], by node name.

        Raises:
            InputRefused: images of another type or shape; an unknown name in `keep`.
        """
        check_images(self._graph, images)
        kept = kept_names(self._graph, keep)
        size = -(-batch // torch.get_num_threads())
        parts = [images[part] for part in batches(len(images), size)]
        with exact_backends():
            results = compute_parts(lambda part: self._run_part(part, kept), parts)
        return {name: np.concatenate([values[name] for values in results]) for name in kept}

    def _run_part(self, images: Images, kept: Collection[str]) -> dict[str, Integers]:
        with exact_thread():
            values = self._evaluate(images, kept)
            return {name: _integers(values[name]) for name in kept}

    def _evaluate(self, images: Images, kept: Collection[str]) -> dict[str, Tensor]:
        # PyTorch takes only memory that may be written to; read-only images are copied.
        pixels = channels_first(torch.from_numpy(np.require(images, requirements=["C", "W"])))
        values: dict[str, Tensor] = {}
        for prepared in self._steps:
            node = prepared.node
            operands = [values[name] for name in node.inputs] or [pixels]
            values[node.name] = prepared.step(operands)
            for name in set(prepared.read_last).difference(kept):
                del values[name]
        return values


def _integers(value: Tensor) -> Integers:
    return channels_last(value).to(torch.int64).contiguous().numpy()
