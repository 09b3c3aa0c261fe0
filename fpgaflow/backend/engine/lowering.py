"""The state of lowering: values and items so far, and the ways to add to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fpgaflow.backend.engine.bands import MAX_BAND, lane_shift, output_band
from fpgaflow.backend.engine.network import Done, Item, Layer, MapShape, Value
from fpgaflow.backend.engine.refusals import does_not_fit, unsupported
from fpgaflow.backend.engine.rounding import HIGHEST, LOWEST, Fit, fit
from fpgaflow.backend.engine.shorten import Line, shortened
from fpgaflow.backend.engine.sums import (
    MAX_PHASES,
    column_range,
    digits,
    prove_sums,
    trailing_zeros,
)
from fpgaflow.engine.config import EngineConfig
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Node
from fpgaflow.ir.ranges import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How a layer walks over its input, and what its output is.

    Attributes:
        shape: of the output.
        diagonal: channels do not mix.
        stride: rows and columns.
        top: rows of padding above.
        left: columns of padding to the left.
        before: channels of zeros before the input's first.
        counted: multiply-accumulates are useful ones.
    """

    shape: MapShape
    diagonal: bool
    stride: Size = Size(1, 1)
    top: int = 0
    left: int = 0
    before: int = 0
    counted: bool = False


@dataclass(slots=True, kw_only=True)
class Lowering:
    """A graph on its way.

    Attributes:
        graph: a legal fixed-point graph.
        config: the engine.
        values: so far, by name.
        items: so far, in order.
        names: for each value of the graph, the value that holds it.
        strided: subsampled values that are read where they were sampled from, with the stride.
    """

    graph: Graph
    config: EngineConfig
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    items: list[Item] = field(default_factory=list[Item])
    names: dict[str, str] = field(default_factory=dict[str, str])
    strided: dict[str, Size] = field(default_factory=dict[str, Size])

    def operand(self, node: Node, index: int = 0) -> Value:
        """Return the value that a node reads."""
        return self.values[self.names[node.inputs[index]]]

    def element(self, node: Node) -> FixedType:
        """Return a node's format."""
        assert node.element is not None, "the graph is real-valued"
        return node.element

    def add(self, node: Node, value: Value) -> Value:
        """Take a new value.

        Raises:
            DoesNotFit: a size that the engine's fields do not hold.
            UnsupportedOperator: more than 16 bits.
        """
        if value.element.width > 16:
            raise unsupported(
                node,
                f"gives {value.element}",
                "formats of at most 16 bits",
                "quantize to at most 16 bits, or compile with --style spatial",
            )
        if value.band_rows > MAX_BAND:
            raise does_not_fit(node, f"has {value.band_rows} rows in a bank", f"at most {MAX_BAND}")
        name = value.name
        while name in self.values:
            name += "'"
        value = replace(value, name=name)
        self.values[name] = value
        return value

    def done(self, node: Node, value: Value) -> None:
        """Say where a node's value is."""
        self.names[node.name] = value.name
        self.items.append(Done(node=node, value=value.name))

    def fix(self, value: Value) -> Value:
        """Have a value lie alone, its pixels one after the other."""
        fixed = replace(value, fixed=True)
        self.values[value.name] = fixed
        return fixed

    def band(self, value: Value, stride: int, height: int) -> int:
        """Return the band of what a layer makes of a value."""
        return output_band(self.config, value.band_rows, stride, height)

    def product(
        self,
        node: Node,
        value: Value,
        weights: Integers,
        biases: Integers | None,
        *,
        fraction: int,
        window: Window,
        element: FixedType | None = None,
        name: str = "",
        band: int = 0,
        low: int = LOWEST,
        high: int = HIGHEST,
    ) -> Value:
        """Append a layer of sums of products.

        Args:
            node: what is computed.
            value: the input.
            weights: dense [kernel rows, kernel columns, inputs, outputs] or diagonal [kernel rows,
                kernel columns, outputs].
            biases: [outputs], or None.
            fraction: of the products and biases.
            window: the geometry.
            element: of the output; the node's by default.
            name: of the output; the node's by default.
            band: of the output; the smallest by default.
            low: lower limit of the operation's own.
            high: upper limit.

        Returns:
            The output.
        """
        element = element or self.element(node)
        addends = np.zeros(weights.shape[-1], np.int64) if biases is None else biases
        span = _span(weights, addends, value.element, fraction)
        cast = fit(node, span, element, low=low, high=high)
        scaled, addends, shift = _shortest(value, weights, addends, cast, window)
        factors = self._phases(node, value, digits(scaled))
        wide = value.planes == 2
        reads = ((0, 0), (0, 1)) if wide else ((0, 0),) * len(factors)
        stacked = np.stack(factors)
        prove_sums(node, [value], reads, stacked, addends, shift_phases=len(reads) > 1)
        rows = band or self.band(value, window.stride.height, window.shape[0])
        output = self.add(
            node,
            Value(name=name or node.name, shape=window.shape, element=element, band_rows=rows),
        )
        self.items.append(
            Layer(
                node=node,
                inputs=(value.name,),
                output=output.name,
                reads=reads,
                shift_phases=len(reads) > 1,
                weights=stacked,
                biases=addends,
                shift=shift,
                low=cast.low,
                high=cast.high,
                diagonal=window.diagonal,
                counted=window.counted,
                stride=window.stride,
                top=window.top,
                left=window.left,
                before=window.before,
            )
        )
        return output

    def converted(
        self,
        node: Node,
        value: Value,
        element: FixedType,
        *,
        name: str = "",
        band: int = 0,
        low: int = LOWEST,
        high: int = HIGHEST,
    ) -> Value:
        """Append a layer that casts each number of a value, and return its output."""
        ones = np.ones((1, 1, value.shape[2]), np.int64)
        window = Window(shape=value.shape, diagonal=True)
        fraction = value.element.fraction
        return self.product(
            node,
            value,
            ones,
            None,
            fraction=fraction,
            window=window,
            element=element,
            name=name,
            band=band,
            low=low,
            high=high,
        )

    def _phases(self, node: Node, value: Value, found: list[np.ndarray]) -> list[np.ndarray]:
        if value.planes == 2 and len(found) > 1:
            raise unsupported(
                node,
                f"multiplies {value.element} by numbers of more than 8 bits",
                "at most 8 bits on one of the two sides",
                "use activations or weights of 8 bits, or compile with --style spatial",
            )
        if len(found) > MAX_PHASES:
            raise unsupported(
                node,
                f"multiplies by numbers of {8 * len(found)} bits",
                f"at most {8 * MAX_PHASES}",
            )
        return found * 2 if value.planes == 2 else found


def same_lanes(value: Value, stride: int, band: int, height: int) -> bool:
    """Whether one instruction computes a layer in all lanes."""
    return lane_shift(value.band_rows, band, stride, height) is not None


def _span(weights: Integers, addends: Integers, element: FixedType, fraction: int) -> Range:
    low, high = column_range(weights, element.minimum, element.maximum)
    return Range(int((low + addends).min()), int((high + addends).max()), fraction)


def _shortest(
    value: Value, weights: Integers, addends: Integers, cast: Fit, window: Window
) -> tuple[Integers, Integers, int]:
    """Return weights, addends and shift with the cast in them, in as few bits as is easy."""
    weights, addends = weights * cast.factor, addends * cast.factor + cast.addend
    # (2^n · x + b) >> shift is (x + (b >> n)) >> (shift - n).
    zeros = trailing_zeros(weights, cast.shift)
    weights, addends, shift = weights >> zeros, addends >> zeros, cast.shift - zeros
    count = len(digits(weights))
    one = weights[:1, :1]
    if count == 1 or not window.diagonal or np.any(weights != one):
        return weights, addends, shift
    area = weights.shape[0] * weights.shape[1]
    least, most = value.element.minimum * area, value.element.maximum * area
    line = Line(one.reshape(-1), addends, shift, cast.low, cast.high)
    line = shortened(line, min(least, 0), max(most, 0), count)
    weights = np.broadcast_to(line.weights, weights.shape)
    return weights, line.addends, line.shift
