"""`fpgaflow compare`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.options import (
    DATA,
    arch_option,
    input_shape_option,
    json_option,
    mean_option,
    std_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.comparison import Compared, Comparison


@click.command(
    "compare",
    short_help="Compare accuracy and costs of several model files.",
    epilog=f"{DATA} Where they do not, the test part is taken.",
)
@click.argument("models", nargs=-1, required=True)
@click.option("--data", metavar="DATA", help="Images with labels, to measure accuracy on.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N images at most."
)
@mean_option
@std_option
@arch_option
@input_shape_option
@json_option
def command(
    *,
    models: tuple[str, ...],
    data: str | None,
    limit: int | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    arch: str | None,
    input_shape: tuple[int, ...] | None,
    as_json: bool,
) -> None:
    """Compare files of weights with the first of them: accuracy, and costs of an image or clip.

    MACs are those of convolutions and linear layers and of the matrix products of LSTMs (every
    step, both directions); FLOPs add 4 for each batch-norm element and 1 for each pooling output.
    Memory is the output of every layer, Mem R+W every layer's input and output and the parameters
    of convolutions, linear layers and LSTMs, both in float32, MB of 2^20 bytes. A convolution with
    fewer than six output channels is thin. All this is counted; accuracy and CPU time are measured.

    \b
    Examples:
      fpgaflow compare m.safetensors c.safetensors --data digits
      fpgaflow compare resnet20.th resnet56.th --json
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow compare")

    from fpgaflow.api.comparison import compare_models
    from fpgaflow.cli.table import format_table

    found = compare_models(
        models, data=data, limit=limit, mean=mean, std=std, arch=arch, input_shape=input_shape
    )
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
        return
    rows = [(title, *(show(one) for one in found.networks)) for title, show in _rows(found)]
    header = ("", *(network.file for network in found.networks))
    click.echo(format_table(header, rows, right=range(1, len(header))))
    if found.data is not None:
        click.echo(f"accuracy on {found.images} {found.noun} of {found.data}")
    click.echo(f"CPU time: median, {found.threads} threads")


_Row = tuple[str, "Callable[[Compared], str]"]


def _rows(found: Comparison) -> list[_Row]:
    from fpgaflow.report.numbers import format_bytes, format_count

    counted: list[_Row] = [
        ("architecture", lambda one: one.architecture),
        ("input", lambda one: "x".join(str(extent) for extent in one.input_shape)),
        ("parameters", lambda one: format_count(one.costs.parameters)),
        ("MACs", lambda one: format_count(one.costs.macs)),
        ("  less", lambda one: f"{found.macs_reduction(one):.2%}"),
        ("FLOPs", lambda one: format_count(one.costs.paper_flops)),
        ("  less", lambda one: f"{found.flops_reduction(one):.2%}"),
        ("depth", lambda one: str(one.costs.depth)),
        ("thin layers", lambda one: str(one.costs.thin_layers)),
        ("model size", lambda one: format_bytes(one.model_bytes)),
        ("memory", lambda one: f"{one.costs.memory_mb:.2f} MB"),
        ("Mem R+W", lambda one: f"{one.costs.read_write_mb:.2f} MB"),
        (
            f"CPU time, {found.batch} {found.noun} (measured)",
            lambda one: f"{1e3 * one.cpu_seconds:.2f} ms",
        ),
    ]
    measured: list[_Row] = [
        ("accuracy (measured)", lambda one: _percent(one.accuracy)),
        ("  drop, points", lambda one: _points(found.drop(one))),
    ]
    return counted if found.data is None else [*counted[:2], *measured, *counted[2:]]


def _percent(part: float | None) -> str:
    return "" if part is None else f"{part:.2%}"


def _points(part: float | None) -> str:
    # Adding zero turns -0.00 into 0.00.
    return "" if part is None else f"{round(100 * part, 2) + 0.0:.2f}"
