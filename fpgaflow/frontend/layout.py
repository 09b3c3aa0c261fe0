"""From channels-first to channels-last: where each element of a value lies in the graph.

A model sees a value channels-first, and may flatten it, unflatten it or turn its axes; in the
graph the value stays channels-last as its node made it. A `Layout` keeps the account, so that
reshaping costs nothing and the weights of the layer behind can be permuted to mean the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fpgaflow.ir.nodes import Shape

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """How the model sees a value of the graph; one image, no batch dimension.

    Attributes:
        shape: the model's shape, channels-first: (c, h, w) of a map, (n,) of a vector.
        order: of that shape: each element's place in the graph's value, flattened row-major.
            None for the natural order: a map's graph value is [h, w, c], a vector's [n].
    """

    shape: Shape
    order: NDArray[np.int64] | None = None

    @property
    def is_map(self) -> bool:
        """Whether it is a feature map (c, h, w) in natural order."""
        return len(self.shape) == 3 and self.order is None

    @property
    def elements(self) -> int:
        """How many numbers one image has here."""
        return prod(self.shape)

    @property
    def graph_shape(self) -> Shape:
        """The natural shape in the graph: [h, w, c] of a map, [n] of anything else."""
        if len(self.shape) == 3:
            channels, height, width = self.shape
            return (height, width, channels)
        return (self.elements,)

    def places(self) -> NDArray[np.int64]:
        """Return each element's place in the graph's flattened value, of shape `shape`."""
        return _natural(self.shape) if self.order is None else self.order

    def reshaped(self, shape: Shape) -> Layout:
        """Return the layout after a row-major reshape of the model's value."""
        return _layout(self.places().reshape(shape))

    def transposed(self, axes: Sequence[int]) -> Layout:
        """Return the layout after a permutation of the model's axes."""
        return _layout(self.places().transpose(axes))

    def same_as(self, other: Layout) -> bool:
        """Whether both lay the same shape in the same order."""
        return self.shape == other.shape and np.array_equal(self.places(), other.places())

    def to_graph(self, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """Bring what the model indexes by flattened element into the graph's order.

        Args:
            values: [elements, ...], such as the rows of a fully connected layer behind.
        """
        result = np.empty_like(values)
        result[self.places().reshape(-1)] = values
        return result


def joined_vectors(layouts: Sequence[Layout]) -> Layout:
    """Return the layout of vectors joined end to end, in the model and in the graph."""
    offsets = np.cumsum([0, *(layout.elements for layout in layouts)])
    parts = [layout.places() + offset for layout, offset in zip(layouts, offsets[:-1], strict=True)]
    return _layout(np.concatenate(parts))


def _natural(shape: Shape) -> NDArray[np.int64]:
    order = np.arange(prod(shape), dtype=np.int64)
    if len(shape) != 3:
        return order.reshape(shape)
    channels, height, width = shape
    return order.reshape(height, width, channels).transpose(2, 0, 1)


def _layout(order: NDArray[np.int64]) -> Layout:
    shape = tuple(map(int, order.shape))
    natural = np.array_equal(order, _natural(shape))
    return Layout(shape=shape, order=None if natural else order)
