"""What each operation of PyTorch does to channels.

All of them give zero in a channel where their input is zero, or they are not here: that is what
makes taking a channel out the same as making it zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import Tensor, nn

from fpgaflow.compress.couplings_call import Call, Uncoupled, Use
from fpgaflow.compress.couplings_labels import compact, spread

Rule = Callable[[Call], "Tensor | tuple[Tensor | None, ...] | None"]
"""Returns the result's labels, of each tensor where it is a tuple; None for a constant."""

_SAME = """relu relu_ relu6 leaky_relu leaky_relu_ elu selu celu gelu silu mish hardswish tanh
dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout neg abs contiguous clone
detach to float double half bfloat16 type_as"""
_POOLS = """max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d
adaptive_max_pool1d adaptive_max_pool2d"""
_MOVES = """view view_as reshape reshape_as flatten unflatten permute transpose swapaxes swapdims
movedim squeeze unsqueeze select narrow __getitem__ chunk split tensor_split unbind cat concat
concatenate stack expand expand_as flip"""


def _same(call: Call) -> Tensor:
    return call.labels()


def _clamp(call: Call) -> Tensor:
    low = call.argument(1, "min_val" if call.name == "hardtanh" else "min", None)
    high = call.argument(2, "max_val" if call.name == "hardtanh" else "max", None)
    low = -1.0 if low is None else low
    high = 1.0 if high is None else high
    if not (isinstance(low, (int, float)) and isinstance(high, (int, float)) and low <= 0 <= high):
        raise Uncoupled("it does not leave zero as it is")
    return call.labels()


def _pool(call: Call) -> Tensor:
    if not isinstance(call.result, Tensor):
        raise Uncoupled("its indices are used")
    axis = -1 - int(call.name[-2])
    return spread(call.channels(axis), call.result.shape, axis)


def _move(call: Call) -> Tensor | tuple[Tensor | None, ...]:
    moved = call.on_labels()
    if isinstance(moved, Tensor):
        return compact(moved)
    return tuple(compact(part) for part in cast("tuple[Tensor, ...]", moved))


def _reduce(call: Call) -> Tensor:
    axes = call.argument(1, "dim", None)
    keep = bool(call.argument(2, "keepdim", False))
    if axes is None or not isinstance(call.result, Tensor):
        raise Uncoupled("it mixes channels")
    labels = call.labels()
    wanted = cast("int | tuple[int, ...]", axes)
    low = torch.amin(labels, wanted, keepdim=keep)
    if not torch.equal(low, torch.amax(labels, wanted, keepdim=keep)):
        raise Uncoupled("it mixes channels")
    return compact(low)


def _add(call: Call) -> Tensor:
    first, second = call.argument(0, "input", None), call.argument(1, "other", None)
    if not isinstance(first, Tensor):
        first, second = second, first
    assert isinstance(first, Tensor)
    if isinstance(second, (int, float)) and second == 0:
        return call.labels_of(first)
    if not isinstance(second, Tensor) or not call.known(first) or not call.known(second):
        raise Uncoupled("it adds a constant, which would stay where a channel is taken out")
    ours, theirs = call.labels_of(first), call.labels_of(second)
    if ours.shape != theirs.shape:
        raise Uncoupled(f"it adds shapes {list(ours.shape[1:])} and {list(theirs.shape[1:])}")
    call.atoms.join(ours, theirs)
    call.record.numbers.append(float(cast("float", call.kwargs.get("alpha", 1))))
    return ours


def _scale(call: Call) -> Tensor:
    factor = call.argument(1, "other", None)
    if not isinstance(factor, (int, float)):
        raise Uncoupled("only a number may scale a feature map")
    call.record.numbers.append(factor)
    return call.labels()


def _blocking(call: Call) -> Tensor:
    labels = call.labels()
    call.atoms.block(labels, f"the input of {call.name} at {call.place()}")
    return labels


def _pad(call: Call) -> Tensor:
    amounts = [int(n) for n in cast("tuple[int, ...]", call.argument(1, "pad", ()))]
    mode, value = call.argument(2, "mode", "constant"), call.argument(3, "value", None)
    if mode != "constant" or value not in (None, 0) or min(amounts, default=0) < 0:
        raise Uncoupled("it pads with something else than zeros, or crops")
    assert isinstance(call.result, Tensor)
    labels = call.labels()
    pairs = list(zip(amounts[::2], amounts[1::2], strict=True))
    channel_pad = pairs[labels.dim() - 2] if len(pairs) > labels.dim() - 2 else (0, 0)
    if len(pairs) == labels.dim() and any(pairs[-1]):
        raise Uncoupled("it pads the batch")
    vector = call.channels(1)
    if len(pairs) >= labels.dim() - 1:
        before, after = call.pad_atoms(*channel_pad)
        vector = torch.cat((before, vector, after))
    return spread(vector, call.result.shape, 1)


def _conv(call: Call) -> Tensor:
    assert isinstance(call.result, Tensor)
    layer, path = call.conv_layer()
    axis = -1 - len(layer.kernel_size)
    inputs = call.channels(axis)
    outputs, groups = layer.out_channels, layer.groups
    use = call.record.before.get(path) or _conv_use(layer)
    if use == "mix":
        atoms = call.mixes(path, "mix", inputs, outputs)
    elif use == "depthwise":
        atoms = inputs.repeat_interleave(outputs // layer.in_channels)
        call.uses(path, "depthwise", None, atoms)
    else:
        # Groups of one size stay so when each loses the same positions.
        rows = inputs.view(groups, -1)
        for row in rows[1:]:
            call.atoms.join(rows[0], row)
        atoms = call.mixes(path, "grouped", inputs, outputs // groups, repeat=groups)
    return spread(atoms, call.result.shape, axis)


def _conv_use(layer: nn.Conv1d | nn.Conv2d) -> Use:
    if layer.groups == 1:
        return "mix"
    return "depthwise" if layer.groups == layer.in_channels else "grouped"


def _linear(call: Call) -> Tensor:
    assert isinstance(call.result, Tensor)
    layer, path = call.linear_layer()
    atoms = call.mixes(path, "mix", call.channels(-1), layer.out_features)
    return spread(atoms, call.result.shape, -1)


def _batch_norm(call: Call) -> Tensor:
    path = call.batch_norm_layer()
    call.uses(path, "norm", None, call.channels(1))
    return call.labels()


def _prelu(call: Call) -> Tensor:
    weight = call.argument(1, "weight", None)
    assert isinstance(weight, Tensor)
    path = call.path_of(weight)
    if weight.numel() > 1 or path in call.record.before:
        call.uses(path, "norm", None, call.channels(1))
    return call.labels()


def _lstm(call: Call) -> tuple[Tensor | None, ...]:
    path = call.lstm_layer()
    call.uses(path, "lstm", call.channels(-1), None)
    hidden = torch.tensor([call.atoms.fixed(f"the hidden units of {path}")])
    results = cast("tuple[Tensor, ...]", call.result)
    return tuple(hidden.view([1] * r.dim()).expand(r.shape) for r in results)


def _constant(call: Call) -> None:
    return None


def _table(**rules: Rule) -> Mapping[str, Rule]:
    named: dict[str, Rule] = {}
    for names, rule in ((_SAME, _same), (_POOLS, _pool), (_MOVES, _move)):
        named.update(dict.fromkeys(names.split(), rule))
    return named | rules


RULES: Mapping[str, Rule] = _table(
    clamp=_clamp,
    hardtanh=_clamp,
    mean=_reduce,
    sum=_reduce,
    amax=_reduce,
    add=_add,
    add_=_add,
    __radd__=_add,
    sub=_add,
    sub_=_add,
    mul=_scale,
    mul_=_scale,
    __rmul__=_scale,
    div=_scale,
    div_=_scale,
    softmax=_blocking,
    log_softmax=_blocking,
    sigmoid=_blocking,
    pad=_pad,
    conv1d=_conv,
    conv2d=_conv,
    linear=_linear,
    batch_norm=_batch_norm,
    prelu=_prelu,
    lstm=_lstm,
    zeros_like=_constant,
    new_zeros=_constant,
)
"""By the function's own name."""
