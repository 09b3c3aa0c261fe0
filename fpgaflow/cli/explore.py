"""`fpgaflow explore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from fpgaflow.cli.options import (
    DATA,
    arch_option,
    calibration_images_option,
    confidence_option,
    input_shape_option,
    json_option,
    mean_option,
    measured_designs_option,
    numbers,
    quiet_option,
    std_option,
)

if TYPE_CHECKING:
    from fpgaflow.hardware.resource_totals import Confidence


@click.command(
    "explore",
    short_help="Compare designs over models, bits, boards, clocks and styles.",
    epilog=f"{DATA} Boards are those of `fpgaflow boards`, or FILE.toml.",
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "--calibration",
    required=True,
    metavar="DATA",
    help="Images that number formats are chosen by.",
)
@calibration_images_option
@click.option(
    "--evaluation",
    metavar="DATA",
    help="Images to measure on, with labels where accuracy is wanted.  "
    "[default: those of --calibration after the first N]",
)
@click.option(
    "--evaluate",
    type=int,
    default=4000,
    show_default=True,
    metavar="N",
    help="Measure on N images at most.",
)
@click.option(
    "--bits",
    default="4,6,8",
    show_default=True,
    metavar="LIST",
    help="Widths from 2 to 16, such as 4,6,8; weights and activations apart as in 4:8.",
)
@click.option(
    "--boards", default="pynq-z2", show_default=True, metavar="LIST", help="Such as pynq-z2,kv260."
)
@click.option(
    "--clocks-mhz",
    type=numbers,
    metavar="LIST",
    help="For every board, such as 100,150.  [default: each board's own]",
)
@click.option(
    "--styles",
    default="spatial,engine",
    show_default=True,
    metavar="LIST",
    help="Each layer a stage of its own, a program of the board's engine, or both.",
)
@click.option(
    "-o", "--output", metavar="DIR", help="Where results go.  [default: MODEL-explore, here]"
)
@mean_option
@std_option
@arch_option
@input_shape_option
@confidence_option
@measured_designs_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes on this machine, of one thread each.  [default: one a core]",
)
@click.option(
    "--scheduler",
    metavar="tcp://HOST:PORT",
    help="Work on the cluster of this Dask scheduler instead, which must be one that you trust.",
)
@json_option
@quiet_option
def command(
    *,
    models: tuple[str, ...],
    calibration: str,
    calibration_images: int,
    evaluation: str | None,
    evaluate: int,
    bits: str,
    boards: str,
    clocks_mhz: tuple[float, ...] | None,
    styles: str,
    output: str | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    arch: str | None,
    input_shape: tuple[int, ...] | None,
    confidence: str,
    measured_designs: str | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find out which designs are worth building, before any synthesis.

    MODELs are files as `fpgaflow compile` takes them: a network and its compressed ones. Each is
    quantized and measured at every width by the exact interpreter, and planned for every board at
    every clock, as a pipeline and for the board's engine: images a second, resources with their
    bands, memory accesses. What quantization refuses, or does not fit, is a row with its reason.

    DIR gets explore.json, explore.csv and explore.html: which designs no other one beats, by
    accuracy (agreement with the float network where there are no labels) against speed and against
    size. With them comes the command that compiles each.

    Whatever is finished is kept in DIR/.work: after an interruption, or with a larger grid, the
    same command goes on. Inputs that have changed are done anew. On a cluster a worker that is lost
    is made up for; it needs the extra: pip install 'fpgaflow[cluster]'.

    \b
    Examples:
      fpgaflow explore m.safetensors c.safetensors --calibration digits --bits 4,6,8 -o out
      fpgaflow explore resnet20.th --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 \\
          --calibration cifar10:data/cifar10 --evaluation cifar10:data/cifar10:test \\
          --bits 4:8,6,8 --boards pynq-z2,zcu104 --clocks-mhz 100,150,200
      fpgaflow explore m.safetensors --calibration digits --scheduler tcp://cluster:8786
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow explore")

    from fpgaflow.api.explore import explore_models
    from fpgaflow.api.explore_grid import parse_bits
    from fpgaflow.cli.progress import ShownProgress
    from fpgaflow.report.explore_json import exploration_json
    from fpgaflow.report.explore_terminal import print_exploration

    with ShownProgress(quiet=quiet or as_json, time_left=True) as progress:
        found = explore_models(
            models,
            calibration=calibration,
            evaluation=evaluation,
            bits=parse_bits(bits),
            boards=[name.strip() for name in boards.split(",")],
            clocks_mhz=clocks_mhz or (),
            styles=[style.strip() for style in styles.split(",")],
            output=output,
            calibration_images=calibration_images,
            evaluation_images=evaluate,
            mean=mean,
            std=std,
            arch=arch,
            example_input=input_shape,
            confidence=cast("Confidence", confidence),
            measured_designs=measured_designs,
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    if as_json:
        click.echo(exploration_json(found), nl=False)
    elif not quiet:
        print_exploration(found)
