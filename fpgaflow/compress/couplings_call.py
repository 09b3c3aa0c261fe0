"""One call of a PyTorch function, as the rules see it, and what they write down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import torch
from torch import Tensor, nn

from fpgaflow.compress.couplings_atoms import Atoms
from fpgaflow.compress.couplings_labels import along

Use = Literal["mix", "grouped", "depthwise", "norm", "lstm"]


class Uncoupled(Exception):
    """Channels cannot be followed through an operation; the text says why, and may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUse:
    """A layer with weights, and the atoms int64 [channels] of its input and output.

    The input's are None where they are the output's; the output's where they are never removed.
    """

    use: Use
    inputs: Tensor | None
    outputs: Tensor | None


@dataclass(slots=True, kw_only=True)
class Record:
    """What a run of the network tells.

    Attributes:
        atoms: of all channels.
        before: how surgery found each layer, where the network comes from it: a depthwise
            convolution of one channel looks like any other.
        owners: of parameters and running means, by identity: module path and layer.
        layers: by module path, in the order of the first calls.
        sources: the atoms that each layer or padding made.
        pads: module path of each padding of channels.
        numbers: what feature maps are scaled by.
        outputs: labels of the network's outputs.
        labels: by the tensor's identity, the tensor (which keeps it alive) and its labels.
    """

    atoms: Atoms
    before: Mapping[str, Use]
    owners: Mapping[int, tuple[str, nn.Module]]
    layers: dict[str, LayerUse] = field(default_factory=dict[str, LayerUse])
    sources: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    pads: list[str] = field(default_factory=list[str])
    numbers: list[float] = field(default_factory=list[float])
    outputs: list[Tensor] = field(default_factory=list[Tensor])
    labels: dict[int, tuple[Tensor, Tensor]] = field(
        default_factory=dict[int, tuple[Tensor, Tensor]]
    )

    def fresh(self, source: str, count: int) -> Tensor:
        """Return new atoms, and write down what made them."""
        self.sources[source] = self.atoms.fresh(source, count)
        return self.sources[source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function, its arguments, its result, and the record.

    Attributes:
        name: the function's own name.
        module: path of the innermost module.
    """

    name: str
    function: Callable[..., object]
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    result: object
    record: Record
    module: str
    place: Callable[[], str]

    @property
    def atoms(self) -> Atoms:
        """The atoms of all channels."""
        return self.record.atoms

    def argument(self, position: int, name: str, default: object) -> object:
        """Return an argument by position or name."""
        if position < len(self.args):
            return self.args[position]
        return self.kwargs.get(name, default)

    def known(self, tensor: Tensor) -> bool:
        """Say whether a tensor depends on the network's input."""
        return id(tensor) in self.record.labels

    def labels_of(self, tensor: Tensor) -> Tensor:
        """Return a tensor's labels."""
        return self.record.labels[id(tensor)][1]

    def labels(self) -> Tensor:
        """Return the labels of the first argument."""
        value = self.argument(0, "input", None)
        if not isinstance(value, Tensor) or not self.known(value):
            raise Uncoupled("its first argument is a constant")
        return self.labels_of(value)

    def channels(self, axis: int) -> Tensor:
        """Return the atoms along an axis of the first argument."""
        labels = self.labels()
        if labels.dim() < max(2, -axis):
            raise Uncoupled(f"its input has {labels.dim()} axes, the batch included")
        found = along(labels, axis)
        if found is None:
            raise Uncoupled("one of its channels holds several channels of a layer before")
        return found

    def on_labels(self) -> object:
        """Call the function on the labels of its arguments."""
        return self.function(
            *(self._replaced(value) for value in self.args),
            **{name: self._replaced(value) for name, value in self.kwargs.items()},
        )

    def _replaced(self, value: object) -> object:
        if isinstance(value, Tensor):
            if not self.known(value):
                raise Uncoupled("it takes a constant tensor")
            return self.labels_of(value).contiguous()
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            parts = [self._replaced(part) for part in cast("list[object]", value)]
            return parts if isinstance(value, list) else tuple(parts)
        return value

    def mixes(self, path: str, use: Use, inputs: Tensor, count: int, *, repeat: int = 1) -> Tensor:
        """Write down a layer that makes `count` new channels; return its atoms, repeated."""
        earlier = self.record.layers.get(path)
        if earlier is None:
            outputs = self.record.fresh(path, count).repeat(repeat)
        else:
            assert earlier.outputs is not None
            outputs = earlier.outputs
        self.uses(path, use, inputs, outputs)
        return outputs

    def uses(self, path: str, use: Use, inputs: Tensor | None, outputs: Tensor | None) -> None:
        """Write down a layer; one that is called again couples both calls."""
        earlier = self.record.layers.get(path)
        if earlier is None:
            self.record.layers[path] = LayerUse(use=use, inputs=inputs, outputs=outputs)
            return
        for before, now in ((earlier.inputs, inputs), (earlier.outputs, outputs)):
            if before is not None and now is not None:
                self.atoms.join(before, now)

    def pad_atoms(self, before: int, after: int) -> tuple[Tensor, Tensor]:
        """Return new atoms of channels of zeros on both sides."""
        number = len(self.record.pads)
        self.record.pads.append(self.module)
        first = self.record.fresh(f"pad {number} before", before)
        return first, self.record.fresh(f"pad {number} after", after)

    def path_of(self, weight: object) -> str:
        """Return the module path of the layer that owns a weight."""
        return self._owner(weight)[0]

    def conv_layer(self) -> tuple[nn.Conv1d | nn.Conv2d, str]:
        """Return the convolution whose weight and bias are used."""
        path, layer = self._owner(self.argument(1, "weight", None))
        self._require_bias(layer, self.argument(2, "bias", None))
        assert isinstance(layer, (nn.Conv1d, nn.Conv2d))
        return layer, path

    def linear_layer(self) -> tuple[nn.Linear, str]:
        """Return the linear layer whose weight and bias are used."""
        path, layer = self._owner(self.argument(1, "weight", None))
        self._require_bias(layer, self.argument(2, "bias", None))
        if not isinstance(layer, nn.Linear):
            raise Uncoupled("its weight belongs to another kind of layer")
        return layer, path

    def batch_norm_layer(self) -> str:
        """Return the path of the batch norm whose statistics, scale and shift are used."""
        mean = self.argument(1, "running_mean", None)
        if mean is None:
            raise Uncoupled("it has no running statistics")
        path, layer = self._owner(mean)
        weight, bias = self.argument(3, "weight", None), self.argument(4, "bias", None)
        if weight is not getattr(layer, "weight", None) or bias is not getattr(layer, "bias", None):
            raise Uncoupled("its scale or shift is not the layer's own")
        return path

    def lstm_layer(self) -> str:
        """Return the path of the LSTM whose weights are used; its first state must be constant."""
        state, weights = self.args[1], self.args[2]
        if isinstance(state, Tensor) or not isinstance(weights, list):
            raise Uncoupled("packed sequences")
        if any(self.known(part) for part in cast("tuple[Tensor, ...]", state)):
            raise Uncoupled("its first state depends on the network's input")
        return self.path_of(cast("list[Tensor]", weights)[0])

    def _owner(self, weight: object) -> tuple[str, nn.Module]:
        found = self.record.owners.get(id(weight))
        if found is None:
            raise Uncoupled("its weight is not the parameter of a PyTorch layer")
        return found

    def _require_bias(self, layer: nn.Module, bias: object) -> None:
        if bias is not getattr(layer, "bias", None):
            raise Uncoupled("its bias is not the layer's own")
