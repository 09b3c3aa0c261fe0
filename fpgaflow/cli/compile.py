"""`fpgaflow compile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from fpgaflow.cli.options import (
    DATA,
    arch_option,
    calibration_images_option,
    confidence_option,
    csim_limits,
    input_shape_option,
    json_option,
    mean_option,
    measured_designs_option,
    memory_limit_option,
    quiet_option,
    std_option,
    time_limit_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.styles import Style
    from fpgaflow.hardware.resource_totals import Confidence


@click.command(
    "compile",
    short_help="Compile a model file for a board, and verify the result.",
    epilog=f"{DATA} Layers in --layers are named as in `fpgaflow inspect`; a file looks so: "
    '[layers."layer1_*"] on one line, weight_bits = 6 on the next.',
)
@click.argument("model")
@click.option("--board", default="pynq-z2", show_default=True, metavar="NAME|FILE.toml")
@click.option(
    "-o", "--output", metavar="DIR", help="The build folder.  [default: MODEL-BOARD, here]"
)
@click.option(
    "--original",
    metavar="FILE",
    help="What MODEL was compressed from: the report then shows what that saved.  [default: the "
    "file that MODEL's plan names, where it lies beside it]",
)
@click.option("--force", is_flag=True, help="Replace an earlier build in the output folder, whole.")
@mean_option
@std_option
@click.option("--calibration", metavar="DATA", help="Images that number formats are chosen by.")
@calibration_images_option
@click.option(
    "--evaluation",
    metavar="DATA",
    help="Images to measure agreement with the float network on.  "
    "[default: those of --calibration after the first N]",
)
@click.option(
    "--evaluate",
    type=int,
    default=4000,
    show_default=True,
    metavar="N",
    help="Measure on N images at most; 0 measures nothing.",
)
@click.option(
    "--weight-bits", type=int, default=8, show_default=True, metavar="N", help="From 2 to 16."
)
@click.option(
    "--activation-bits", type=int, default=8, show_default=True, metavar="N", help="From 2 to 16."
)
@click.option("--layers", metavar="FILE.toml", help="Other widths for single layers.")
@arch_option
@input_shape_option
@click.option(
    "--simulate",
    type=int,
    default=2,
    show_default=True,
    metavar="N",
    help="C-simulate N images, or run them on the engine's model, and compare every integer of "
    "every layer; 0 simulates nothing.",
)
@click.option(
    "--allow-oversize", is_flag=True, help="Go on where the design does not fit the board."
)
@confidence_option
@measured_designs_option
@click.option(
    "--target-fps",
    type=float,
    metavar="N",
    help="Make the smallest design that reaches N images a second; the engine has one size, and "
    "has to reach them.  [default: the fastest that fits]",
)
@click.option(
    "--max-utilization",
    type=float,
    default=0.9,
    show_default=True,
    metavar="PART",
    help="The part of each of the board's resources that the folding may take; not with "
    "--style engine.",
)
@click.option(
    "--clock-mhz", type=float, metavar="MHZ", help="The design's clock.  [default: the board's]"
)
@click.option(
    "--style",
    type=click.Choice(["spatial", "engine", "auto"]),
    default="spatial",
    show_default=True,
    help="Each layer a stage of its own, or a program of the engine that is made for the board; "
    "auto takes the faster one that fits.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of random pixels.")
@click.option(
    "--dump-passes", metavar="DIR", help="Write the graph as text after each pass, for debugging."
)
@time_limit_option
@memory_limit_option
@json_option
@quiet_option
def command(
    *,
    model: str,
    board: str,
    output: str | None,
    original: str | None,
    force: bool,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    calibration: str | None,
    calibration_images: int,
    evaluation: str | None,
    evaluate: int,
    weight_bits: int,
    activation_bits: int,
    layers: str | None,
    arch: str | None,
    input_shape: tuple[int, ...] | None,
    simulate: int,
    allow_oversize: bool,
    confidence: str,
    measured_designs: str | None,
    target_fps: float | None,
    max_utilization: float,
    clock_mhz: float | None,
    style: str,
    seed: int,
    dump_passes: str | None,
    time_limit: float | None,
    memory_limit: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compile MODEL for a board.

    MODEL is a file of weights (.safetensors, or a PyTorch state_dict) whose architecture is
    recognised, an ONNX model, or a .pt2 of torch.export. The network is quantized to fixed point,
    written as an hls4ml project, compiled and simulated; every integer of the simulation must equal
    the reference. The build folder holds the project, the graph, report.json and report.html; it
    appears whole or not at all. With --style engine the network becomes a program for the engine
    that is made for the board, one design for any network, and is run on its functional model.

    For a network that `fpgaflow compress` made, the original goes through the same models, and the
    report shows what was saved in multiply-accumulates, bits and memory accesses.

    \b
    Examples:
      fpgaflow compile resnet20.th --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 \\
          --calibration cifar10:data/cifar10 --allow-oversize
      fpgaflow compile model.onnx --calibration images.npz --weight-bits 6 -o out
      fpgaflow compile c.safetensors --original m.safetensors --calibration digits \\
          --board zcu104
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow compile")

    from fpgaflow.api.compiler import compile_model
    from fpgaflow.cli.progress import ShownProgress
    from fpgaflow.report.json import to_json
    from fpgaflow.report.terminal import print_report

    with ShownProgress(quiet=quiet) as progress:
        build = compile_model(
            model,
            board,
            output=output,
            original=original,
            force=force,
            mean=mean,
            std=std,
            calibration=calibration,
            calibration_images=calibration_images,
            evaluation=evaluation,
            evaluation_images=evaluate,
            weight_bits=weight_bits,
            activation_bits=activation_bits,
            layers=Path(layers) if layers is not None else (),
            arch=arch,
            example_input=input_shape,
            simulate=simulate,
            limits=csim_limits(time_limit, memory_limit),
            allow_oversize=allow_oversize,
            confidence=cast("Confidence", confidence),
            measured_designs=measured_designs,
            target_fps=target_fps,
            max_utilization=max_utilization,
            clock_mhz=clock_mhz,
            style=cast("Style", style),
            seed=seed,
            dump_passes=dump_passes,
            progress=progress,
        )
    if as_json:
        click.echo(to_json(build.report), nl=False)
    elif not quiet:
        print_report(build.report)
        click.echo(f"build folder: {build.folder}")
