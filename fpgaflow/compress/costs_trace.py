"""The operations that a network runs for one image, with the sizes of what they read and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from fpgaflow.zoo import count_lstm_macs

Kind = Literal[
    "convolution", "linear", "lstm", "batch norm", "activation", "pooling", "global pooling"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as it ran.

    Attributes:
        kind: what it is.
        inputs: values of the feature map that it reads.
        outputs: values that it writes.
        channels: of its output.
        parameters: weights and biases that it reads; those of batch norm are not counted.
        macs: multiply-accumulates.
    """

    kind: Kind
    inputs: int
    outputs: int
    channels: int
    parameters: int = 0
    macs: int = 0


def trace_operations(module: nn.Module, image: Tensor) -> list[Operation]:
    """Run a network and return its operations in order.

    Operations are seen below PyTorch's layers and functions, where both are the same. An LSTM is
    one operation for each of its layers, both directions together, over all steps: what it is made
    of differs from device to device.

    Args:
        module: on the device of `image`, in evaluation mode.
        image: a batch of one.
    """
    recorder = _Recorder()
    with torch.no_grad(), recorder, _WholeLstms(recorder):
        module(image)
    return recorder.operations


class _Recorder(TorchDispatchMode):
    """Keeps every operation that counts."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []
        self.paused = False

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> object:
        """Run an operation, and keep it where it counts."""
        result = func(*args, **(kwargs or {}))
        out = result[0] if isinstance(result, tuple) else result
        name = str(func).removeprefix("aten.").partition(".")[0]
        if not self.paused and name in _READERS and isinstance(out, Tensor):
            self.operations.append(_READERS[name](args, out))
        return cast("object", result)


class _WholeLstms(TorchFunctionMode):
    """Keeps LSTMs as they are called, in place of what they are made of."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> object:
        """Run a function; where it is an LSTM, keep its layers."""
        if func.__name__ != "lstm":
            return cast("object", func(*args, **(kwargs or {})))
        self._recorder.paused = True
        try:
            result = func(*args, **(kwargs or {}))
        finally:
            self._recorder.paused = False
        self._recorder.operations += _lstm(args)
        return cast("object", result)


def _lstm(args: Sequence[Any]) -> list[Operation]:
    """Return an operation for each layer; its arguments are input, states, weights, …."""
    steps = cast("Tensor", args[0])[..., 0].numel()
    weights, layers = cast("list[Tensor]", args[2]), cast("int", args[4])
    directions = 2 if args[7] else 1
    size = len(weights) // layers
    found: list[Operation] = []
    for own in (weights[at : at + size] for at in range(0, len(weights), size)):
        # The first two of each direction: gates by input, and gates by what it gave before.
        channels = directions * own[1].shape[1]
        found.append(
            Operation(
                kind="lstm",
                inputs=steps * own[0].shape[1],
                outputs=steps * channels,
                channels=channels,
                parameters=sum(one.numel() for one in own),
                macs=steps * count_lstm_macs(own),
            )
        )
    return found


def _convolution(args: Sequence[Any], out: Tensor) -> Operation:
    image, weight, bias, transposed = args[0], args[1], args[2], args[6]
    # Forwards, each output takes one filter; transposed, each input spreads over one.
    spread = image if transposed else out
    return Operation(
        kind="convolution",
        inputs=image.numel(),
        outputs=out.numel(),
        channels=out.shape[1],
        parameters=weight.numel() + (0 if bias is None else bias.numel()),
        macs=spread.numel() * weight[0].numel(),
    )


def _product(image: Tensor, weight: Tensor, bias: Tensor | None, out: Tensor) -> Operation:
    return Operation(
        kind="linear",
        inputs=image.numel(),
        outputs=out.numel(),
        channels=out.shape[-1],
        parameters=weight.numel() + (0 if bias is None else bias.numel()),
        macs=out.numel() * image.shape[-1],
    )


def _of(kind: Kind) -> Callable[[Sequence[Any], Tensor], Operation]:
    def read(args: Sequence[Any], out: Tensor) -> Operation:
        return Operation(
            kind=kind, inputs=args[0].numel(), outputs=out.numel(), channels=out.shape[1]
        )

    return read


_READERS: Mapping[str, Callable[[Sequence[Any], Tensor], Operation]] = {
    "convolution": _convolution,
    "addmm": lambda args, out: _product(args[1], args[2], args[0], out),
    "mm": lambda args, out: _product(args[0], args[1], None, out),
    "native_batch_norm": _of("batch norm"),
    "_native_batch_norm_legit_no_training": _of("batch norm"),
    "relu": _of("activation"),
    "relu_": _of("activation"),
    "hardtanh": _of("activation"),
    "hardtanh_": _of("activation"),
    "max_pool2d_with_indices": _of("pooling"),
    "avg_pool2d": _of("pooling"),
    "mean": _of("global pooling"),
    "_adaptive_avg_pool2d": _of("global pooling"),
}
