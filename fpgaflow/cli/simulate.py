"""`fpgaflow simulate`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.options import (
    DATA,
    csim_limits,
    images_instead_option,
    json_option,
    memory_limit_option,
    quiet_option,
    time_limit_option,
    work_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.build import Build
    from fpgaflow.data import ImageSet


@click.command("simulate", short_help="Simulate a build on more images.", epilog=DATA)
@click.argument("build")
@click.option(
    "--images",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="How many images: those that the build keeps come first, then random ones.",
)
@images_instead_option
@click.option(
    "--outputs-only", is_flag=True, help="Compare the outputs alone, not every layer's value."
)
@click.option(
    "--rtl",
    is_flag=True,
    help="Of a build of --style engine: run the engine's RTL in Verilator, cycle by cycle.",
)
@click.option(
    "--stalls",
    type=click.IntRange(min=0),
    metavar="SEED",
    help="With --rtl: pause all buses at random.",
)
@click.option(
    "--verilator",
    metavar="PROGRAM",
    help="With --rtl: 5.002 or later.  [default: the Python package's, then the one on PATH]",
)
@work_option
@time_limit_option
@memory_limit_option
@json_option
@quiet_option
def command(
    *,
    build: str,
    images: int,
    data: str | None,
    outputs_only: bool,
    rtl: bool,
    stalls: int | None,
    verilator: str | None,
    work: str | None,
    time_limit: float | None,
    memory_limit: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compile the C++ of BUILD, run it, and compare every integer with the interpreter's.

    BUILD is a folder that `fpgaflow compile` made. Images go through the accelerator as on the
    board, in beats, and its counters must show what the memory-access model predicts. The first
    integer that differs ends the command with exit code 8 and is named: layer, image, index and
    both values; so does the first counter.

    A build of --style engine runs on the engine's functional model. With --rtl its program runs on
    the engine's RTL itself, through its registers and buses: results must be the interpreter's, and
    every counter, cycles too, what the planner says; with --stalls all counters but those of
    cycles. That run is kept in report.json and report.html.

    \b
    Examples:
      fpgaflow simulate model-pynq-z2 --images 8
      fpgaflow simulate model-pynq-z2 --images 32 --outputs-only --data images.npz
      fpgaflow simulate engine-pynq-z2 --rtl --stalls 1
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow simulate")

    from fpgaflow.api.build import load
    from fpgaflow.api.images import read_images
    from fpgaflow.cli.progress import ShownProgress

    loaded = load(build)
    chosen = images if data is None else read_images(data, limit=images)
    if rtl or stalls is not None or verilator is not None:
        if work is not None or outputs_only:
            raise click.UsageError("--work and --outputs-only do not go with --rtl")
        _simulate_rtl(loaded, chosen, rtl, stalls, verilator, as_json=as_json, quiet=quiet)
        return
    with ShownProgress(quiet=quiet) as progress:
        found = loaded.simulate(
            chosen,
            trace=not outputs_only,
            limits=csim_limits(time_limit, memory_limit),
            work=work,
            progress=progress,
        )
    summary = found.summary()
    if as_json:
        more = {
            "random_images": found.random_images,
            "counters": None if found.counters is None else dict(found.counters),
        }
        click.echo(json.dumps(asdict(summary) | more, indent=2))
    elif not quiet:
        random = f" ({found.random_images} of them random)" if found.random_images else ""
        click.echo(
            f"{summary.images} images{random}, {summary.layers_compared} values each: every "
            f"integer equals the interpreter's; {summary.seconds_per_image:.3g} s an image"
        )
        if found.counters is not None:
            click.echo(
                f"{len(found.counters)} counters of the accelerator: all equal the memory-access "
                "model's"
            )


def _simulate_rtl(
    build: Build,
    images: int | ImageSet,
    rtl: bool,
    stalls: int | None,
    verilator: str | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from fpgaflow.api.engine_rtl import simulate_rtl
    from fpgaflow.cli.progress import ShownProgress
    from fpgaflow.report.engine_rows import rtl_rows

    if not rtl:
        raise click.UsageError("--stalls and --verilator belong to --rtl")
    with ShownProgress(quiet=quiet) as progress:
        found = simulate_rtl(build, images, stalls=stalls, verilator=verilator, progress=progress)
    if as_json:
        more = {"random_images": found.random_images}
        click.echo(json.dumps(asdict(found.summary) | more, indent=2))
    elif not quiet:
        ((title, line),) = rtl_rows((found.summary,))
        click.echo(f"{title}: {line}")
