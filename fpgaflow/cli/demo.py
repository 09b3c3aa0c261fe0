"""`fpgaflow demo`."""

from __future__ import annotations

import click

NEXT = """
What to try next:
  open {folder}/report.html in a browser
  fpgaflow run {folder}
  fpgaflow simulate {folder} --images 32
  fpgaflow inspect {folder}/digits-resnet8.pt --input-shape 1,8,8
  fpgaflow compile {folder}/digits-resnet8.pt --input-shape 1,8,8 --mean 0.305 --std 0.376 \\
      --calibration digits --weight-bits 4 --activation-bits 4 -o digits-4bit"""


@click.command("demo", short_help="Train, compile and simulate a small network.")
@click.option(
    "-o", "--output", default="fpgaflow-demo", show_default=True, metavar="DIR", help="The build."
)
@click.option("--force", is_flag=True, help="Replace an earlier build there, whole.")
def command(output: str, force: bool) -> None:
    """Train a small residual network on scikit-learn's digits and compile it for the PYNQ-Z2.

    It fits there. The compiled design is simulated, and every integer must equal the reference.
    Takes a few minutes on two cores.

    \b
    Examples:
      fpgaflow demo
      fpgaflow demo -o /tmp/digits --force
    """
    from fpgaflow.api.packages import COMPILE, require_packages

    require_packages("fpgaflow demo", (*COMPILE, "sklearn"), extra="demo")

    from fpgaflow.api.demo import run_demo
    from fpgaflow.cli.progress import ShownProgress
    from fpgaflow.report.terminal import print_report

    with ShownProgress() as progress:
        build = run_demo(output, force=force, progress=progress)
    print_report(build.report)
    click.echo(NEXT.format(folder=build.folder))
