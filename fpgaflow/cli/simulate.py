"""`fpgaflow simulate`."""

from __future__ import annotations

import json
from dataclasses import asdict

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


@click.command("simulate", short_help="C-simulate a build on more images.", epilog=DATA)
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

    \b
    Examples:
      fpgaflow simulate model-pynq-z2 --images 8
      fpgaflow simulate model-pynq-z2 --images 32 --outputs-only --data images.npz
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow simulate")

    from fpgaflow.api.build import load
    from fpgaflow.api.images import read_images
    from fpgaflow.cli.progress import ShownProgress

    loaded = load(build)
    with ShownProgress(quiet=quiet) as progress:
        found = loaded.simulate(
            images if data is None else read_images(data, limit=images),
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
