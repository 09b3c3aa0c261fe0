"""Puts what a board needs into one zip: network, registers, golden data, bitstream, runtime."""

from __future__ import annotations

from pathlib import Path

from fpgaflow.api.build import Build
from fpgaflow.api.bundle_contents import BundleParts, assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.api.engine_bundle import EngineParts, assemble_engine
from fpgaflow.api.engine_files import read_engine_files
from fpgaflow.api.images import Data, fit_images, pixels_for, read_images
from fpgaflow.api.layout import REPORT
from fpgaflow.api.stored_images import stored_images
from fpgaflow.backend.manifest import read_manifest
from fpgaflow.data.image_set import ImageSet
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.boards import Board, load_board
from fpgaflow.hardware.engine_design import ENGINE
from fpgaflow.runtime.bundle import SUFFIX
from fpgaflow.runtime.manifest import Manifest


def make_bundle(
    build: Build,
    output: str | Path | None = None,
    *,
    board: str | None = None,
    images: Data | None = None,
    limit: int | None = None,
    force: bool = False,
) -> Path:
    """Write a build's bundle and return where it is; the same build gives the same bytes.

    Args:
        build: from `fpgaflow.load` or `fpgaflow.compile`.
        output: the file; by default the build folder's name and `.fpgaflow.zip`, here.
        board: the board's file, where the build is for one that fpgaflow does not ship.
        images: what becomes the golden images; by default the few that the build keeps.
        limit: take so many of `images` at most.
        force: replace a bundle that is there already.

    Raises:
        InputRefused: the build, the board, the images or the output cannot be used.
        DeviceFailed: the .hwh in the build folder does not belong to this network.
    """
    target = Path(f"{build.folder.resolve().name}{SUFFIX}" if output is None else output)
    given = stored_images(build.folder) if images is None else read_images(images, limit=limit)
    golden = fit_images(given, build.graph)
    make = _engine_files if build.report.style == "engine" else _spatial_files
    manifest, files = make(build, _board(build, board), golden)
    write_bundle(target, manifest, files, force=force)
    return target


def _spatial_files(
    build: Build, board: Board, golden: ImageSet
) -> tuple[Manifest, dict[str, bytes]]:
    project = read_manifest(build.project).project
    return assemble(
        BundleParts(
            graph=build.graph,
            board=board,
            project=project,
            clock_mhz=build.report.board.clock_mhz,
            cycles_per_image=build.report.performance.cycles_per_image,
            images=pixels_for(golden, build.graph),
            labels=golden.labels,
            class_names=golden.class_names or (),
            hardware=_hardware(build, project),
            more={REPORT: (build.folder / REPORT).read_bytes()},
        )
    )


def _sizes(engine: EngineConfig | None) -> str:
    if engine is None:
        return "no engine"
    lanes = f"{engine.lanes_k} x {engine.lanes_o} x {engine.lanes_p} lanes"
    return f"an engine of {lanes}, {engine.act_lines} lines and {engine.w_rows} rows"


def _engine_files(
    build: Build, board: Board, golden: ImageSet
) -> tuple[Manifest, dict[str, bytes]]:
    made = read_engine_files(build.folder, build.graph)
    if board.engine != made.program.config:
        raise InputRefused(
            f"{board.name} has {_sizes(board.engine)}",
            accepted=f"{_sizes(made.program.config)}, which {build.folder} was compiled for",
            remedy="compile the network again, or name the board's file with --board FILE.toml",
        )
    return assemble_engine(
        EngineParts(
            graph=build.graph,
            board=board,
            program=made.program,
            frames=made.frames,
            clock_mhz=build.report.board.clock_mhz,
            cycles_per_image=build.report.performance.cycles_per_image,
            images=pixels_for(golden, build.graph),
            labels=golden.labels,
            class_names=golden.class_names or (),
            hardware=_hardware(build, ENGINE),
            more={REPORT: (build.folder / REPORT).read_bytes()},
        )
    )


def _board(build: Build, given: str | None) -> Board:
    wanted = build.report.board
    board = load_board(given or wanted.name)
    if board.part != wanted.part:
        raise InputRefused(
            f"the board {board.name} has the device {board.part}",
            accepted=f"{wanted.part}, which {build.folder} was compiled for",
            remedy="name the board's file with --board FILE.toml",
        )
    return board


def _hardware(build: Build, project: str) -> tuple[bytes, bytes] | None:
    """Return bitstream and description as Vivado made them, where it did."""
    bitstream, description = (build.folder / f"{project}{suffix}" for suffix in (".bit", ".hwh"))
    if bitstream.is_file() and description.is_file():
        return bitstream.read_bytes(), description.read_bytes()
    for path, other in ((bitstream, description), (description, bitstream)):
        if path.is_file():
            raise InputRefused(
                f"{path} is there, {other.name} is not",
                accepted="both of one synthesis, or neither",
                remedy="run fpgaflow synthesize again",
            )
    return None
