"""Names of exported operations, and those whose operands are all constants computed at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import fx
from torch._ops import OpOverload  # pyright: ignore[reportPrivateUsage]

from fpgaflow.frontend.torch_values import Constant, Operand


def operation_name(node: fx.Node) -> str:
    """Return the operation with its overload, without ATen's prefix: `conv2d.default`."""
    target = node.target
    if isinstance(target, OpOverload):
        return str(target).removeprefix("aten.")
    return str(getattr(target, "__name__", target))


def with_operands(argument: object, replace: Callable[[fx.Node], object]) -> object:
    """Return an argument (or a list of them) with the program's nodes replaced."""
    return fx.map_arg(argument, replace)  # pyright: ignore[reportArgumentType]


def fold(node: fx.Node, operands: Mapping[fx.Node, Operand]) -> Constant | None:
    """Compute an operation on constants now, with one image for the batch size.

    Only PyTorch's own operations without random numbers; None for any other.
    """
    target = node.target
    if not isinstance(target, OpOverload) or target.namespace != "aten":
        return None
    if torch.Tag.nondeterministic_seeded in target.tags:
        return None

    def concrete(argument: fx.Node) -> object:
        operand = operands[argument]
        return operand.tensor if isinstance(operand, Constant) else 1

    arguments = cast("tuple[object, ...]", with_operands(node.args, concrete))
    options = dict(cast("dict[str, object]", with_operands(node.kwargs, concrete)))
    if "device" in options:
        options["device"] = "cpu"
    with torch.no_grad():
        result = target(*arguments, **options)
    return Constant(tensor=result) if isinstance(result, torch.Tensor) else None
