"""The module that a state_dict belongs to: recognised, named, or a class of the user's own."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint_guard import refusing_damage
from fpgaflow.zoo import ZOO, Recognised, find, recognise
from fpgaflow.zoo.naming import peel_wrappers

_COUNTER = "num_batches_tracked"
_SHOWN = 5
_EVERY_PARAMETER = "every parameter of the network, once, in its shape"
_CHECK_NETWORK = (
    "check that the checkpoint was saved from this network, or give your own class "
    "with --arch module:function"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A module with a checkpoint's weights, in evaluation mode.

    Attributes:
        module: the network.
        architecture: for people.
        input_shape: (channels, height, width) where the zoo knows it.
    """

    module: nn.Module
    architecture: str
    input_shape: tuple[int, ...] | None


def fill(state: Mapping[str, Tensor], arch: str | None, source: str) -> Filled:
    """Put weights into the module they belong to, strictly.

    Args:
        state: the checkpoint's weights.
        arch: None to recognise it; a zoo name; or "module:function" of the user's own code, found
            from the current directory and called without arguments.
        source: the file's name.

    Raises:
        InputRefused: not recognised, no such architecture, or parameters that do not match; the
            message lists the first five of each sort.
    """
    if arch is not None and ":" in arch:
        return _fill_own(state, arch, source)
    if arch is not None:
        find(arch)
    found = _recognise(state, source)
    if found is None:
        raise _unrecognised(state, arch, source)
    if arch is not None and found.architecture.split(",")[0] != arch:
        raise _other_network(found, arch, source)
    given = {ours: tuple(state[theirs].shape) for theirs, ours in found.names.items()}
    _check_match(found.module, given, found.architecture, source)
    with refusing_damage(source, f"was recognised as {found.architecture}"):
        module = found.load(state)
    return Filled(module=module, architecture=found.architecture, input_shape=found.input_shape)


def _recognise(state: Mapping[str, Tensor], source: str) -> Recognised | None:
    try:
        with refusing_damage(source, "is a state_dict"):
            return recognise(state)
    except InputRefused as error:
        if error.found.startswith(source):
            raise
        raise InputRefused(
            f"{source}: {error.found}",
            accepted=error.accepted or _EVERY_PARAMETER,
            remedy=error.remedy or _CHECK_NETWORK,
        ) from error


def _unrecognised(state: Mapping[str, Tensor], arch: str | None, source: str) -> InputRefused:
    names = list(state)
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    asked = f" (asked for {arch})" if arch else ""
    return InputRefused(
        f"{source} is a state_dict of no known architecture{asked}; "
        f"its {len(names)} tensors are named {shown}",
        accepted=f"the families of {', '.join(ZOO)}, at any width and with any block removed",
        remedy="give your own class with --arch module:function, where function() returns it, or "
        "export the network to ONNX",
    )


def _other_network(found: Recognised, arch: str, source: str) -> InputRefused:
    return InputRefused(
        f"{source} holds {found.architecture}, not {arch}",
        remedy="leave --arch out: the architecture is recognised from the weights",
    )


def _fill_own(state: Mapping[str, Tensor], arch: str, source: str) -> Filled:
    module = build_own(arch)
    # A prefix is a wrapper's only as far as the user's module does not have it itself.
    own = set(module.state_dict())
    maps = list(peel_wrappers(state))
    names = next((names for names in maps if own & set(names.values())), maps[0])
    weights = {ours: state[theirs] for theirs, ours in names.items()}
    shapes = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    _check_match(module, shapes, arch, source)
    with refusing_damage(source, f"was matched with {arch}"), torch.no_grad():
        module.load_state_dict(weights, strict=True)
    return Filled(module=module.eval(), architecture=arch, input_shape=None)


def build_own(arch: str) -> nn.Module:
    """Import the user's module from the current directory and call the function it names.

    Raises:
        InputRefused: the name is no module:function, there is none, it fails, or it returns
            something else than a module.
    """
    module_name, _, function_name = arch.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), function_name)):
        raise InputRefused(
            f"--arch {arch} is not of the form module:function",
            accepted="a name of the zoo, or module:function such as nets:small_resnet",
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        imported = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise _own_code_failed(arch, error) from error
        raise InputRefused(
            f"--arch {arch}: there is no module {module_name!r} in {here} or among the packages",
            remedy=f"run from the folder that holds {module_name.replace('.', '/')}.py",
        ) from error
    # The user's own code may raise anything at all; it is their error, so it is shown as theirs.
    except Exception as error:
        raise _own_code_failed(arch, error) from error
    function: object = getattr(imported, function_name, None)
    if not callable(function):
        raise InputRefused(
            f"--arch {arch}: module {module_name!r} has no function {function_name!r}"
        )
    return _built(arch, function)


def _built(arch: str, function: Callable[..., object]) -> nn.Module:
    try:
        module = function()
    except Exception as error:
        raise _own_code_failed(arch, error) from error
    if not isinstance(module, nn.Module):
        raise InputRefused(
            f"--arch {arch} returned a {type(module).__name__}",
            accepted="a torch.nn.Module",
        )
    return module


def _own_code_failed(arch: str, error: Exception) -> InputRefused:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return InputRefused(
        f"--arch {arch} failed with {type(error).__name__}: {error} "
        f"({Path(last.filename).name}, line {last.lineno})",
        accepted="a function without required arguments that returns a torch.nn.Module",
    )


def _check_match(
    module: nn.Module, given: Mapping[str, tuple[int, ...]], architecture: str, source: str
) -> None:
    expected = {
        name: tuple(tensor.shape)
        for name, tensor in module.state_dict().items()
        if not name.endswith(_COUNTER)
    }
    missing = [name for name in expected if name not in given]
    unexpected = [name for name in given if name not in expected]
    misshapen = [
        f"{name} is {list(given[name])} where {list(shape)} belongs"
        for name, shape in expected.items()
        if name in given and given[name] != shape
    ]
    parts = [
        f"{len(names)} {sort} ({', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''})"
        for sort, names in (
            ("missing", missing),
            ("unexpected", unexpected),
            ("of another shape", misshapen),
        )
        if names
    ]
    if parts:
        raise InputRefused(
            f"{source} does not fit {architecture}; parameters: {'; '.join(parts)}",
            accepted=_EVERY_PARAMETER,
            remedy=_CHECK_NETWORK,
        )
