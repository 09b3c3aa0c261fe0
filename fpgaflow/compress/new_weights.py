"""New random weights for a network, as if it had just been built."""

from __future__ import annotations

import torch
from torch import nn

from fpgaflow.errors import InputRefused


def reset_weights(module: nn.Module, seed: int) -> None:
    """Give every layer new random weights, in place; the same seed gives the same.

    Every layer initialises itself, as PyTorch does when it is made; running statistics of batch
    norms begin anew. Constant buffers stay.

    Raises:
        InputRefused: a trained parameter belongs to a module that cannot initialise itself; then
            nothing has changed.
    """
    layers = [layer for layer in module.modules() if _resets(layer)]
    for name, part in module.named_modules():
        own = [own for own, _ in part.named_parameters(recurse=False)]
        if own and not _resets(part):
            place = f"{name}.{own[0]}" if name else own[0]
            raise InputRefused(
                f"the parameter {place} of {type(part).__name__} cannot be given a new value",
                accepted="parameters of modules that have reset_parameters()",
                remedy=f"give {type(part).__name__} a method reset_parameters()",
            )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layer in layers:
            getattr(layer, "reset_parameters")()  # noqa: B009 - not every module has it


def _resets(layer: nn.Module) -> bool:
    return callable(getattr(layer, "reset_parameters", None))
