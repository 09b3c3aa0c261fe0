"""PyTorch modules and exported programs to graphs."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager, redirect_stderr

import torch
from torch import nn
from torch.export import ExportedProgram

from fpgaflow.errors import InputRefused, UnsupportedOperator
from fpgaflow.frontend.torch_place import place_of_error
from fpgaflow.frontend.torch_program import convert
from fpgaflow.ir.graph import Graph

_BATCH = 2
"""Images in the example: with one, PyTorch could not tell the batch from an axis of length 1."""

_FORWARD_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a network's own code, and PyTorch below it, raises on input that does not suit it."""


def import_module(module: nn.Module, input_shape: Sequence[int], *, name: str) -> Graph:
    """Return the real-valued graph of a module, as it computes in evaluation mode.

    The module's code runs, its parameters and modes stay as they are.

    Args:
        module: the trained network.
        input_shape: of one image as the module takes it: (channels, height, width) or (n,).
        name: the network's name.

    Returns:
        A graph whose input is [height, width, channels] (or [n]) and whose outputs are
        channels-last too.

    Raises:
        InputRefused: the module does not run on such an image, or takes more than one input.
        UnsupportedOperator: naming each operation that cannot be compiled, and its line.
    """
    if isinstance(module, torch.jit.ScriptModule):
        raise InputRefused(
            f"{name}: a TorchScript module",
            accepted="an nn.Module, or a program made by torch.export",
            remedy="load the weights into the original class: model.load_state_dict(...)",
        )
    refuse_recurrent(module, name)
    example = _example(module, input_shape, name)
    with _evaluation(module), torch.no_grad(), _quiet():
        _run_once(module, example, name)
        try:
            program = torch.export.export(module, (example,), strict=False)
        except _FORWARD_ERRORS as error:
            raise _not_followed(error, name) from None
        program = _functional(program, name)
    return convert(program, name=name)


def refuse_recurrent(module: nn.Module, name: str) -> None:
    """Refuse a network with an LSTM, GRU or RNN, whatever it takes.

    Raises:
        UnsupportedOperator: it has one; the message names the first.
    """
    for path, layer in module.named_modules():
        if isinstance(layer, nn.RNNBase):
            kind = type(layer).__name__
            raise UnsupportedOperator(
                f"{name}: {path or 'the network'} is recurrent ({kind}), which cannot be compiled "
                "yet",
                accepted="networks of single images, without LSTM, GRU and RNN",
                remedy="`fpgaflow train`, `evaluate`, `slim`, `prune` and `compare` take it as it "
                "is",
            )


def import_exported(program: ExportedProgram, *, name: str) -> Graph:
    """Return the real-valued graph of a program made by torch.export.

    Args:
        program: exported in evaluation mode from one image [batch, c, h, w] or [batch, n]; the
            batch may be dynamic.
        name: the network's name.

    Raises:
        InputRefused: other inputs than one image.
        UnsupportedOperator: naming each operation that cannot be compiled, and its line.
    """
    with torch.no_grad(), _quiet():
        functional = _functional(program, name)
    return convert(functional, name=name)


def _functional(program: ExportedProgram, name: str) -> ExportedProgram:
    """Return the program without operations in place, each other operation as it was."""
    try:
        return program.run_decompositions({})
    except _FORWARD_ERRORS as error:
        raise _not_followed(error, name) from None


def _not_followed(error: BaseException, name: str) -> UnsupportedOperator:
    return UnsupportedOperator(
        f"{name}: torch.export cannot follow the network's code{_summary(error)}",
        accepted="a forward whose steps do not depend on the values of the image",
        remedy="replace if and while on tensor values, .item() and .numpy() in forward",
    )


def _example(module: nn.Module, input_shape: Sequence[int], name: str) -> torch.Tensor:
    if len(input_shape) not in (1, 3) or min(input_shape) < 1:
        raise InputRefused(
            f"{name}: input shape {list(input_shape)}",
            accepted="(channels, height, width) or (n,), all positive",
        )
    parameters = (p for p in module.parameters() if p.is_floating_point())
    first = next(parameters, torch.zeros(()))
    return torch.zeros(_BATCH, *input_shape, dtype=first.dtype, device=first.device)


def _run_once(module: nn.Module, example: torch.Tensor, name: str) -> None:
    """Tell a network that does not run from one that cannot be exported."""
    try:
        module(example)
    except _FORWARD_ERRORS as error:
        raise InputRefused(
            f"{name}: forward fails on {_BATCH} images of shape {list(example.shape[1:])}"
            f"{_summary(error)}",
            accepted="a network that takes one tensor [batch, channels, height, width] or "
            "[batch, n], for any batch",
            remedy="check the input shape; wrap a network of several inputs in a module of one",
        ) from None


@contextmanager
def _evaluation(module: nn.Module) -> Generator[None]:
    """Put a module in evaluation mode for a while."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def _quiet() -> Generator[None]:
    """Keep PyTorch's own remarks from the user; the errors raised here say what matters."""
    level = logging.root.manager.disable
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.disable(logging.ERROR)
        try:
            yield
        finally:
            logging.disable(level)


def _summary(error: BaseException) -> str:
    """Return ` at model.py:45 in forward: RuntimeError: ...`, the first line of the error."""
    place = place_of_error(error, __file__)
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return f" at {place}: {text}" if place else f": {text}"
