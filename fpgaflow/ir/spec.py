"""Legality: what a graph may hold, as a table of rules apart from the node classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fpgaflow.errors import InputRefused
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import MAX_WIDTH
from fpgaflow.ir.geometry import reciprocals
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import exact_range, pool_counts

Rule = Callable[[Graph, n.Node], str]
"""Returns what is wrong with a node, or an empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How far a graph has come, and the rules that hold there.

    Attributes:
        name: for messages.
        rules: each checked on every node.
    """

    name: str
    rules: tuple[Rule, ...]


def verify(graph: Graph, level: Level, after: str = "") -> None:
    """Check every rule of the level.

    Args:
        graph: the graph to check.
        level: `REAL` or `FIXED`.
        after: the pass that made the graph, for the message.

    Raises:
        InputRefused: naming node, source and the broken rule.
    """
    stage = f" after {after}" if after else ""
    for node in graph.nodes:
        for rule in level.rules:
            problem = rule(graph, node)
            if problem:
                raise InputRefused(
                    f"graph {graph.name}{stage}: {type(node).__name__} {node.name} "
                    f"(from {node.source or 'nowhere'}): {problem}",
                    accepted=f"a legal {level.name} graph (fpgaflow/ir/spec.py)",
                )


_ARITY: dict[type[n.Node], tuple[int, int]] = {
    n.Input: (0, 0),
    n.Add: (2, 2),
    n.Concat: (1, 1 << 16),
}

_RANKS: dict[type[n.Node], tuple[int, ...]] = {
    n.Conv: (3,),
    n.MaxPool: (3,),
    n.AveragePool: (3,),
    n.Subsample: (3,),
    n.PadChannels: (3,),
    n.Linear: (1,),
}


def _inputs(graph: Graph, node: n.Node) -> str:
    least, most = _ARITY.get(type(node), (1, 1))
    if not least <= len(node.inputs) <= most:
        return f"has {len(node.inputs)} inputs"
    ranks = _RANKS.get(type(node), (1, 3))
    for kind in graph.input_types(node):
        if len(kind.shape) not in ranks:
            return f"reads a value of shape {list(kind.shape)}"
    return ""


def _known(graph: Graph, node: n.Node) -> str:
    return "" if type(node) in n.OPERATIONS else "is no operation of the graph"


def _positive(graph: Graph, node: n.Node) -> str:
    shape = graph.types[node.name].shape
    return "" if shape and all(size > 0 for size in shape) else f"yields shape {list(shape)}"


def _one_input(graph: Graph, node: n.Node) -> str:
    inputs = sum(isinstance(other, n.Input) for other in graph.nodes)
    return f"stands in a graph of {inputs} inputs" if inputs != 1 else ""


def _conv(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, n.Conv):
        return ""
    channels = graph.input_types(node)[0].channels
    shape = graph.parameters[node.weight].values.shape
    if len(shape) != 4 or shape[2] * node.groups != channels or shape[3] % node.groups:
        return f"has weights {list(shape)} in {node.groups} groups for {channels} channels"
    return _bias(graph, node.bias, shape[3])


def _linear(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, n.Linear):
        return ""
    length = graph.input_types(node)[0].elements
    shape = graph.parameters[node.weight].values.shape
    if len(shape) != 2 or shape[0] != length:
        return f"has weights {list(shape)} for {length} inputs"
    return _bias(graph, node.bias, shape[1])


def _bias(graph: Graph, name: str | None, outputs: int) -> str:
    shape = (outputs,) if name is None else graph.parameters[name].values.shape
    return "" if shape == (outputs,) else f"has a bias {list(shape)} for {outputs} outputs"


def _per_channel(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, (n.BatchNorm, n.Affine)):
        return ""
    channels = graph.input_types(node)[0].channels
    for name in node.parameters:
        shape = graph.parameters[name].values.shape
        if shape != (channels,):
            return f"has {name} of shape {list(shape)} for {channels} channels"
    return ""


def _joins(graph: Graph, node: n.Node) -> str:
    shapes = [kind.shape for kind in graph.input_types(node)]
    if isinstance(node, n.Add) and shapes[0] != shapes[1]:
        return f"adds shapes {list(shapes[0])} and {list(shapes[1])}"
    if isinstance(node, n.Concat) and len({shape[:-1] for shape in shapes}) > 1:
        return f"joins shapes {[list(shape) for shape in shapes]}"
    return ""


def _reshape(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, n.Reshape):
        return ""
    before, after = graph.input_types(node)[0].elements, graph.types[node.name].elements
    return "" if before == after else f"turns {before} numbers into {after}"


def _windows(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, (n.MaxPool, n.AveragePool)):
        return ""
    kernel, padding = node.kernel, node.padding
    if max(padding.top, padding.bottom) >= kernel.height:
        return f"has padding {padding} around a {kernel} window: a window of padding alone"
    if max(padding.left, padding.right) >= kernel.width:
        return f"has padding {padding} around a {kernel} window: a window of padding alone"
    return ""


def _real_only_nodes(graph: Graph, node: n.Node) -> str:
    banned = isinstance(node, (n.BatchNorm, n.FakeQuantize))
    return "has no fixed-point meaning" if banned else ""


def _formats(graph: Graph, node: n.Node) -> str:
    if node.element is None:
        return "has no fixed-point format"
    if any(graph.parameters[name].element is None for name in node.parameters):
        return "has a real-valued parameter"
    if isinstance(node, (n.Conv, n.Linear)) and node.accumulator is None:
        return "has no accumulator format"
    if isinstance(node, n.AveragePool) and node.reciprocal is None:
        return "has no reciprocal format"
    return ""


def _integers_inside(graph: Graph, node: n.Node) -> str:
    for name in node.parameters:
        parameter = graph.parameters[name]
        element = parameter.element
        if element is None or not parameter.values.size:
            continue
        if parameter.values.min() < element.minimum or parameter.values.max() > element.maximum:
            return f"has values of {name} outside {element}"
    return ""


def _bias_fraction(graph: Graph, node: n.Node) -> str:
    pair = _product_and_addend(node)
    if pair is None or pair[1] is None:
        return ""
    factor = graph.parameters[pair[0]].element
    addend = graph.parameters[pair[1]].element
    value = graph.input_types(node)[0].element
    if factor is None or addend is None or value is None:
        return ""
    expected = factor.fraction + value.fraction
    if addend.fraction != expected:
        return f"has {pair[1]} at fraction {addend.fraction}, its products at {expected}"
    return ""


def _product_and_addend(node: n.Node) -> tuple[str, str | None] | None:
    if isinstance(node, (n.Conv, n.Linear)):
        return node.weight, node.bias
    if isinstance(node, n.Affine):
        return node.scale, node.shift
    return None


def _accumulator(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, (n.Conv, n.Linear)) or node.accumulator is None:
        return ""
    factor = graph.parameters[node.weight].element
    value = graph.input_types(node)[0].element
    if factor is None or value is None:
        return ""
    if node.accumulator.fraction != factor.fraction + value.fraction:
        return f"has accumulator {node.accumulator}: its products are finer or coarser"
    span = exact_range(graph, node)
    if span.minimum < node.accumulator.minimum or span.maximum > node.accumulator.maximum:
        return f"has accumulator {node.accumulator}: its partial sums need {span.element}"
    return ""


def _reciprocals(graph: Graph, node: n.Node) -> str:
    if not isinstance(node, n.AveragePool) or node.reciprocal is None:
        return ""
    element, counts = node.reciprocal, pool_counts(graph, node)
    if element.fraction < 0 or int(reciprocals(counts, element).max()) > element.maximum:
        return f"has reciprocals of {int(counts.min())} to {int(counts.max())} outside {element}"
    return ""


def _exact_result(graph: Graph, node: n.Node) -> str:
    span = exact_range(graph, node)
    bits = span.magnitude.bit_length() + 1
    return f"has exact results of {bits} bits, more than {MAX_WIDTH}" if bits > MAX_WIDTH else ""


_STRUCTURE: tuple[Rule, ...] = (
    _known,
    _one_input,
    _inputs,
    _positive,
    _conv,
    _linear,
    _per_channel,
    _joins,
    _reshape,
    _windows,
)

REAL = Level(name="real-valued", rules=_STRUCTURE)
"""From the frontend to quantization."""

FIXED = Level(
    name="fixed-point",
    rules=(
        *_STRUCTURE,
        _real_only_nodes,
        _formats,
        _integers_inside,
        _bias_fraction,
        _reciprocals,
        _exact_result,
        _accumulator,
    ),
)
"""The contract: what the interpreter, the C-simulation and the board compute."""
