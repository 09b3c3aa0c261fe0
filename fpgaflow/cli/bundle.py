"""`fpgaflow bundle`."""

from __future__ import annotations

import click


@click.command("bundle", short_help="Put what a board needs into one file.")
@click.argument("build")
@click.option(
    "-o", "--output", metavar="FILE", help="The bundle.  [default: BUILD.fpgaflow.zip, here]"
)
@click.option("--board", metavar="FILE.toml", help="The board's file, where it is one of your own.")
@click.option("--force", is_flag=True, help="Replace a bundle that is there already.")
def command(*, build: str, output: str | None, board: str | None, force: bool) -> None:
    """Put what a board needs into one file.

    BUILD is a build folder. The bundle holds the network, the registers, images with their exact
    scores, the report and the runtime; the bitstream too, where fpgaflow synthesize made one. The
    same build gives the same bytes; each file's hash is verified whenever the bundle is read.

    \b
    Examples:
      fpgaflow bundle model-pynq-z2
      fpgaflow emulate model-pynq-z2.fpgaflow.zip
    """
    from fpgaflow.api.build import load
    from fpgaflow.api.bundle import make_bundle

    path = make_bundle(load(build), output, board=board, force=force)
    click.echo(f"bundle: {path} ({path.stat().st_size:,} bytes)")
