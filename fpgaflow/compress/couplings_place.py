"""Where in the network's code an operation stands, while the code runs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import torch

_SKIPPED = (str(Path(torch.__file__).parent), "<")
_OWN = str(Path(__file__).parent / "couplings_")


def depth() -> int:
    """Return how many frames the caller stands on."""
    return sum(1 for _ in _frames()) - 1


def line_of_code(caller: int) -> str:
    """Return e.g. `model.py:45 in forward`; empty where only PyTorch's own code runs.

    Args:
        caller: frames that `depth` counted where the network was called; they are not its code.
    """
    frames = list(_frames())
    for frame in frames[: len(frames) - caller]:
        file = frame.f_code.co_filename
        if not file.startswith((*_SKIPPED, _OWN)):
            return f"{Path(file).name}:{frame.f_lineno} in {frame.f_code.co_name}"
    return ""


def _frames() -> Iterator[FrameType]:
    """The frames on the stack, the innermost first."""
    frame = inspect.currentframe()
    while frame is not None:
        yield frame
        frame = frame.f_back
