"""The operations that a network runs for one image, with the sizes of what they read and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

Kind = Literal["convolution", "linear", "batch norm", "activation", "pooling", "global pooling"]


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

    Operations are seen below PyTorch's layers and functions, where both are the same.

    Args:
        module: on the device of `image`, in evaluation mode.
        image: a batch of one.
    """
    recorder = _Recorder()
    with torch.no_grad(), recorder:
        module(image)
    return recorder.operations


class _Recorder(TorchDispatchMode):
    """Keeps every operation that counts."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

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
        if name in _READERS and isinstance(out, Tensor):
            self.operations.append(_READERS[name](args, out))
        return cast("object", result)


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
