"""Bundles of small networks for an engine, made without PyTorch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.api.engine_bundle import EngineParts, assemble_engine
from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.hardware.boards import load_board
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime.bundle import SUFFIX
from tests.backend.networks import Builder, signed, unsigned
from tests.runtime.bundles import BOARDS, pixels


def engine_graph() -> Graph:
    """A residual block with ten scores, every format legal."""
    b = Builder(5, 5, 1, seed=3)
    stem = b.conv("stem", "image", 2, unsigned(8, 11))
    branch = b.conv("branch", stem, 2, signed(8, 12))
    joined = b.add(n.Add(name="joined", inputs=(branch, stem), element=unsigned(8, 12)))
    flat = b.add(n.Reshape(name="flat", inputs=(joined,), element=b.element(joined), shape=(50,)))
    return b.graph(b.linear("fc", flat, 10, signed(12, 16)), name="small")


def engine_parts(
    graph: Graph | None = None, board: str = BOARDS[0], images: int = 8
) -> EngineParts:
    """What a bundle is made from."""
    graph = engine_graph() if graph is None else graph
    known = load_board(board)
    assert known.engine is not None
    compiled = compile_for_engine(graph, known.engine)
    return EngineParts(
        graph=graph,
        board=known,
        program=compiled.program,
        frames=compiled.frame,
        clock_mhz=100.0,
        cycles_per_image=1000,
        images=pixels(graph, images, seed=9),
        labels=np.arange(images, dtype=np.int64) % graph.types[graph.outputs[0]].channels,
        more={"report.json": b"{}\n"},
    )


def make_engine_bundle(
    folder: Path, graph: Graph | None = None, board: str = BOARDS[0], *, bitstream: bool = False
) -> Path:
    """Write a bundle and return where it is; `bitstream` puts a (meaningless) one in."""
    given = engine_parts(graph, board)
    if bitstream:
        description = assemble_engine(given)[1]["fpgaflow_engine.hwh"]
        given = replace(given, hardware=(b"bits", description))
    path = folder / f"{given.graph.name}-{board}-engine{SUFFIX}"
    write_bundle(path, *assemble_engine(given), force=True)
    return path
