"""Networks as programs of one engine: cycles, efficiency, memory traffic, and the RTL's answers.

    python benchmarks/engine.py --images images.npz --rtl 20 --checkpoint resnet20=resnet20.pt \
        --checkpoint resnet20=compressed.safetensors --page engine.md --json engine.json

Every network runs on the same configuration of the engine, that of an xc7z020. Those without a
checkpoint have seeded random weights, which change no cycle. Cycles are the planner's; with --rtl
the Verilated RTL runs images too: its integers must be the interpreter's, its counters the
planner's, with a memory that never stalls, and with one that pauses at random. The images are
`images` in an .npz: the first 64 choose the number formats, the next ones run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
import numpy as np
from common import CALIBRATION_IMAGES, INPUT_SHAPE, random_images, subject
from engine_page import tables
from engine_rows import Resources, Row, RtlRow, row
from engine_run import run_on_rtl
from marked_page import fill_page
from numpy.typing import NDArray

from fpgaflow.engine.config import EngineConfig
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.engine_resources import engine_figures

BOARD = "pynq-z2"
NETWORKS = ("resnet8", "resnet20", "resnet56", "resnet110", "densenet40", "vgg16_bn")
FEW = {"resnet110": 2, "vgg16_bn": 2}
"""Images that the longest networks run at most."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
Pixels = NDArray[np.uint8]


@click.command()
@click.option("--network", "names", multiple=True, help="Of the zoo, instead of the usual ones.")
@click.option("--checkpoint", "checkpoints", multiple=True, metavar="NETWORK=FILE")
@click.option(
    "--images",
    "images_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An .npz with uint8 images [n, 32, 32, 3]; seeded random pixels by default.",
)
@click.option("--rtl", "count", default=0, show_default=True, help="Images to run on the RTL.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="All figures.")
@click.option("--page", type=click.Path(path_type=Path), help="The tables, into this Markdown.")
@click.option("--figure", type=click.Path(path_type=Path), help="The picture, PNG.")
def main(
    *,
    names: tuple[str, ...],
    checkpoints: tuple[str, ...],
    images_file: Path | None,
    count: int,
    json_file: Path | None,
    page: Path | None,
    figure: Path | None,
) -> None:
    """Compile networks for the engine, and run them on its RTL."""
    board = load_board(BOARD)
    assert board.engine is not None, f"{BOARD} has an engine"
    images = read_images(images_file, CALIBRATION_IMAGES + count)
    files = read_checkpoints(checkpoints)
    rows: list[Row] = []
    runs: list[RtlRow] = []
    for name in names or NETWORKS:
        for file in files.get(name, (None,)):
            graph = subject(name, file, images[:CALIBRATION_IMAGES], MEAN, STD).graph
            title = name if file is None else f"{name}, {file.name}"
            one = row(title, name, graph, board.engine)
            rows.append(replace(one, seeded=file is None))
            if count:
                shown = images[CALIBRATION_IMAGES:][: FEW.get(name, count)]
                runs += run_on_rtl(title, graph, board.engine, shown, board)
            click.echo(f"{title}: {one.cycles:,} cycles", err=True)
    resources = find_resources(board.engine)
    text = tables(rows, runs, resources, board)
    click.echo(text)
    if page is not None:
        fill_page(page, text)
    if figure is not None:
        from engine_figure import draw

        draw(rows, figure)
    if json_file is not None:
        figures = {
            "rows": [asdict(one) for one in rows],
            "rtl": [asdict(one) for one in runs],
            "resources": None if resources is None else asdict(resources),
            "images": "random pixels" if images_file is None else images_file.name,
        }
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read_images(path: Path | None, count: int) -> Pixels:
    """Return so many images, uint8 [n, 32, 32, 3].

    Raises:
        click.UsageError: the file holds fewer, or other arrays.
    """
    if path is None:
        return random_images(count)
    with np.load(path, allow_pickle=False) as archive:
        images = np.asarray(archive["images"][:count])
    shape = (count, *INPUT_SHAPE[1:], INPUT_SHAPE[0])
    if images.dtype != np.uint8 or images.shape != shape:
        raise click.UsageError(f"{path}: {images.dtype} {images.shape}, not uint8 {shape}")
    return images


def read_checkpoints(texts: Sequence[str]) -> Mapping[str, tuple[Path, ...]]:
    """Return the files of each network, from NETWORK=FILE."""
    found: dict[str, tuple[Path, ...]] = {}
    for text in texts:
        name, _, file = text.partition("=")
        if not Path(file).is_file():
            raise click.UsageError(f"--checkpoint {text}: no NETWORK=FILE of an existing file")
        found[name] = (*found.get(name, ()), Path(file))
    return found


def find_resources(config: EngineConfig) -> Resources | None:
    """Return what Yosys counted, where the configuration was synthesized."""
    found = engine_figures().find(config, "zynq-7000")
    if found is None:
        return None
    return Resources(
        lut=found.lut, ff=found.ff, dsp=found.dsp, bram36=found.bram36, source=found.tool
    )


if __name__ == "__main__":
    main()
