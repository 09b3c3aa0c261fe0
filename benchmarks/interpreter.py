"""Images a second of the interpreter, of PyTorch in float32 and of the hls4ml C-simulation.

    python benchmarks/interpreter.py --checkpoint resnet20.th --json interpreter.json

All three compute ResNet-20 on the same images with the same cores, in turn. The interpreter and
the C-simulation must give the same integers, or there are no figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from common import MEAN, STD, Subject, interleaved, random_images, rate, subject, write_figures
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import nn

from fpgaflow.api.compare import compare
from fpgaflow.backend.csim import CsimResult, simulate
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.backend.spatial.hls4ml_model import Target
from fpgaflow.errors import FpgaflowError
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.interpret.torch_engine import TorchInterpreter

BOARD = "pynq-z2"
INTERPRETER = "interpreter, exact integers"
PYTORCH = "PyTorch float32"
CHANNELS_LAST = "PyTorch float32, channels last"
CSIM = "hls4ml C-simulation"


@click.command()
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A ResNet-20's weights; seeded random ones by default.",
)
@click.option("--images", default=512, show_default=True, help="Images of one measurement.")
@click.option("--batch", default=64, show_default=True, help="Images in one batch, for all.")
@click.option("--threads", default=2, show_default=True, help="Cores, for all.")
@click.option("--rounds", default=9, show_default=True, help="Measurements of each.")
@click.option("--csim/--no-csim", default=True, help="Whether to compile and time it.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
def main(
    *,
    checkpoint: Path | None,
    images: int,
    batch: int,
    threads: int,
    rounds: int,
    csim: bool,
    json_file: Path | None,
) -> None:
    """Measure and print."""
    torch.set_num_threads(threads)
    console = Console()
    try:
        with tempfile.TemporaryDirectory(prefix="fpgaflow-bench-") as folder:
            with console.status("preparing the network"):
                network = subject("resnet20", checkpoint)
                contest = _contest(network, random_images(images, seed=1), batch)
                if csim:
                    contest[CSIM] = _csim(network, Path(folder), threads)
            with console.status("measuring"):
                seconds = interleaved({name: entry.run for name, entry in contest.items()}, rounds)
    except FpgaflowError as error:
        raise click.ClickException(str(error)) from error
    rates = {name: rate(entry.images, seconds[name]) for name, entry in contest.items()}
    console.print(_table(network.name, rates, batch, threads))
    write_figures(json_file, _figures(network.name, rates, batch, threads))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of the compared: what it runs, and how many images that computes."""

    run: Callable[[], object]
    images: int


def _contest(network: Subject, images: NDArray[np.uint8], batch: int) -> dict[str, Entry]:
    interpreter = TorchInterpreter(network.graph)
    pixels = (torch.from_numpy(images) / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    plain = pixels.permute(0, 3, 1, 2).contiguous()
    last = deepcopy(network.module).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    runs: dict[str, Callable[[], object]] = {
        INTERPRETER: lambda: interpreter.run(images, batch=batch),
        PYTORCH: _forward(network.module, plain, batch),
        CHANNELS_LAST: _forward(last, plain.contiguous(memory_format=torch.channels_last), batch),
    }
    return {name: Entry(run=run, images=len(images)) for name, run in runs.items()}


def _forward(module: nn.Module, images: torch.Tensor, batch: int) -> Callable[[], object]:
    def run() -> list[torch.Tensor]:
        with torch.inference_mode():
            return [module(part) for part in images.split(batch)]

    return run


def _csim(network: Subject, folder: Path, threads: int) -> Entry:
    """Compile the C-simulation; each of its measurements is one image for each core."""
    board = load_board(BOARD)
    folding = choose_folding(network.graph, board.resources.dsp)
    target = Target(project="network", part=board.part, clock_mhz=board.clock_mhz)
    project, work = folder / "project", folder / "work"
    emit_project(network.graph, folding, target, project)
    images = random_images(threads, seed=2)

    def run() -> CsimResult:
        return simulate(project, images, work=work, processes=threads)

    compare(network.graph, images, run())
    return Entry(run=run, images=threads)


def _figures(network: str, rates: dict[str, float], batch: int, threads: int) -> dict[str, object]:
    torch_rate = max(rates[PYTORCH], rates[CHANNELS_LAST])
    return {
        "interpreter_images_per_second": rates[INTERPRETER],
        "torch_fp32_images_per_second": torch_rate,
        "csim_images_per_second": rates.get(CSIM),
        "network": network,
        "torch_layouts": {
            "contiguous": rates[PYTORCH],
            "channels_last": rates[CHANNELS_LAST],
        },
        "batch": batch,
        "threads": threads,
    }


def _table(network: str, rates: dict[str, float], batch: int, threads: int) -> Table:
    table = Table(title=f"{network}: batch {batch}, {threads} threads, medians")
    table.add_column("what")
    table.add_column("images/s", justify="right")
    table.add_column("interpreter is", justify="right")
    for name, images_per_second in rates.items():
        ratio = rates[INTERPRETER] / images_per_second
        table.add_row(name, f"{images_per_second:.4g}", f"{ratio:.3g} x")
    return table


if __name__ == "__main__":
    main()
