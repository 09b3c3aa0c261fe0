"""Reading a checkpoint's tensor shapes, refusing what no network has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from fpgaflow.errors import InputRefused

Shapes = Mapping[str, tuple[int, ...]]
"""By the zoo's parameter name."""


def conv_shape(shapes: Shapes, name: str) -> tuple[int, int, int, int]:
    """The shape of a convolution's weight: outputs, inputs, height, width.

    Raises:
        InputRefused: it is missing, or of another number of axes.
    """
    return cast("tuple[int, int, int, int]", shape_of(shapes, name, 4))


def shape_of(shapes: Shapes, name: str, axes: int) -> tuple[int, ...]:
    """The shape of a parameter that must have `axes` axes.

    Raises:
        InputRefused: it is missing, or of another number of axes.
    """
    shape = shapes.get(name)
    if shape is None:
        raise InputRefused(f"parameter {name} is missing")
    if len(shape) != axes or 0 in shape:
        raise InputRefused(
            f"parameter {name} has shape {list(shape)}", accepted=f"{axes} axes, none of them empty"
        )
    return shape


def indices(shapes: Shapes, pattern: str) -> list[int]:
    """The numbers, in order, that the pattern's first group finds at the start of names."""
    found = {int(match[1]) for name in shapes if (match := re.match(pattern, name))}
    return sorted(found)


def require_every(numbers: list[int], name: str) -> None:
    """Refuse numbers that are not 1, 2, … without gaps."""
    if numbers != list(range(1, len(numbers) + 1)):
        raise InputRefused(
            f"the network has {', '.join(f'{name}{number}' for number in numbers)}",
            accepted=f"{name}1, {name}2, … without gaps (layers in them may be missing)",
        )
