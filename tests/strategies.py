"""Random fixed-point graphs: legal by `spec.FIXED`, small, of every operation.

Hypothesis draws the structure, so that a failing graph shrinks; the numbers come from a generator
that one drawn seed starts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from fpgaflow.ir import nodes as n
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.fixed import UINT8, FixedType, Overflow, Rounding, smallest_type
from fpgaflow.ir.geometry import Padding, Size, reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import pool_counts, sum_range
from fpgaflow.ir.spec import FIXED, verify
from fpgaflow.ir.types import Parameter

MAP_OPERATIONS: tuple[type[n.Node], ...] = (
    n.Conv,
    n.Affine,
    n.Relu,
    n.Clamp,
    n.Cast,
    n.Add,
    n.Concat,
    n.MaxPool,
    n.AveragePool,
    n.Reshape,
    n.Subsample,
    n.PadChannels,
)
VECTOR_OPERATIONS: tuple[type[n.Node], ...] = (
    n.Linear,
    n.Affine,
    n.Relu,
    n.Clamp,
    n.Cast,
    n.Add,
    n.Concat,
)


@dataclass
class _Builder:
    """The graph so far."""

    draw: st.DrawFn
    rng: np.random.Generator
    max_width: int
    all_modes: bool
    nodes: list[n.Node] = field(default_factory=list[n.Node])
    parameters: dict[str, Parameter] = field(default_factory=dict[str, Parameter])

    def graph(self) -> Graph:
        """The graph of the nodes so far; the newest one is its output."""
        return Graph(
            name="random",
            nodes=tuple(self.nodes),
            parameters=self.parameters,
            outputs=(self.nodes[-1].name,),
        )

    def element(self) -> FixedType:
        """A format for a value, near the pixels' magnitude often enough to be telling."""
        width = self.draw(st.integers(2, self.max_width))
        rounding, overflow = Rounding.PLUS_INFINITY, Overflow.SATURATE
        if self.all_modes:
            rounding = self.draw(st.sampled_from(Rounding))
            overflow = self.draw(st.sampled_from(Overflow))
        return FixedType(
            width=width,
            integer=self.draw(st.integers(-2, max(10, width + 2))),
            signed=self.draw(st.booleans()),
            rounding=rounding,
            overflow=overflow,
        )

    def constant(self, name: str, shape: tuple[int, ...]) -> FixedType:
        """Add random integers of a random signed format, extremes among them."""
        width = self.draw(st.integers(2, self.max_width))
        element = FixedType(width=width, integer=self.draw(st.integers(-2, 4)))
        values = self.rng.integers(element.minimum, element.maximum, shape, endpoint=True)
        extreme = self.rng.random(shape) < 0.1
        values = np.where(extreme, self.rng.choice([element.minimum, element.maximum]), values)
        self.parameters[name] = Parameter(values=values.astype(np.int64), element=element)
        return element

    def addend(self, name: str, size: int, fraction: int) -> Integers:
        """Add random integers at the products' fraction."""
        limit = 1 << self.draw(st.integers(1, self.max_width + 6))
        values = self.rng.integers(-limit, limit, (size,), dtype=np.int64)
        element = smallest_type(-limit, limit, fraction)
        self.parameters[name] = Parameter(values=values, element=element)
        return values


def _conv(b: _Builder, base: dict[str, object], shape: tuple[int, ...], read: FixedType) -> n.Node:
    channels = shape[2]
    groups = b.draw(st.sampled_from([g for g in range(1, channels + 1) if channels % g == 0]))
    outputs = groups * b.draw(st.integers(1, 4))
    kernel, stride, padding = _window(b, shape, pool=False)
    name = base["name"]
    factor = b.constant(f"{name}_weight", (*kernel, channels // groups, outputs))
    bias, accumulator = _sum(b, str(name), outputs, factor, read)
    return n.Conv(
        **base,  # pyright: ignore[reportArgumentType]
        weight=f"{name}_weight",
        bias=bias,
        stride=stride,
        padding=padding,
        groups=groups,
        accumulator=accumulator,
    )


def _linear(
    b: _Builder, base: dict[str, object], shape: tuple[int, ...], read: FixedType
) -> n.Node:
    outputs = b.draw(st.integers(1, 6))
    name = base["name"]
    factor = b.constant(f"{name}_weight", (shape[0], outputs))
    bias, accumulator = _sum(b, str(name), outputs, factor, read)
    return n.Linear(
        **base,  # pyright: ignore[reportArgumentType]
        weight=f"{name}_weight",
        bias=bias,
        accumulator=accumulator,
    )


def _sum(
    b: _Builder, name: str, outputs: int, factor: FixedType, read: FixedType
) -> tuple[str | None, FixedType]:
    fraction = factor.fraction + read.fraction
    bias = f"{name}_bias" if b.draw(st.booleans()) else None
    values = None if bias is None else b.addend(bias, outputs, fraction)
    weights = b.parameters[f"{name}_weight"].integers
    return bias, sum_range(weights, values, read, fraction).element


def _affine(
    b: _Builder, base: dict[str, object], shape: tuple[int, ...], read: FixedType
) -> n.Node:
    name = base["name"]
    factor = b.constant(f"{name}_scale", (shape[-1],))
    b.addend(f"{name}_shift", shape[-1], factor.fraction + read.fraction)
    return n.Affine(**base, scale=f"{name}_scale", shift=f"{name}_shift")  # pyright: ignore[reportArgumentType]


def _window(b: _Builder, shape: tuple[int, ...], *, pool: bool) -> tuple[Size, Size, Padding]:
    kernel = Size(*(b.draw(st.integers(1, min(3, size))) for size in shape[:2]))
    stride = Size(b.draw(st.integers(1, 2)), b.draw(st.integers(1, 2)))
    largest = [side - 1 if pool else side for side in (*kernel, *kernel)]
    padding = Padding(*(b.draw(st.integers(0, most)) for most in largest))
    return kernel, stride, padding


def _average_pool(b: _Builder, base: dict[str, object], shape: tuple[int, ...]) -> n.Node:
    kernel, stride, padding = _window(b, shape, pool=True)
    if b.draw(st.booleans()):
        kernel, stride, padding = Size(*shape[:2]), Size(1, 1), Padding()
    node = n.AveragePool(
        **base,  # pyright: ignore[reportArgumentType]
        kernel=kernel,
        stride=stride,
        padding=padding,
        count_include_pad=b.draw(st.booleans()),
        reciprocal=reciprocal_type(1, exact=True),
    )
    whole = kernel.height * kernel.width
    counts = pool_counts(
        Graph(name="", nodes=(*b.nodes, node), parameters=b.parameters, outputs=()), node
    )
    exact = whole & (whole - 1) == 0 and bool((counts == whole).all())
    return n.AveragePool(
        **base,  # pyright: ignore[reportArgumentType]
        kernel=kernel,
        stride=stride,
        padding=padding,
        count_include_pad=node.count_include_pad,
        reciprocal=reciprocal_type(whole, exact=exact),
    )


def _simple(
    b: _Builder, kind: type[n.Node], base: dict[str, object], shape: tuple[int, ...]
) -> n.Node:
    if kind is n.Clamp:
        low = b.draw(st.integers(-40, 40)) / 8
        return n.Clamp(**base, low=low, high=low + b.draw(st.integers(0, 400)) / 8)  # pyright: ignore[reportArgumentType]
    if kind is n.MaxPool:
        kernel, stride, padding = _window(b, shape, pool=True)
        return n.MaxPool(**base, kernel=kernel, stride=stride, padding=padding)  # pyright: ignore[reportArgumentType]
    if kind is n.Reshape:
        return n.Reshape(**base, shape=(int(np.prod(shape)),))  # pyright: ignore[reportArgumentType]
    if kind is n.Subsample:
        stride = Size(b.draw(st.integers(1, 3)), b.draw(st.integers(1, 3)))
        return n.Subsample(**base, stride=stride)  # pyright: ignore[reportArgumentType]
    if kind is n.PadChannels:
        before, after = b.draw(st.integers(0, 2)), b.draw(st.integers(0, 2))
        return n.PadChannels(**base, before=before, after=after)  # pyright: ignore[reportArgumentType]
    return kind(**base)  # pyright: ignore[reportArgumentType]


def _append(b: _Builder, operations: Collection[type[n.Node]]) -> None:
    graph = b.graph()
    newest = b.nodes[-1].name
    read = graph.types[newest]
    legal = MAP_OPERATIONS if len(read.shape) == 3 else VECTOR_OPERATIONS
    candidates = [kind for kind in legal if kind in operations]
    if not candidates:
        return
    kind = b.draw(st.sampled_from(candidates))
    base: dict[str, object] = {
        "name": f"n{len(b.nodes)}",
        "inputs": (newest, *_others(b, graph, kind)),
        "source": f"random.{len(b.nodes)}",
        "element": b.element(),
    }
    assert read.element is not None
    if kind is n.Conv:
        node = _conv(b, base, read.shape, read.element)
    elif kind is n.Linear:
        node = _linear(b, base, read.shape, read.element)
    elif kind is n.Affine:
        node = _affine(b, base, read.shape, read.element)
    elif kind is n.AveragePool:
        node = _average_pool(b, base, read.shape)
    else:
        node = _simple(b, kind, base, read.shape)
    b.nodes.append(node)


def _others(b: _Builder, graph: Graph, kind: type[n.Node]) -> list[str]:
    shape = graph.types[b.nodes[-1].name].shape
    if kind is n.Add:
        return [b.draw(st.sampled_from([k for k, t in graph.types.items() if t.shape == shape]))]
    if kind is n.Concat:
        names = [k for k, t in graph.types.items() if t.shape[:-1] == shape[:-1]]
        return b.draw(st.lists(st.sampled_from(names), max_size=2))
    return []


@st.composite
def fixed_graphs(
    draw: st.DrawFn,
    *,
    max_nodes: int = 6,
    max_width: int = 16,
    all_modes: bool = True,
    operations: Collection[type[n.Node]] = frozenset({*MAP_OPERATIONS, *VECTOR_OPERATIONS}),
) -> Graph:
    """Draw a graph that takes uint8 images or vectors and has one output, its last node.

    Each node reads the one before it (a join reads earlier ones too), so nothing is left unread.

    Args:
        draw: given by Hypothesis.
        max_nodes: operations after the input, at most.
        max_width: bits of values and weights, at most; biases and accumulators are wider.
        all_modes: any rounding and overflow mode; otherwise AP_RND and AP_SAT only.
        operations: the operations to choose from.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    builder = _Builder(draw=draw, rng=rng, max_width=max_width, all_modes=all_modes)
    sizes = st.integers(1, 6)
    maps = st.tuples(sizes, sizes, st.integers(1, 4))
    shape = draw(maps if draw(st.integers(0, 4)) else st.tuples(sizes))
    builder.nodes.append(n.Input(name="image", shape=shape, source="input", element=UINT8))
    for _ in range(draw(st.integers(1, max_nodes))):
        _append(builder, operations)
    graph = builder.graph()
    verify(graph, FIXED)
    return graph


def images_for(graph: Graph, count: int = 5, seed: int = 0) -> np.ndarray:
    """Return images of a graph: all 0, all 255, black and white, and random ones."""
    shape = (max(count, 3), *graph.input.shape)
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, shape, dtype=np.uint8)
    images[0], images[1] = 0, 255
    images[2] = rng.choice(np.array([0, 255], np.uint8), shape[1:])
    return images
