"""What quantization costs: how often the fixed-point network names the class that float names.

    python benchmarks/accuracy.py --images cifar.npz --mean 0.485,0.456,0.406 \\
        --std 0.229,0.224,0.225 resnet20.th resnet56.th

The first 256 images calibrate; all that follow are counted. No simulation is needed: the
interpreter's integers are those of the C-simulation (`fpgaflow simulate`).
"""

from __future__ import annotations

from pathlib import Path

import click
from common import write_figures
from rich.console import Console
from rich.table import Table

from fpgaflow.api.agreement import Agreement, measure_agreement
from fpgaflow.api.network import read_network
from fpgaflow.cli.options import numbers
from fpgaflow.data import ImageSet, load_images
from fpgaflow.errors import FpgaflowError
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize

CALIBRATION = 256


@click.command()
@click.argument(
    "checkpoints", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option("--images", required=True, metavar="DATA", help="As in `fpgaflow compile`.")
@click.option("--mean", type=numbers, default="0")
@click.option("--std", type=numbers, default="1")
@click.option("--bits", type=int, multiple=True, default=(8, 6), show_default=True)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path))
def main(
    *,
    checkpoints: tuple[Path, ...],
    images: str,
    mean: tuple[float, ...],
    std: tuple[float, ...],
    bits: tuple[int, ...],
    json_file: Path | None,
) -> None:
    """Quantize each checkpoint at each width, print the agreement, and write the figures."""
    try:
        sets = load_images(images)
        rows = [
            {"network": path.name, "bits": width} | _figures(_measured(real, sets, width))
            for path in checkpoints
            for real in [canonicalize(read_network(path).graph, mean=mean, std=std)]
            for width in bits
        ]
    except FpgaflowError as error:
        raise click.ClickException(str(error)) from error
    table = Table("network", "bits", "images", "agreement", "top-1 float", "top-1 fixed")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    Console().print(table)
    write_figures(json_file, {"rows": rows})


def _measured(real: Graph, sets: ImageSet, bits: int) -> Agreement:
    settings = Settings(weight_bits=bits, activation_bits=bits)
    fixed = quantize(real, sets.images[:CALIBRATION], settings)
    labels = None if sets.labels is None else sets.labels[CALIBRATION:]
    held_out = sets.images[CALIBRATION:]
    return measure_agreement(real, fixed, held_out, labels, lambda _, __: None)


def _figures(agreement: Agreement) -> dict[str, object]:
    return {
        "images": agreement.images,
        "top1_agreement": agreement.top1_agreement,
        "top1_float": agreement.top1_float,
        "top1_fixed": agreement.top1_fixed,
    }


def _cell(value: object) -> str:
    return f"{value:.2%}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
