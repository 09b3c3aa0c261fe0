"""Bundles of small networks, made without PyTorch, so that a board's own Python can make them."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.bundle_contents import BundleParts, assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.hardware.boards import load_board
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime.bundle import SUFFIX
from tests.hardware.small_graphs import S8, U8, Builder, tiny_residual

PYNQ = version("pynq") if importlib.util.find_spec("pynq") else None
"""The pynq that is installed, or None: the emulated board then runs without it."""

BOARDS = ("zcu104",) if PYNQ is not None and PYNQ.startswith("4.") else ("pynq-z2",)
"""A board that it serves; with 64 bits in a beat, or 128."""


def pixels(graph: Graph, count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Random images."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, *graph.input.shape), dtype=np.uint8)


def small_graph() -> Graph:
    """A residual block whose 25 pixels and whose ten scores do not fill their last beats."""
    b = Builder((5, 5, 1))
    stem = b.conv("stem", "image", (1, 2))
    branch = b.conv("branch", stem, (2, 2), element=S8)
    joined = b.add(n.Add(name="joined", inputs=(branch, stem), element=U8))
    return b.graph("small", b.head(joined, 5, 2, 10))


def parts(graph: Graph | None = None, board: str = "pynq-z2", images: int = 8) -> BundleParts:
    """What a bundle is made from."""
    graph = tiny_residual() if graph is None else graph
    return BundleParts(
        graph=graph,
        board=load_board(board),
        project=f"net_{graph.name}",
        clock_mhz=100.0,
        cycles_per_image=1000,
        images=pixels(graph, images, seed=9),
        labels=np.arange(images, dtype=np.int64) % graph.types[graph.outputs[0]].channels,
        class_names=tuple(f"class {i}" for i in range(graph.types[graph.outputs[0]].channels)),
        more={"report.json": b"{}\n"},
    )


def make_test_bundle(folder: Path, graph: Graph | None = None, board: str = "pynq-z2") -> Path:
    """Write a bundle and return where it is."""
    given = parts(graph, board)
    path = folder / f"{given.graph.name}-{board}{SUFFIX}"
    write_bundle(path, *assemble(given), force=True)
    return path


def make_vivado_bundle(folder: Path, board: str) -> Path:
    """Write a bundle of the small network that holds a (meaningless) bitstream."""
    given = parts(small_graph(), board)
    description = assemble(given)[1]["net_small.hwh"]
    path = folder / f"{board}{SUFFIX}"
    write_bundle(path, *assemble(replace(given, hardware=(b"bits", description))), force=True)
    return path
