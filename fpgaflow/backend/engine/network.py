"""What lowering makes of a graph: values in bands, and layers, before anything has an address."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.nodes import Node

MapShape = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A feature map; a vector [n] is [1, 1, n].

    Attributes:
        name: of the graph's node, or one made from it for what the graph does not name.
        shape: height, width, channels.
        element: its format, at most 16 bits.
        band_rows: rows in each bank, a power of two.
        storage: the value whose bytes these are, in another shape; empty where they are its own.
        fixed: whether it has to lie alone: its pixels follow each other.
    """

    name: str
    shape: MapShape
    element: FixedType
    band_rows: int
    storage: str = ""
    fixed: bool = False

    @property
    def planes(self) -> int:
        """Bytes of a number."""
        return 1 if self.element.width <= 8 else 2

    @property
    def banks(self) -> int:
        """Banks that hold rows of it."""
        return -(-self.shape[0] // self.band_rows)

    @property
    def last_rows(self) -> int:
        """Rows in the last of them."""
        return self.shape[0] - (self.banks - 1) * self.band_rows

    @property
    def rows(self) -> int:
        """Rows that a bank has to have room for."""
        return min(self.band_rows, self.shape[0])

    def plane_range(self, plane: int) -> tuple[int, int]:
        """Return the least and the largest number in a plane, the high one first."""
        low, high = self.element.minimum, self.element.maximum
        if self.planes == 1:
            return low, high
        return (low >> 8, high >> 8) if plane == 0 else (0, 255)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One `ARRAY` instruction, or two where the output has two planes.

    Attributes:
        node: what it computes, or a part of it.
        inputs: values that it reads.
        output: the value that it writes.
        reads: for each phase, which input and which of its planes.
        shift_phases: the sum is shifted left by 8 between phases.
        weights: int8; dense [phases, kernel rows, kernel columns, inputs, outputs], diagonal
            [phases, kernel rows, taps, outputs].
        biases: int64 [outputs], the rounding addend included.
        shift: to the right, of the sum.
        low: lower limit of the result.
        high: upper limit.
        diagonal: channels do not mix.
        maximum: the largest tap instead of the sum.
        counted: its multiply-accumulates are useful ones.
        stride: rows and columns.
        top: rows of padding above.
        left: columns of padding to the left.
        before: channels of zeros before the input's first.
        tap_bytes: from tap to tap; None for the input's pixel pitch.
    """

    node: Node
    inputs: tuple[str, ...]
    output: str
    reads: tuple[tuple[int, int], ...]
    shift_phases: bool
    weights: NDArray[np.int8]
    biases: NDArray[np.int64]
    shift: int
    low: int
    high: int
    diagonal: bool
    maximum: bool = False
    counted: bool = False
    stride: Size = Size(1, 1)
    top: int = 0
    left: int = 0
    before: int = 0
    tap_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Values side by side in one map, by their addresses alone.

    Attributes:
        node: a concatenation, or what needs its operands so.
        output: the value that holds them.
        operands: values, in order of their channels.
        elements: the format in which each has to be there.
    """

    node: Node
    output: str
    operands: tuple[str, ...]
    elements: tuple[FixedType, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A value of the graph is complete.

    Attributes:
        node: whose value it is.
        value: where it is.
    """

    node: Node
    value: str


Item = Layer | Join | Done
