"""Taking channels out of a network, exactly.

What is removed is zero: `mask_channels` makes each removed channel zero in every layer that makes
or normalises it (filter and bias, batch norm's scale, shift and mean), and since nothing between
such a layer and the next one that mixes channels turns zero into something else, that next layer
reads zeros there: no batch norm's shift leaks through. `keep_channels` leaves these channels out
instead. In evaluation mode both networks compute the same, but for the order of sums.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from fpgaflow.compress.couplings import ChannelGroup, groups_of
from fpgaflow.compress.couplings_atoms import KeptAtoms
from fpgaflow.compress.couplings_call import LayerUse, Record, Use
from fpgaflow.compress.couplings_trace import trace
from fpgaflow.compress.surgery_layers import (
    keep_depthwise,
    keep_inputs,
    keep_norm,
    keep_outputs,
    zero_outputs,
)
from fpgaflow.compress.surgery_zoo import repad, update_configs
from fpgaflow.errors import InputRefused, UnsupportedOperator

Keep = Mapping[str, Sequence[int]]


def keep_channels(module: nn.Module, input_shape: Sequence[int], keep: Keep) -> nn.Module:
    """Return a copy of the network that has only some of its channels.

    It computes what `mask_channels` does, within the error of sums in another order. Layers are
    really smaller, modes and `requires_grad` stay, and a network of the zoo is one still: its
    weights alone tell what it is. That the network's own code follows the smaller widths is proven
    by tracing the copy again.

    Args:
        module: the network, which is not changed.
        input_shape: of one input without the batch.
        keep: by the name of a group of `find_groups`, the numbers of the channels to keep, in any
            order (the network's order stays). Groups that are not named keep all.

    Raises:
        InputRefused: no such group or channel, a group that is blocked, or a layer that would keep
            no channel.
        UnsupportedOperator: channels cannot be followed, or code has its widths built in.
    """
    record = trace(module, input_shape)
    kept = _kept_atoms(record, keep)
    sources = {source: atoms[kept[atoms]] for source, atoms in record.sources.items()}
    result = copy.deepcopy(module)
    for path, layer in record.layers.items():
        _shrink(result.get_submodule(path), layer, kept)
    repad(result, record, sources)
    update_configs(result)
    _prove(result, input_shape, record, kept, sources)
    return result


def mask_channels(module: nn.Module, input_shape: Sequence[int], keep: Keep) -> nn.Module:
    """Return a copy of the network, of the same widths, whose other channels are zero.

    Zero means: in evaluation mode, each feature map between the layer that makes such a channel and
    the layers that mix it with others is zero there, whatever the shifts of batch norms.

    Args:
        module: the network, which is not changed.
        input_shape: of one input without the batch.
        keep: as for `keep_channels`.

    Raises:
        InputRefused, UnsupportedOperator: as `keep_channels`.
    """
    record = trace(module, input_shape)
    kept = _kept_atoms(record, keep)
    result = copy.deepcopy(module)
    for path, layer in record.layers.items():
        if layer.outputs is not None and not bool(kept[layer.outputs].all()):
            zero_outputs(result.get_submodule(path), kept[layer.outputs])
    return result


def _kept_atoms(record: Record, keep: Keep) -> Tensor:
    """Return bool [atoms]: what stays."""
    roots = record.atoms.roots()
    kept = torch.ones(len(roots), dtype=torch.bool)
    groups = {group.name: group for group in groups_of(record)}
    for name, channels in keep.items():
        group = groups.get(name)
        if group is None:
            raise _unknown(name, groups)
        wanted = _checked(group, channels)
        for path in group.producers:
            atoms = record.layers[path].outputs
            assert atoms is not None
            numbers = torch.tensor(group.outputs[path])
            gone = atoms[~torch.isin(numbers, wanted)]
            kept[torch.isin(roots, roots[gone])] = False
    for path, layer in record.layers.items():
        for atoms in (layer.inputs, layer.outputs):
            if atoms is not None and not bool(kept[atoms].any()):
                raise InputRefused(
                    f"{path} would keep none of its {len(atoms)} channels",
                    accepted="at least one channel of every layer",
                )
    return kept


def _unknown(name: str, groups: Mapping[str, ChannelGroup]) -> InputRefused:
    owner = next((g.name for g in groups.values() if name in g.producers), "")
    free = [group.name for group in groups.values() if not group.blocked]
    return InputRefused(
        f"{name!r} is not the name of a group of channels",
        accepted=", ".join(free) or "nothing: every group is blocked",
        remedy=f"{name} belongs to the group {owner}" if owner else "",
    )


def _checked(group: ChannelGroup, channels: Sequence[int]) -> Tensor:
    if len(set(channels)) != len(channels) or not all(0 <= c < group.channels for c in channels):
        raise InputRefused(
            f"channels {sorted(channels)} of {group.name}",
            accepted=f"numbers from 0 to {group.channels - 1}, each once",
        )
    if group.blocked and len(channels) != group.channels:
        raise InputRefused(
            f"channels of {group.name} cannot be removed: {group.blocked}",
            remedy=f"leave {group.name} out",
        )
    return torch.tensor(sorted(channels), dtype=torch.int64)


def _shrink(layer: nn.Module, use: LayerUse, kept: Tensor) -> None:
    inputs = None if use.inputs is None else kept[use.inputs]
    outputs = None if use.outputs is None else kept[use.outputs]
    if inputs is not None and not bool(inputs.all()):
        keep_inputs(layer, inputs)
    if outputs is None or bool(outputs.all()):
        return
    if use.use == "depthwise":
        keep_depthwise(layer, outputs)
    elif use.use == "norm":
        keep_norm(layer, outputs)
    else:
        keep_outputs(layer, outputs)


def _prove(
    result: nn.Module,
    input_shape: Sequence[int],
    record: Record,
    kept: Tensor,
    sources: Mapping[str, Tensor],
) -> None:
    """Trace the smaller network: each layer must see the channels that it saw before."""
    uses: dict[str, Use] = {path: layer.use for path, layer in record.layers.items()}
    again = trace(result, input_shape, KeptAtoms(record.atoms, sources), uses)
    name = type(result).__name__
    if list(again.layers) != list(record.layers):
        raise _differs(f"{name}: with fewer channels, the code calls other layers")
    if again.numbers != record.numbers:
        raise _differs(f"{name}: with fewer channels, feature maps are scaled by other numbers")
    for path, before in record.layers.items():
        now = again.layers[path]
        for old, new in ((before.inputs, now.inputs), (before.outputs, now.outputs)):
            if old is not None and (new is None or not torch.equal(old[kept[old]], new)):
                raise _differs(f"{name}: with fewer channels, {path} reads other ones than before")


def _differs(found: str) -> UnsupportedOperator:
    return UnsupportedOperator(
        found,
        accepted="code that takes its numbers of channels from its input",
        remedy="keep all channels that pass there, or change the code",
    )
