"""Formats of all values of a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8, FixedType, smallest_type
from fpgaflow.ir.graph import Graph
from fpgaflow.quantize.formats import Wanted, best_types
from fpgaflow.quantize.groups import PASS_THROUGH, Groups, find_groups
from fpgaflow.quantize.observe import Observed
from fpgaflow.quantize.settings import PIXEL_FRACTION, WIDE_BITS, Settings

Formats = Mapping[str, FixedType]


def choose_formats(
    graph: Graph, observed: Mapping[str, Observed], settings: Settings
) -> tuple[Groups, Formats]:
    """Choose the format of each value by squared error on the calibration data.

    Args:
        graph: a canonical real-valued graph.
        observed: what calibration saw of each value.
        settings: the widths.

    Returns:
        The groups of values that share formats, and each value's format.
    """
    groups = find_groups(graph, given_formats(graph))
    chooser = _Chooser(graph, groups, observed, settings)
    formats: dict[str, FixedType] = {}
    for cluster in groups.clusters:
        for leader, element in zip(cluster, chooser.cluster(cluster), strict=True):
            formats.update(dict.fromkeys(groups.members(leader), element))
    return groups, formats


def given_formats(graph: Graph) -> Formats:
    """Return the formats that need no choice: the pixels', and the mean-free pixels'."""
    given = {graph.input.name: UINT8}
    for node in graph.nodes:
        if is_pixel_shift(graph, node):
            assert isinstance(node, n.Affine)
            shift = np.rint(graph.parameters[node.shift].real * 2**PIXEL_FRACTION)
            least = int(shift.min())
            greatest = int(shift.max()) + (UINT8.maximum << PIXEL_FRACTION)
            given[node.name] = smallest_type(least, greatest, PIXEL_FRACTION)
    return given


def is_pixel_shift(graph: Graph, node: n.Node) -> bool:
    """Whether a node only subtracts the mean from the pixels."""
    return (
        isinstance(node, n.Affine)
        and node.inputs[0] == graph.input.name
        and bool(np.all(graph.parameters[node.scale].real == 1.0))
    )


class _Chooser:
    """Formats of clusters of groups, from what calibration saw."""

    def __init__(
        self,
        graph: Graph,
        groups: Groups,
        observed: Mapping[str, Observed],
        settings: Settings,
    ) -> None:
        self._graph = graph
        self._groups = groups
        self._observed = observed
        self._settings = settings
        self._positive = _never_negative(graph)
        self._consumers = graph.consumers()

    def cluster(self, leaders: tuple[str, ...]) -> list[FixedType]:
        """Return the formats of a cluster's groups, in order."""
        pin = self._groups.pins.get(leaders[0])
        if pin is not None:
            return [pin]  # a group whose format is given shares its fraction with no other
        return best_types([self._wanted(self._groups.members(leader)) for leader in leaders])

    def _wanted(self, members: tuple[str, ...]) -> Wanted:
        # Before an absorbed ReLU the negative half does not count.
        final = [name for name in members if name not in self._groups.absorbed.values()]
        passing = (*PASS_THROUGH, n.Concat)
        origins = [name for name in final if not isinstance(self._graph.node(name), passing)]
        return Wanted(
            samples=np.concatenate([self._observed[name].samples for name in origins or final]),
            width=self._width(members),
            signed=not all(name in self._positive for name in final),
        )

    def _width(self, members: tuple[str, ...]) -> int:
        widths = [self._settings.activation_width(name) for name in members]
        exception = max((width for width in widths if width is not None), default=None)
        wide = self._is_result(members) or self._awaits_scale(members)
        return exception or (WIDE_BITS if wide else self._settings.activation_bits)

    def _awaits_scale(self, members: tuple[str, ...]) -> bool:
        """Whether a value is on its way to a batch norm that could not be folded."""
        readers = [reader for name in members for reader in self._consumers[name]]
        producer = self._graph.node(members[0])
        product = isinstance(producer, (n.Conv, n.Linear))
        return product and bool(readers) and all(isinstance(node, n.Affine) for node in readers)

    def _is_result(self, members: tuple[str, ...]) -> bool:
        """Whether nothing but the user reads a group's values."""
        readers = [reader for name in members for reader in self._consumers[name]]
        inside = all(reader.name in members for reader in readers)
        return inside and any(name in self._graph.outputs for name in members)


def _never_negative(graph: Graph) -> frozenset[str]:
    """Return the values that cannot be below zero, whatever the weights."""
    found: set[str] = set()
    passing = (*PASS_THROUGH, n.AveragePool, n.Add, n.Concat, n.Cast)
    for node in graph.nodes:
        known = isinstance(node, (n.Input, n.Relu)) or (isinstance(node, n.Clamp) and node.low >= 0)
        if known or (isinstance(node, passing) and found.issuperset(node.inputs)):
            found.add(node.name)
    return frozenset(found)
