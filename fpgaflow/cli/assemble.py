"""`fpgaflow assemble`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("assemble", short_help="Make a program of the engine from its text.")
@click.argument("text")
@click.option("-o", "--output", required=True, metavar="FILE", help="The program.")
@click.option(
    "--weights", metavar="PROGRAM", help="The program whose weights the text's digests stand for."
)
@click.option("--force", is_flag=True, help="Replace a program that is there already.")
def command(*, text: str, output: str, weights: str | None, force: bool) -> None:
    """Make a program of the engine from its text.

    TEXT is what `fpgaflow disassemble` shows, changed by hand or not.

    \b
    Examples:
      fpgaflow assemble program.txt -o program.bin
      fpgaflow assemble model/engine.txt --weights model/engine.bin -o program.bin
    """
    from fpgaflow.api.engine_text import assemble

    made = assemble(
        Path(text), Path(output), weights=Path(weights) if weights else None, force=force
    )
    count = len(made.operations)
    click.echo(f"program: {output} ({made.bytes:,} bytes, {count} instructions)")
