"""How long ResNet-56 takes from its checkpoint to a compiled C-simulation, beside stock hls4ml.

    python benchmarks/compile.py --checkpoint resnet56.th --json compile.json

Both sides read the same checkpoint, convert the same layers to an hls4ml project and compile its
C++, in the same run and on the same machine. fpgaflow's part includes calibrated quantization and
the fit check, and compiles the simulation in as many processes as there are cores; hls4ml's is one
process. What hls4ml has no part of is shown but not counted: the agreement with the float network,
the simulation of one image, the comparison of every layer, the report.
"""

from __future__ import annotations

import tempfile
import time
from importlib import import_module
from pathlib import Path

import click
import torch
from common import INPUT_SHAPE, MEAN, STD, random_images, write_figures
from hls4ml_peer import time_hls4ml
from rich.console import Console
from rich.table import Table

import fpgaflow
from fpgaflow.api.network import read_network
from fpgaflow.cli.progress import ShownProgress
from fpgaflow.hardware.boards import load_board
from fpgaflow.zoo.registry import build

BOARD = "pynq-z2"
IMAGES = 128
NOT_COUNTED = ("measure agreement", "simulate", "compare", "write report")


@click.command()
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CIFAR ResNet's weights; a ResNet-56 of seeded random ones by default.",
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
def main(*, checkpoint: Path | None, json_file: Path | None) -> None:
    """Time both, print the steps side by side, and write the figures."""
    # Importing takes seconds on both sides and is no part of either.
    import_module("hls4ml.model.graph")
    with tempfile.TemporaryDirectory(prefix="fpgaflow-benchmark-") as name:
        folder = Path(name)
        model = checkpoint or _seeded(folder)
        ours = _time_ours(model, folder)
        started = time.perf_counter()
        network = read_network(model)
        peer = {"read model": time.perf_counter() - started}
        board = load_board(BOARD)
        peer |= time_hls4ml(network.graph, board.part, board.clock_mhz, folder / "hls4ml")
    name = f"{network.architecture}, {checkpoint.name if checkpoint else 'seeded weights'}"
    _print(name, ours, peer)
    write_figures(json_file, {"fpgaflow_seconds": ours, "hls4ml_seconds": peer, "network": name})


def _seeded(folder: Path) -> Path:
    torch.manual_seed(0)
    path = folder / "resnet56.pt"
    torch.save(build("resnet56").state_dict(), path)
    return path


def _time_ours(model: Path, folder: Path) -> dict[str, float]:
    with ShownProgress() as progress:
        built = fpgaflow.compile(
            model,
            BOARD,
            output=folder / "fpgaflow",
            example_input=INPUT_SHAPE,
            calibration=random_images(IMAGES),
            calibration_images=IMAGES // 2,
            mean=MEAN,
            std=STD,
            simulate=1,
            allow_oversize=True,
            progress=progress,
        )
    return {step.name: step.seconds for step in built.seconds}


def _print(network: str, ours: dict[str, float], peer: dict[str, float]) -> None:
    table = Table(
        title=f"{network}: from checkpoint to compiled C-simulation", title_justify="left"
    )
    for heading in ("tool", "step", "seconds"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left")
    for tool, seconds in (("fpgaflow", ours), ("hls4ml 1.3.0", peer)):
        for step, spent in seconds.items():
            note = " (not counted)" if step in NOT_COUNTED else ""
            table.add_row(tool, step + note, f"{spent:.1f}")
        counted = sum(spent for step, spent in seconds.items() if step not in NOT_COUNTED)
        table.add_row(tool, "all", f"{counted:.1f}", style="bold", end_section=True)
    Console().print(table)


if __name__ == "__main__":
    main()
