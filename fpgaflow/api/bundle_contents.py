"""What a bundle holds, from a network and a board."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.bundle_file import file_entries
from fpgaflow.api.evaluate import run_fixed
from fpgaflow.api.layout import GRAPH_TEXT
from fpgaflow.hardware.beats import BeatFormat, image_beats, score_beats
from fpgaflow.hardware.block_design import (
    ACCELERATOR,
    DMA,
    DMA_LENGTH_BITS,
    BlockDesign,
    block_design,
)
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.counters import graph_registers, predict_counters
from fpgaflow.hardware.hwh import make_hwh
from fpgaflow.hardware.registers import RegisterMap
from fpgaflow.ir import serialize
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.text import to_text
from fpgaflow.resources import share_dir
from fpgaflow.runtime.bundle import GOLDEN_IMAGES, GOLDEN_LABELS, GOLDEN_SCORES, GRAPH_FILES
from fpgaflow.runtime.description import check_description, read_description
from fpgaflow.runtime.manifest import BoardEntry, Manifest, RegisterEntry, WindowEntry
from fpgaflow.runtime.streams import StreamFormat
from fpgaflow.version import __version__

_PACKAGE = Path(__file__).resolve().parents[1]
_RUNTIME = ("__init__.py", "errors.py", "version.py", "ir", "interpret", "engine", "runtime")
"""What runs on the board, of this package."""
_NOTEBOOKS = ("01_quickstart.ipynb", "02_memory_accesses.ipynb")
"""The notebooks that a board can run."""

ENGINE_NOTEBOOKS = ("01_quickstart.ipynb", "04_networks_in_turn.ipynb")
"""Those that run with an engine's bundle."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BundleParts:
    """What a bundle is made from.

    Attributes:
        graph: the fixed-point network.
        board: what it runs on.
        project: name of the design, of the .bit and of the .hwh.
        clock_mhz: the clock that was asked for.
        cycles_per_image: as modelled.
        images: uint8 [n, *input shape], whose scores become the golden ones.
        labels: what they show, int64 [n]; None where it is not known.
        class_names: one for each score; empty where they are not known.
        hardware: bitstream and hardware description of Vivado's, or None before synthesis.
        more: other files, by path.
    """

    graph: Graph
    board: Board
    project: str
    clock_mhz: float
    cycles_per_image: int
    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    hardware: tuple[bytes, bytes] | None = None
    more: Mapping[str, bytes]


def assemble(parts: BundleParts) -> tuple[Manifest, dict[str, bytes]]:
    """Return a bundle's manifest and its other files, by path.

    Raises:
        InputRefused: the board's streams cannot carry the network's scores.
        DeviceFailed: Vivado's description does not belong to this network.
    """
    graph = parts.graph
    design = block_design(parts.board, parts.project, parts.clock_mhz)
    registers = graph_registers(graph)
    bitstream, description = f"{design.name}.bit", f"{design.name}.hwh"
    scores = run_fixed(graph, parts.images)[graph.outputs[0]]
    files = dict(parts.more) | graph_files(graph) | runtime_files() | notebook_files(_NOTEBOOKS)
    files[GOLDEN_IMAGES] = npy(parts.images)
    files[GOLDEN_SCORES] = npy(scores.astype("<i8"))
    if parts.labels is not None:
        files[GOLDEN_LABELS] = npy(parts.labels.astype("<i8"))
    if parts.hardware is None:
        files[description] = make_hwh(design, registers).encode()
    else:
        files[bitstream], files[description] = parts.hardware
    manifest = Manifest(
        name=graph.name,
        fpgaflow=__version__,
        board=board_entry(parts.board),
        clock_mhz=design.clock_mhz,
        cycles_per_image=parts.cycles_per_image,
        dma=window_entry(design, DMA),
        dma_length_bits=DMA_LENGTH_BITS,
        accelerator=window_entry(design, ACCELERATOR),
        accelerator_type=design.accelerator_vlnv,
        registers=_registers(registers),
        images=stream_format(image_beats(graph, design.beat_bits)),
        scores=stream_format(score_beats(graph, design.beat_bits)),
        per_image=predict_counters(graph, design.beat_bits),
        class_names=parts.class_names,
        bitstream=None if parts.hardware is None else bitstream,
        description=description,
        description_source="generated" if parts.hardware is None else "vivado",
        golden_images=len(parts.images),
        files=file_entries(files),
    )
    check_description(manifest, read_description(files[description], description), description)
    return manifest, files


def graph_files(graph: Graph) -> dict[str, bytes]:
    """Return the files of a graph, by path."""
    with tempfile.TemporaryDirectory(prefix="fpgaflow-graph-") as folder:
        serialize.save(graph, Path(folder))
        found = {name: (Path(folder) / name).read_bytes() for name in GRAPH_FILES}
    return found | {GRAPH_TEXT: to_text(graph).encode()}


def board_entry(board: Board) -> BoardEntry:
    """Return what a manifest says of a board."""
    return BoardEntry(name=board.name, title=board.title, family=board.family, part=board.part)


def runtime_files() -> dict[str, bytes]:
    """Return the package's files that run on the board, by path."""
    found: dict[str, bytes] = {}
    for name in _RUNTIME:
        place = _PACKAGE / name
        paths = [place] if place.is_file() else sorted(place.rglob("*.py"))
        for path in paths:
            found[f"runtime/fpgaflow/{path.relative_to(_PACKAGE).as_posix()}"] = path.read_bytes()
    return found


def notebook_files(names: tuple[str, ...]) -> dict[str, bytes]:
    """Return notebooks, by path."""
    folder = share_dir("notebooks")
    return {f"notebooks/{name}": (folder / name).read_bytes() for name in names}


def npy(array: NDArray[np.generic]) -> bytes:
    """Return an array as a .npy file."""
    buffer = io.BytesIO()
    np.lib.format.write_array(
        buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
    )
    return buffer.getvalue()


def window_entry(design: BlockDesign, cell: str) -> WindowEntry:
    """Return what a manifest says of a cell's registers."""
    window = design.window(cell)
    return WindowEntry(cell=window.cell, base=window.base, bytes=window.bytes)


def _registers(registers: RegisterMap) -> tuple[RegisterEntry, ...]:
    return tuple(
        RegisterEntry(
            name=one.name,
            offset=one.offset,
            bits=one.bits,
            direction=one.direction,
            unit=one.unit,
            layer=one.layer,
        )
        for one in registers.registers
    )


def stream_format(beats: BeatFormat) -> StreamFormat:
    """Return what a manifest says of a stream."""
    return StreamFormat(shape=beats.shape, number=beats.number, beat_bits=beats.beat_bits)
