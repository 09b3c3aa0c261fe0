"""Make the input normalisation a part of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Affine
from fpgaflow.ir.types import Parameter
from fpgaflow.passes.rewrite import fresh_name, rewire

PIXEL_MAXIMUM = 255.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizeInput:
    """Put (pixel / 255 - mean) / std behind the input, so that the graph takes raw pixels.

    Attributes:
        mean: one for each channel, or one for all, on the scale of 0 to 1.
        std: likewise.
    """

    name: ClassVar[str] = "normalize-input"
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def requires(self, graph: Graph) -> str:
        """Nothing."""
        return ""

    def apply(self, graph: Graph) -> Graph:
        """Insert an `Affine` behind the input.

        Raises:
            InputRefused: when mean or std do not fit the image's channels.
        """
        source = graph.input
        channels = source.shape[-1] if len(source.shape) == 3 else 1
        mean, std = (
            self._spread("--mean", self.mean, channels),
            self._spread("--std", self.std, channels),
        )
        if np.any(std <= 0):
            raise InputRefused(
                f"--std: {', '.join(f'{value:g}' for value in self.std)}",
                accepted="positive numbers",
            )
        length = source.shape[-1]
        name = fresh_name(graph, "normalize")
        node = Affine(
            name=name,
            inputs=(source.name,),
            source="input normalisation",
            scale=f"{name}.scale",
            shift=f"{name}.shift",
        )
        parameters = dict(graph.parameters) | {
            node.scale: Parameter(values=np.broadcast_to(1 / (PIXEL_MAXIMUM * std), length)),
            node.shift: Parameter(values=np.broadcast_to(-mean / std, length)),
        }
        renamed = {source.name: name}
        nodes = [rewire(other, renamed) for other in graph.nodes]
        position = nodes.index(source) + 1
        outputs = tuple(renamed.get(value, value) for value in graph.outputs)
        return graph.with_nodes([*nodes[:position], node, *nodes[position:]], parameters, outputs)

    @staticmethod
    def _spread(option: str, values: tuple[float, ...], channels: int) -> np.ndarray:
        array = np.array(values, np.float64)
        if len(array) not in (1, channels) or not np.all(np.isfinite(array)):
            raise InputRefused(
                f"{option}: {', '.join(f'{value:g}' for value in values)}; "
                f"the network's image has {channels} channel{'s' * (channels != 1)}",
                accepted=f"1 or {channels} finite numbers, on the scale of 0 to 1"
                if channels > 1
                else "1 finite number, on the scale of 0 to 1",
            )
        return np.broadcast_to(array, channels)

    def ensures(self, graph: Graph) -> str:
        """The input is read by normalisation alone."""
        readers = graph.consumers()[graph.input.name]
        return "" if all(isinstance(node, Affine) for node in readers) else "raw pixels in use"
