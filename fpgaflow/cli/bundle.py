"""`fpgaflow bundle`."""

from __future__ import annotations

import click

from fpgaflow.cli.options import DATA, board_file_option


@click.command("bundle", short_help="Put what a board needs into one file.", epilog=DATA)
@click.argument("build")
@click.option(
    "-o", "--output", metavar="FILE", help="The bundle.  [default: BUILD.fpgaflow.zip, here]"
)
@board_file_option
@click.option("--images", metavar="DATA", help="[default: the few images that the build keeps]")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N of --images at most."
)
@click.option("--force", is_flag=True, help="Replace a bundle that is there already.")
def command(
    *,
    build: str,
    output: str | None,
    board: str | None,
    images: str | None,
    limit: int | None,
    force: bool,
) -> None:
    """Put what a board needs into one file.

    BUILD is a build folder. The bundle holds the network, the registers, images with their exact
    scores and labels, the report, the runtime and notebooks; the bitstream too, where fpgaflow
    synthesize made one. The same build and images give the same bytes; each file's hash is verified
    whenever the bundle is read.

    \b
    Examples:
      fpgaflow bundle model-pynq-z2
      fpgaflow bundle model-pynq-z2 --images digits:test --limit 200
      fpgaflow emulate model-pynq-z2.fpgaflow.zip
    """
    from fpgaflow.api.build import load
    from fpgaflow.api.bundle import make_bundle

    if limit is not None and images is None:
        raise click.UsageError("--limit is for --images: give both")
    path = make_bundle(load(build), output, board=board, images=images, limit=limit, force=force)
    click.echo(f"bundle: {path} ({path.stat().st_size:,} bytes)")
