"""`fpgaflow compare`."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from fpgaflow.cli.options import (
    DATA,
    arch_option,
    input_shape_option,
    json_option,
    limit_option,
    mean_option,
    std_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.comparison import Compared, Comparison
    from fpgaflow.api.counted import CountedDesign


@click.command(
    "compare",
    short_help="Compare model files, or a build's counted memory accesses.",
    epilog=f"{DATA} Where they do not, the test part is taken.",
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL... | BUILD")
@click.option(
    "--data",
    metavar="DATA",
    help="Images with labels, to measure accuracy on; with BUILD the images that the board takes.  "
    "[default for BUILD: those that it holds]",
)
@limit_option
@mean_option
@std_option
@arch_option
@input_shape_option
@click.option("--emulate", is_flag=True, help="BUILD: count on the emulated board.")
@click.option("--board", "real", is_flag=True, help="BUILD: count on the board that this runs on.")
@click.option("--layers", is_flag=True, help="BUILD: show the counters of each layer.")
@click.option(
    "--record", is_flag=True, help="BUILD: keep what a board counted in its report and its page."
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    models: tuple[str, ...],
    data: str | None,
    limit: int | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    arch: str | None,
    input_shape: tuple[int, ...] | None,
    emulate: bool,
    real: bool,
    layers: bool,
    record: bool,
    as_json: bool,
) -> None:
    """Compare files of weights, or what was counted of one build.

    With MODEL... the others are compared with the first: accuracy, and costs of an image or clip.

    MACs are those of convolutions and linear layers and of the matrix products of LSTMs (every
    step, both directions); FLOPs add 4 for each batch-norm element and 1 for each pooling output.
    Memory is the output of every layer, Mem R+W every layer's input and output and the parameters
    of convolutions, linear layers and LSTMs, both in float32, MB of 2^20 bytes. A convolution with
    fewer than six output channels is thin. All this is counted; accuracy and CPU time are measured.

    With BUILD, a build folder or a bundle, its memory accesses stand side by side: as the model
    predicts them, as the C-simulation counted, as a board or its emulation reports, and those of
    the float network on PyTorch, layer by layer through DRAM; with a relative energy model. All
    counts but the last must be equal to the last access: one that is not is marked, and ends the
    command with exit code 8.

    \b
    Examples:
      fpgaflow compare m.safetensors c.safetensors --data digits
      fpgaflow compare resnet20.th resnet56.th --json
      fpgaflow compare model-pynq-z2 --emulate --layers
      fpgaflow compare model-pynq-z2.fpgaflow.zip --board
    """
    if any(_is_design(model) for model in models):
        _check_options(ctx, _MODELS_ONLY, "a build")
        design, *more = models
        if more:
            raise click.UsageError("one build or bundle at a time, and no model files beside it")
        if emulate and real:
            raise click.UsageError("--emulate and --board exclude each other")
        on = "emulated" if emulate else "real" if real else None
        if record and on is None:
            raise click.UsageError("--record keeps what --emulate or --board counts: give one")
        if (data is not None or limit is not None) and on is None:
            raise click.UsageError("--data and --limit are for --emulate or --board: give one")
        _compare_design(design, on, data, limit, layers=layers, record=record, as_json=as_json)
        return
    _check_options(ctx, _DESIGNS_ONLY, "model files")

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


_MODELS_ONLY = ("mean", "std", "arch", "input_shape")
_DESIGNS_ONLY = ("emulate", "real", "layers", "record")


def _is_design(path: str) -> bool:
    from fpgaflow.runtime.bundle import SUFFIX

    return Path(path).is_dir() or path.endswith(SUFFIX)


def _check_options(ctx: click.Context, names: tuple[str, ...], what: str) -> None:
    for parameter in ctx.command.params:
        given = ctx.get_parameter_source(parameter.name or "")
        if parameter.name in names and given is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} does not go with {what}")


def _compare_design(
    path: str,
    on: Literal["emulated", "real"] | None,
    data: str | None,
    limit: int | None,
    *,
    layers: bool,
    record: bool,
    as_json: bool,
) -> None:
    from fpgaflow.api import counted
    from fpgaflow.api.packages import require_packages

    if record:
        require_packages("fpgaflow compare --record")
    found = counted.count_design(path, on, images=data, limit=limit)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        _show_design(found, layers=layers)
    found.check()
    if record:
        counted.record(found)
        if not as_json:
            click.echo(f"recorded in {path}")


def _show_design(found: CountedDesign, *, layers: bool) -> None:
    from fpgaflow.cli.table import format_table
    from fpgaflow.report.counters_rows import shown_counters

    shown = shown_counters(found.report, layers=layers)
    assert shown is not None, "a design without counters is refused"
    if find_spec("rich") is not None:
        from fpgaflow.report.terminal_counters import print_counters

        print_counters(shown)
    else:
        header = ("for one image", *shown.columns)
        rows = [
            (f"  {row.title}", *(f"{one.text}{' !' if one.wrong else ''}" for one in row.cells))
            if row.cells
            else (row.title, *("" for _ in shown.columns))
            for row in shown.rows
        ]
        click.echo(format_table(header, rows, right=range(1, len(header))))
        click.echo("\n".join(shown.notes))
    click.echo(f"counters: {shown.verdict}")


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
