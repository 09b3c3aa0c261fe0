"""The stages of a spatial design: what becomes one layer of the hls4ml project each.

Stages talk through streams of packets. A stream is named as the stage that writes it; a packet
holds the last dimension of the stream's shape. A stream is read once: `fan_out` puts clones where
a value has several readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

from fpgaflow.hardware.folding import LayerFolding
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Padding, Size
from fpgaflow.ir.types import Parameter

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What all stages have.

    Attributes:
        name: unique, lower case, a C++ identifier.
        inputs: streams that it reads.
        outputs: streams that it writes, all of the same shape and format.
        shape: shape of its outputs; one packet is one last dimension.
        element: format of its outputs' numbers.
        layer: the graph's node that its accesses are counted with.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shape: Shape
    element: FixedType
    layer: str = ""

    @property
    def packets(self) -> int:
        """Packets of one image."""
        return prod(self.shape[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class InputStage(Stage):
    """The image that comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PadStage(Stage):
    """Zeros around a feature map (hls4ml's ZeroPadding2D)."""

    in_shape: Shape
    padding: Padding


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvStage(Stage):
    """A convolution without padding or groups (hls4ml's Conv2D or PointwiseConv2D)."""

    in_shape: Shape
    weight: Parameter
    bias: Parameter | None
    stride: Size
    accumulator: FixedType
    folding: LayerFolding


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseStage(Stage):
    """A fully connected layer (hls4ml's Dense)."""

    weight: Parameter
    bias: Parameter | None
    accumulator: FixedType
    folding: LayerFolding


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenStage(Stage):
    """Another name for a stream that a Dense reads whole (hls4ml's Reshape): no hardware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStage(Stage):
    """The sum of two streams of one shape (hls4ml's Merge)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatStage(Stage):
    """Two streams side by side in the last dimension (hls4ml's Concatenate)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneStage(Stage):
    """Copies of a stream, two to seven (hls4ml's Clone)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelStage(Stage):
    """A kernel of our own, from hls/include/fpgaflow.

    Attributes:
        kernel: the C++ function in namespace fpgaflow.
        header: the file that defines it.
        constants: name and C++ value of the members of its configuration.
        weight: its first array, if any; the configuration's weight_t.
        bias: its second array, if any; the configuration's bias_t.
        accumulator: the configuration's accum_t, if any.
        counted: which of its arrays are the graph's, so that reading them is reading weights.
    """

    kernel: str
    header: str
    constants: tuple[tuple[str, int | bool], ...]
    weight: Parameter | None = None
    bias: Parameter | None = None
    accumulator: FixedType | None = None
    counted: tuple[Literal["weight", "bias"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """Where a value of the graph can be watched.

    Attributes:
        stream: the stream that carries it.
        nodes: the graph's nodes whose value it is, with their shapes; more than one where a reshape
            changes nothing in the stream.
    """

    stream: str
    nodes: tuple[tuple[str, Shape], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """All stages in the order of the data.

    Attributes:
        stages: each after those that it reads.
        outputs: streams of the graph's outputs, in the graph's order.
        taps: the values that a simulation can trace, in the order in which they come to be.
    """

    stages: tuple[Stage, ...]
    outputs: tuple[str, ...]
    taps: tuple[Tap, ...]
