"""Where an exported operation stands in the user's files and modules."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import fx

_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')
_TORCHS_OWN = (str(Path(torch.__file__).parent), "<eval_with_key>", "<string>")
_CONTAINERS = "torch.nn.modules.container."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Module path and line of code of one operation.

    Attributes:
        module: path of the innermost module, e.g. `layer1.0.conv1`; empty for the network itself.
        leaf: whether that module is one of PyTorch's own layers, which is the operation itself.
        line: innermost line outside PyTorch, e.g. `model.py:45`; empty when there is none.
        function: the function that the line stands in.
    """

    module: str = ""
    leaf: bool = False
    line: str = ""
    function: str = ""

    @property
    def source(self) -> str:
        """Return e.g. `layer1.0.conv1, model.py:45`."""
        return ", ".join(part for part in (self.module, self.line) if part)

    def __str__(self) -> str:
        """Return e.g. `model.py:45 in forward, module layer1.0.conv1`."""
        where = f"{self.line} in {self.function}, " if self.line else ""
        return f"{where}{f'module {self.module}' if self.module else 'the network itself'}"


def place_of(node: fx.Node) -> Place:
    """Read an exported node's place from what torch.export recorded."""
    module, leaf = _innermost_module(node)
    frames = list(_FRAME.finditer(str(node.meta.get("stack_trace") or "")))
    outside = [frame for frame in frames if not frame["file"].startswith(_TORCHS_OWN)]
    if not outside:
        return Place(module=module, leaf=leaf)
    frame = outside[-1]
    line = f"{Path(frame['file']).name}:{frame['line']}"
    return Place(module=module, leaf=leaf, line=line, function=frame["function"])


def place_of_error(error: BaseException, caller: str) -> str:
    """Return where the network's own code raised, e.g. `model.py:45 in forward`; may be empty.

    Args:
        error: what the network, or PyTorch below it, raised.
        caller: the file that called the network, which is not the network's.
    """
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if not frame.filename.startswith((*_TORCHS_OWN, caller))]
    if not outside:
        return ""
    frame = outside[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"


def _innermost_module(node: fx.Node) -> tuple[str, bool]:
    stack = cast("Mapping[str, tuple[str, object]]", node.meta.get("nn_module_stack") or {})
    if not stack:
        return "", False
    path, kind = list(stack.values())[-1]
    # The class is a name after decomposition and the class itself before.
    name = kind if isinstance(kind, str) else f"{getattr(kind, '__module__', '')}."
    leaf = name.startswith("torch.nn.modules.") and not name.startswith(_CONTAINERS)
    return path, leaf
