"""The checks that both engines make before they run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph

Images = NDArray[np.uint8]
Keep = Literal["outputs", "all"] | Collection[str]
"""Which values to return: the graph's outputs, every node's value, or the named ones."""


def check_images(graph: Graph, images: Images) -> None:
    """Refuse what is not raw pixels of the graph's input shape.

    Raises:
        InputRefused: not an array of uint8, or not [n, *input shape].
    """
    shape = graph.input.shape
    sizes = ", ".join(str(size) for size in shape)
    accepted = f"a uint8 array of shape [n, {sizes}]"
    found = f"images for {graph.name}"
    if not isinstance(images, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputRefused(f"{found}: a {type(images).__name__}", accepted=accepted)
    if images.dtype != np.uint8:
        raise InputRefused(
            f"{found}: values of type {images.dtype}",
            accepted=accepted,
            remedy="give raw pixels, 0 to 255; normalisation is part of the network",
        )
    if images.shape[1:] != shape or images.ndim != len(shape) + 1:
        remedy = "images are channels-last" if images.ndim == len(shape) + 1 else ""
        raise InputRefused(
            f"{found}: an array of shape {list(images.shape)}", accepted=accepted, remedy=remedy
        )


def kept_names(graph: Graph, keep: Keep) -> tuple[str, ...]:
    """Return the names of the values to return, in the graph's order.

    Raises:
        InputRefused: a name that no node has.
    """
    if keep == "all":
        return tuple(graph.types)
    wanted = set(graph.outputs if keep == "outputs" else keep)
    unknown = sorted(wanted - graph.types.keys())
    if unknown:
        raise InputRefused(
            f"graph {graph.name}: no node is named {unknown[0]}",
            accepted=", ".join(graph.types),
        )
    return tuple(name for name in graph.types if name in wanted)


def batches(count: int, batch: int) -> Iterator[slice]:
    """Yield slices of `batch` images that cover `count`; one empty slice when there is none."""
    for start in range(0, max(count, 1), batch):
        yield slice(start, min(start + batch, count))
