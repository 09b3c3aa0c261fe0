"""Groups of channels that can only be removed together.

A group is made of the layers whose outputs meet in a residual addition (or in a grouped
convolution). Its channels are numbered through its layers in the order in which they run: an
option-A shortcut, for instance, puts the first stage's channels in the middle of the second's, so
the group's first numbers are the first stage's channels and the next ones those that the second
stage adds around them. `outputs` says which layer holds which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from torch import Tensor, nn

from fpgaflow.compress.couplings_call import LayerUse, Record
from fpgaflow.compress.couplings_trace import trace

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelGroup:
    """Channels that are removed one by one, each from all layers that hold it.

    Attributes:
        name: module path of the first layer that makes them.
        channels: how many there are.
        producers: layers whose outputs they are: convolutions (depthwise ones too) and linear.
        consumers: layers that mix them with others: convolutions, linear and LSTM.
        norms: batch norms, and PReLUs of several slopes, that they pass.
        blocked: why none of them can be removed; empty where they can.
        outputs: of each producer and norm, the number in this group of each output channel; -1 for
            those of other groups.
        inputs: of each consumer, likewise of each input channel or feature (a channel that is
            flattened has several).
    """

    name: str
    channels: int
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    norms: tuple[str, ...]
    blocked: str
    outputs: Mapping[str, Numbers]
    inputs: Mapping[str, Numbers]


def find_groups(module: nn.Module, input_shape: Sequence[int]) -> tuple[ChannelGroup, ...]:
    """Return the network's groups of channels, in the order in which it makes them.

    The network runs once on PyTorch's meta device, which computes shapes only. Groups that hold
    channels of the network's input or output, or that an LSTM's hidden units are added to, are
    blocked.

    Args:
        module: the network, which is not changed.
        input_shape: of one input without the batch: (channels, height, width), (n,), or with
            frames in front.

    Raises:
        InputRefused: the network does not run on such an input.
        UnsupportedOperator: channels cannot be followed; it names the operation and its line.
    """
    return groups_of(trace(module, input_shape))


def groups_of(record: Record) -> tuple[ChannelGroup, ...]:
    """Return the groups that a trace found."""
    roots = record.atoms.roots()
    reasons = record.atoms.blocked()
    classes = {
        path: _distinct(roots[layer.outputs])
        for path, layer in record.layers.items()
        if layer.use in ("mix", "grouped", "depthwise") and layer.outputs is not None
    }
    return tuple(_group(record, roots, paths, classes, reasons) for paths in _connected(classes))


def _distinct(atoms: Tensor) -> Numbers:
    return tuple(dict.fromkeys(int(atom) for atom in atoms.tolist()))


def _connected(classes: Mapping[str, Numbers]) -> list[list[str]]:
    """Return the layers that share channels, together."""
    groups: list[tuple[set[int], list[str]]] = []
    for path, atoms in classes.items():
        touching = [group for group in groups if not group[0].isdisjoint(atoms)]
        merged: tuple[set[int], list[str]] = (set(atoms), [])
        for group in touching:
            merged[0].update(group[0])
            merged[1].extend(group[1])
        merged[1].append(path)
        groups = [group for group in groups if group not in touching] + [merged]
    order = list(classes)
    members = [sorted(paths, key=order.index) for _, paths in groups]
    return sorted(members, key=lambda paths: order.index(paths[0]))


def _group(
    record: Record,
    roots: Tensor,
    producers: list[str],
    classes: Mapping[str, Numbers],
    reasons: Mapping[int, str],
) -> ChannelGroup:
    ordered = dict.fromkeys(atom for path in producers for atom in classes[path])
    numbers = {atom: number for number, atom in enumerate(ordered)}

    def numbered(atoms: Tensor | None) -> Numbers:
        if atoms is None:
            return ()
        return tuple(numbers.get(int(atom), -1) for atom in roots[atoms].tolist())

    def touched(path: str, layer: LayerUse) -> bool:
        return any(number >= 0 for number in numbered(layer.inputs))

    norms = tuple(
        path
        for path, layer in record.layers.items()
        if layer.use == "norm" and any(number >= 0 for number in numbered(layer.outputs))
    )
    consumers = tuple(path for path, layer in record.layers.items() if touched(path, layer))
    blocked = next((reasons[atom] for atom in ordered if atom in reasons), "")
    return ChannelGroup(
        name=producers[0],
        channels=len(ordered),
        producers=tuple(producers),
        consumers=consumers,
        norms=norms,
        blocked=f"it holds {blocked}" if blocked else "",
        outputs=MappingProxyType(
            {path: numbered(record.layers[path].outputs) for path in (*producers, *norms)}
        ),
        inputs=MappingProxyType({path: numbered(record.layers[path].inputs) for path in consumers}),
    )
