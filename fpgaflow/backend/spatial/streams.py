"""The builder that lowering writes its stages into."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import prod
from typing import Literal

from fpgaflow.backend.spatial.stages import KernelStage, Shape, Stage, Tap
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.types import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A value on its way: who writes it, how it is packed, what its numbers are."""

    name: str
    shape: Shape
    element: FixedType

    @property
    def packets(self) -> int:
        """Packets of one image."""
        return prod(self.shape[:-1])

    @property
    def numbers(self) -> int:
        """Numbers of one image."""
        return prod(self.shape)


class StageBuilder:
    """Collects stages, and says which stream carries which value of the graph.

    Attributes:
        stages: so far, in order.
        values: the stream of each value of the graph, by node name.
        layer: the node whose stages are being made.
    """

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self.values: dict[str, Stream] = {}
        self.layer = ""
        self._taps: dict[str, list[tuple[str, Shape]]] = {}
        self._names: set[str] = set()

    def name(self, position: int, node: str, suffix: str = "") -> str:
        """Return a C++ identifier for a stage of the node at a position of the graph."""
        clean = re.sub(r"[^a-z0-9]+", "_", node.lower()).strip("_")[:32].rstrip("_")
        name = "_".join(part for part in (f"n{position}", clean, suffix) if part)
        assert name not in self._names, f"two stages are named {name}"
        self._names.add(name)
        return name

    def add(self, stage: Stage) -> Stream:
        """Append a stage and return its (first) output."""
        self.stages.append(replace(stage, layer=self.layer))
        return Stream(name=stage.outputs[0], shape=stage.shape, element=stage.element)

    def kernel(
        self,
        name: str,
        function: str,
        stream: Stream,
        *,
        header: str,
        shape: Shape,
        element: FixedType,
        constants: dict[str, int | bool],
        weight: Parameter | None = None,
        bias: Parameter | None = None,
        accumulator: FixedType | None = None,
        counted: tuple[Literal["weight", "bias"], ...] = (),
    ) -> Stream:
        """Append a stage of one of our kernels."""
        return self.add(
            KernelStage(
                name=name,
                inputs=(stream.name,),
                outputs=(name,),
                shape=shape,
                element=element,
                kernel=function,
                header=header,
                constants=tuple(constants.items()),
                weight=weight,
                bias=bias,
                accumulator=accumulator,
                counted=counted,
            )
        )

    def repack(self, name: str, stream: Stream, shape: Shape, element: FixedType) -> Stream:
        """Give a value another packing, and perhaps another format."""
        return self.kernel(
            name,
            "repack",
            stream,
            header="repack.h",
            shape=shape,
            element=element,
            constants={"n_numbers": stream.numbers},
        )

    def cast(self, name: str, stream: Stream, element: FixedType) -> Stream:
        """Give a value another format in the same packing."""
        return self.kernel(
            name,
            "cast_stream",
            stream,
            header="elementwise.h",
            shape=stream.shape,
            element=element,
            constants={"n_packets": stream.packets},
        )

    def bind(self, node: str, shape: Shape, stream: Stream) -> None:
        """Say that a stream carries a node's value."""
        self.values[node] = stream
        self._taps.setdefault(stream.name, []).append((node, shape))

    @property
    def taps(self) -> tuple[Tap, ...]:
        """Where each value can be watched."""
        return tuple(Tap(stream=name, nodes=tuple(nodes)) for name, nodes in self._taps.items())
