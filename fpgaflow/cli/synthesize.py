"""`fpgaflow synthesize`."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.options import json_option, quiet_option

if TYPE_CHECKING:
    from fpgaflow.api.synthesis import SynthesisPlan


@click.command("synthesize", short_help="Make the bitstream of a build with Vitis HLS and Vivado.")
@click.argument("build")
@click.option(
    "--vitis", metavar="DIR", help="Installation of Vitis or Vitis HLS.  [default: looked for]"
)
@click.option("--vivado", metavar="DIR", help="Installation of Vivado.  [default: looked for]")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="How many runs Vivado may have side by side; each takes a few GB of memory.",
)
@click.option("--dry-run", is_flag=True, help="Print the commands and run nothing.")
@json_option
@quiet_option
def command(
    *,
    build: str,
    vitis: str | None,
    vivado: str | None,
    jobs: int,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make the bitstream of BUILD with AMD's Vitis HLS and Vivado, 2023.2 or later.

    BUILD is a folder that `fpgaflow compile` made. The tools are looked for in --vitis and
    --vivado, in the variables that settings64.sh sets, on PATH, and in the usual folders. Five
    stages run: high-level synthesis, export of the IP, synthesis, placing and routing, bitstream;
    of an engine's build Vivado packages the RTL instead of the first two, and Vitis is not needed.
    Their logs lie in BUILD/synthesis/logs. After an interruption the command goes on with the
    first stage that is not done or whose inputs changed. What the tools report goes into
    report.json as `measured`, beside what was modelled; NAME.bit and NAME.hwh come into BUILD.

    Without the tools it prints what it would run, and leaves with exit code 6.

    \b
    Examples:
      fpgaflow synthesize model-pynq-z2
      fpgaflow synthesize model-pynq-z2 --vivado /tools/Xilinx/Vivado/2023.2 --jobs 8
      fpgaflow synthesize model-pynq-z2 --dry-run
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow synthesize")

    from fpgaflow.api.build import load
    from fpgaflow.api.synthesis import plan_synthesis, synthesize
    from fpgaflow.backend.synthesis.tools import refuse_missing
    from fpgaflow.cli.progress import ShownProgress
    from fpgaflow.report.terminal import print_report

    plan = plan_synthesis(load(build), vitis=vitis, vivado=vivado, jobs=jobs)
    if dry_run or plan.missing:
        if not (quiet and not dry_run):
            click.echo(_commands_json(plan) if as_json else _commands(plan))
        if plan.missing and not dry_run:
            raise refuse_missing(plan.missing)
        if plan.missing:
            click.echo(f"not found: {', '.join(plan.missing)}", err=True)
        return
    with ShownProgress(quiet=quiet) as progress:
        report = synthesize(plan, progress)
    assert report.measured is not None
    if as_json:
        click.echo(json.dumps(asdict(report.measured), indent=2))
    elif not quiet:
        print_report(report)


def _commands(plan: SynthesisPlan) -> str:
    lines = [f"cd {shlex.quote(str(plan.commands[0].folder))}"]
    for item in plan.commands:
        variables = [f"{name}={value}" for name, value in item.variables.items()]
        lines.append(f"{' '.join(variables)} {shlex.join(item.command)}")
    return "\n".join(lines)


def _commands_json(plan: SynthesisPlan) -> str:
    found = [
        {
            "stage": item.stage.name,
            "tool": item.tool.release,
            "folder": str(item.folder),
            "variables": dict(item.variables),
            "command": list(item.command),
        }
        for item in plan.commands
    ]
    return json.dumps({"commands": found, "missing": list(plan.missing)}, indent=2)
